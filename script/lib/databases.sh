# Database servers for the tests: MariaDB and PostgreSQL from Debian's packages, in a folder of their own, on loopback.
# shellcheck shell=bash
# Begin with `databases_begin`, which sets $databases and ends everything at the shell's exit; `mariadb_up` and
# `postgresql_up` start a server each and print nothing but set $mariadb_url and $postgresql_url.

databases=""
# What goes before the command of a server, which refuses to be root's.
unprivileged=()

databases_begin() {
  databases=$(mktemp -d "${TMPDIR:-/tmp}/scp-databases.XXXXXX")
  chmod 755 "$databases"
  if [ "$(id -u)" = 0 ]; then
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups env "HOME=$databases")
  fi
  trap databases_end EXIT
  trap 'exit 130' INT TERM
}

# End the servers that were started here, and no other, and take their folder away.
databases_end() {
  local pid waited
  for pid in $(cat "$databases"/*.pid 2> /dev/null); do
    kill -TERM "$pid" 2> /dev/null || continue
    for ((waited = 0; waited < 100; waited++)); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null || true
  done
  rm -rf "$databases"
}

# installed PROGRAM PACKAGE: print where a server's program is, after installing its package where that is possible.
installed() {
  local found
  if ! found=$(program "$1"); then
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || die "$1 is missing (on Debian: apt-get install $2)"
    say "Installing $2"
    # Debian's package would make and start a server of its own.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
    {
      apt-get update -qq
      DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -qq -y --no-install-recommends "$2"
    } > "$cache/install-$2.log" 2>&1 || { tail -n 20 "$cache/install-$2.log" >&2; die "$2 could not be installed"; }
    found=$(program "$1") || die "$2 brought no $1"
  fi
  echo "$found"
}

# program NAME: print the path of a program that may lie where only servers look for it.
program() {
  local found
  found=$(PATH="$PATH:/usr/sbin" command -v "$1") ||
    found=$(find /usr/lib/postgresql -path "*/bin/$1" 2> /dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && readlink -f "$found"
}

# Print a port that stays free until it is used; no worker of the tests has one of these.
free_port() {
  PYTHONPATH="$root" "$venv/bin/python" -c 'from tests.ports import ports_of; print(next(ports_of(10)))'
}

# await_server LOG COMMAND…: wait until a command succeeds, for two minutes at least.
await_server() {
  local log=$1 waited
  shift
  for ((waited = 0; waited < 1200; waited++)); do
    "$@" > /dev/null 2>&1 && return
    sleep 0.1
  done
  tail -n 20 "$log" >&2
  die "a database server did not start"
}

# answers URL: whether a server lets the tests in.
answers() {
  "$venv/bin/python" -c 'import sys, sqlalchemy; sqlalchemy.create_engine(sys.argv[1]).connect().close()' "$1"
}

mariadb_up() {
  local server install port data="$databases/mariadb" log="$databases/mariadb.log"
  server=$(installed mariadbd mariadb-server-core)
  # What sets a server up comes with it, but for a part that comes with the client.
  installed my_print_defaults mariadb-client-core > /dev/null
  install=$(installed mariadb-install-db mariadb-server-core)
  port=$(free_port)
  install -d -o "$("${unprivileged[@]}" id -u)" "$data"
  say "Starting $("$server" --version | sed 's/.*Ver \([0-9.]*\).*/MariaDB \1/')"
  "${unprivileged[@]}" "$install" --no-defaults --datadir="$data" --auth-root-authentication-method=normal \
    --skip-test-db > "$log" 2>&1 || { tail -n 20 "$log" >&2; die "MariaDB could not be set up"; }
  # What is written need not outlive the tests.
  (exec "${unprivileged[@]}" "$server" --no-defaults --datadir="$data" --bind-address=127.0.0.1 --port="$port" \
    --socket="$data/socket" --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --sync-binlog=0) \
    >> "$log" 2>&1 &
  echo $! > "$databases/mariadb.pid"
  mariadb_url="mysql+pymysql://root@127.0.0.1:$port/?charset=utf8mb4"
  await_server "$log" answers "$mariadb_url"
}

postgresql_up() {
  local server install port data="$databases/postgresql" log="$databases/postgresql.log"
  server=$(installed postgres postgresql)
  install=$(dirname "$server")/initdb
  port=$(free_port)
  install -d -m 700 -o "$("${unprivileged[@]}" id -u)" "$data"
  say "Starting PostgreSQL $("$server" --version | sed 's/.* \([0-9.]*\).*/\1/')"
  (cd "$databases" && "${unprivileged[@]}" "$install" --pgdata="$data" --username=tests --auth=trust --encoding=UTF8 --no-sync) \
    > "$log" 2>&1 || { tail -n 20 "$log" >&2; die "PostgreSQL could not be set up"; }
  # What is written need not outlive the tests.
  (cd "$databases" && exec "${unprivileged[@]}" "$server" -D "$data" -h 127.0.0.1 -p "$port" -k "$data" -F \
    -c synchronous_commit=off -c full_page_writes=off) >> "$log" 2>&1 &
  echo $! > "$databases/postgresql.pid"
  postgresql_url="postgresql://tests@127.0.0.1:$port/postgres"
  await_server "$log" answers "$postgresql_url"
}
