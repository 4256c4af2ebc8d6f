#!/usr/bin/env bash
# Prometheus and promtool: the system's, or those of Debian's package, unpacked and not installed, because the package would start a server.
set -euo pipefail
source "$ROOT/test/integration/apt.sh"
cd "$SERVICE"
if command -v prometheus > /dev/null && command -v promtool > /dev/null; then
  dirname "$(command -v prometheus)" > path.txt
  exit 0
fi
if [ ! -x usr/bin/prometheus ]; then
  (mkdir -p packages && cd packages && apt download -q prometheus && dpkg-deb -x prometheus_*.deb ..)
fi
echo "$SERVICE/usr/bin" > path.txt
