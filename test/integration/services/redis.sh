#!/usr/bin/env bash
# A Redis server from Debian's package on a free port; its address goes to url.txt, its process to pid.txt.
set -euo pipefail
source "$ROOT/test/integration/apt.sh"
cd "$SERVICE"
if [ -f pid.txt ]; then
  old=$(cat pid.txt)
  if grep -qs redis-server "/proc/$old/cmdline"; then kill "$old" || true; fi
  rm -f pid.txt url.txt
fi
server=$(command -v redis-server || command -v valkey-server || true)
if [ -z "$server" ]; then
  # Unpacked and not installed: the package would start a server of its own.
  (mkdir -p packages && cd packages && apt download -q redis-tools && dpkg-deb -x redis-tools_*.deb ..)
  apt install -yq --no-install-recommends liblzf1 libjemalloc2 liblua5.1-0 lua-cjson lua-bitop libatomic1 2> /dev/null || true
  server=$SERVICE/usr/bin/redis-check-rdb
  ln -sf redis-check-rdb usr/bin/redis-server
  server=$SERVICE/usr/bin/redis-server
fi
rm -rf data && mkdir data
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# Every write is appended to a log, which a killed process has handed to the system.
setsid "$server" --port "$port" --bind 127.0.0.1 --dir "$SERVICE/data" --save '' --appendonly yes --appendfsync everysec \
  > log.txt 2>&1 < /dev/null &
echo $! > pid.txt
for _ in $(seq 100); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
    echo "redis://127.0.0.1:$port" > url.txt
    exit 0
  fi
  sleep 0.1
done
tail -20 log.txt
exit 1
