#!/usr/bin/env bash
# An S3 gateway (versitygw) over a folder, on a free port, with access key test and secret testsecret and a bucket `attune`. Built once
# with Go and kept in .services/s3/bin; without Go, the tests of S3 are skipped.
set -euo pipefail
cd "$SERVICE"
if [ -f pid.txt ]; then
  old=$(cat pid.txt)
  if grep -qs versitygw "/proc/$old/cmdline"; then kill "$old" || true; fi
  rm -f pid.txt url.txt
fi
if ! [ -x bin/versitygw ]; then
  if ! command -v go > /dev/null; then
    echo 'skipped: no Go to build versitygw with; put the program into .services/s3/bin/versitygw' | tee skipped.txt
    exit 0
  fi
  GOBIN=$SERVICE/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0 > build.txt 2>&1 || { tail -5 build.txt; exit 1; }
fi
rm -rf data meta skipped.txt && mkdir -p data/attune meta
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ROOT_ACCESS_KEY=test ROOT_SECRET_KEY=testsecret setsid bin/versitygw --port "127.0.0.1:$port" --health /health \
  posix --sidecar "$SERVICE/meta" "$SERVICE/data" > log.txt 2>&1 < /dev/null &
echo $! > pid.txt
for _ in $(seq 100); do
  if python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health', timeout=2)" 2> /dev/null; then
    echo "http://127.0.0.1:$port" > url.txt
    exit 0
  fi
  sleep 0.1
done
tail -20 log.txt
exit 1
