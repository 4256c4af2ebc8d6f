#!/usr/bin/env bash
# Prometheus and promtool: the system's, or those of Debian's package, unpacked and not installed, because the package would start a server.
set -euo pipefail
cd "$SERVICE"
if command -v prometheus > /dev/null && command -v promtool > /dev/null; then
  dirname "$(command -v prometheus)" > path.txt
  exit 0
fi
if [ ! -x usr/bin/prometheus ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q > /dev/null
  (mkdir -p packages && cd packages && apt-get download -q prometheus > /dev/null && dpkg-deb -x prometheus_*.deb ..)
fi
echo "$SERVICE/usr/bin" > path.txt
