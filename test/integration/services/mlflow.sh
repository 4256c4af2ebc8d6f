#!/usr/bin/env bash
# An MLflow tracking server from PyPI on a free port, with SQLite and an artifact proxy. url.txt says where, pid.txt who.
set -euo pipefail
cd "$SERVICE"
if [ -f pid.txt ]; then
  old=$(cat pid.txt)
  if grep -qs mlflow "/proc/$old/cmdline"; then kill "$old" || true; fi
  rm -f pid.txt url.txt
fi
if ! [ -x venv/bin/mlflow ]; then
  bash "$ROOT/test/integration/python-environment.sh" venv 'mlflow==3.17.*'
fi
rm -rf data && mkdir data
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
unset PYTHONDONTWRITEBYTECODE # the server is two processes with the same thousands of modules
# Without job runners: those cost another 30 seconds and 230 MB.
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false setsid venv/bin/mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
  --backend-store-uri "sqlite:///$SERVICE/data/mlflow.db" --artifacts-destination "$SERVICE/data/artifacts" --serve-artifacts \
  > log.txt 2>&1 < /dev/null &
echo $! > pid.txt
for _ in $(seq 400); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null &&
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health', timeout=2)" 2> /dev/null; then
    echo "http://127.0.0.1:$port" > url.txt
    exit 0
  fi
  kill -0 "$(cat pid.txt)" 2> /dev/null || break
  sleep 0.3
done
tail -20 log.txt
exit 1
