#!/usr/bin/env bash
# A browser for playwright-core: the system's, or Debian's package.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then
    command -v "$name" > path.txt
    exit 0
  fi
done
export DEBIAN_FRONTEND=noninteractive
apt-get update -q > /dev/null
apt-get install -yq --no-install-recommends chromium > /dev/null
command -v chromium > path.txt
