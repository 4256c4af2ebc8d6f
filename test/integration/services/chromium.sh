#!/usr/bin/env bash
# A browser for playwright-core: the system's, or Debian's package.
set -euo pipefail
source "$ROOT/test/integration/apt.sh"
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then
    command -v "$name" > path.txt
    exit 0
  fi
done
apt install -yq --no-install-recommends chromium
command -v chromium > path.txt
