# Shell parts for script/test: a run of tests that a single failure by chance does not throw away.
# shellcheck shell=bash

readonly few=3

# tests_run PYTHON EXTRA-ARGUMENTS... -- ARGUMENTS...: run pytest with both; where at most a few tests fail, run those
# once more, alone and with ARGUMENTS only. What is broken fails again. What passes then was a matter of chance, mostly of a
# busy machine: it is named in the last line, as a fault of the test or of the product that is still to be found.
tests_run() {
  local python=$1 extra=() result=0 failed
  local memory="$cache/tests-that-failed"
  shift
  while [ "$1" != -- ]; do
    extra+=("$1")
    shift
  done
  shift
  rm -rf "$memory"
  "$python" -m pytest -o cache_dir="$memory" "$@" "${extra[@]}" || result=$?
  # 1 is "tests failed"; it is also too little coverage, and then no test is remembered.
  [ "$result" -eq 1 ] || return "$result"
  failed=$("$python" - "$memory/v/cache/lastfailed" <<'PYTHON'
import json, pathlib, sys
remembered = pathlib.Path(sys.argv[1])
print(*(json.loads(remembered.read_text()) if remembered.exists() else ()), sep="\n")
PYTHON
  )
  if [ -z "$failed" ] || [ "$(grep -c . <<< "$failed")" -gt "$few" ]; then
    return 1
  fi
  say "Once more, alone: what failed"
  "$python" -m pytest -o cache_dir="$memory" --last-failed "$@" || return
  say "Passed only alone, and to be looked into:"
  printf '    %s\n' "$failed" >&2
}
