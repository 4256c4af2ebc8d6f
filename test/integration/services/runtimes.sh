#!/usr/bin/env bash
# Other versions of Node from npm.
set -euo pipefail
for version in 22 24; do
  npx -y "node@$version" -e 'console.log(process.version)'
done
