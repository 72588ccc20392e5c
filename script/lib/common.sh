# Shell parts shared by the scripts of this folder: where things are, how progress is said, and the environments.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache="$root/.cache"

# Progress goes to standard error, so that a script's answer can be read from its standard output.
say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Print the path of a uv that runs: the one on PATH, else one in a private environment under .cache/.
find_uv() {
  local tools="$cache/tools" python
  if command -v uv > /dev/null && uv --version > /dev/null 2>&1; then
    command -v uv
    return
  fi
  if ! "$tools/bin/uv" --version > /dev/null 2>&1; then
    python=$(command -v python3) || die "Python 3.10 or newer is needed to begin with: there is no python3 on PATH"
    say "Getting uv"
    rm -rf "$tools"
    "$python" -m venv "$tools" >&2 || die "python3 cannot make environments (on Debian: apt-get install python3-venv)"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2
  fi
  echo "$tools/bin/uv"
}

# environment NAME: make or renew .venv-NAME to what requirements/NAME.txt locks and set $venv to it.
# The hash of the file is kept inside, so an environment that is up to date costs nothing.
environment() {
  local name=$1 lock="$root/requirements/$1.txt" stamp python uv began
  venv="$root/.venv-$name"
  stamp=$(cksum < "$lock")
  if [ "$(cat "$venv/.requirements" 2> /dev/null)" = "$stamp" ] && "$venv/bin/python" -c '' 2> /dev/null; then
    return
  fi
  uv=$(find_uv)
  python=$("$root/script/setup-python")
  began=$SECONDS
  say "Installing $(grep -c '==' "$lock") locked packages into .venv-$name"
  rm -f "$venv/.requirements"
  "$venv/bin/python" -c '' 2> /dev/null || "$uv" venv --quiet --clear --python "$python" "$venv"
  "$uv" pip sync --require-hashes --python "$venv/bin/python" "$lock" \
    > "$cache/install-$name.log" 2>&1 || { tail -n 30 "$cache/install-$name.log" >&2; die "the packages could not be installed"; }
  echo "$stamp" > "$venv/.requirements"
  say "Packages installed in $((SECONDS - began)) s"
}

mkdir -p "$cache"
