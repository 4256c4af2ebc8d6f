#!/usr/bin/env bash
# Other runtimes and bundlers from npm, each as the package of this platform, so that no install script has to run.
set -euo pipefail
platform=$(node -p 'process.platform + "-" + process.arch')
deno=$platform
[[ $platform == linux-* ]] && deno=$platform-glibc
cat > package.json << END
{
  "private": true,
  "dependencies": {
    "node22": "npm:node-$platform@22.23.5",
    "node24": "npm:node-$platform@24.22.3",
    "node26": "npm:node-$platform@26.12.1",
    "bun": "npm:@oven/bun-$platform@1.4.5",
    "deno": "npm:@deno/$deno@2.9.6",
    "workerd": "1.20260426.1",
    "webpack": "5.113.0",
    "next": "16.4.6",
    "react": "19.3.1",
    "react-dom": "19.3.1"
  }
}
END
npm install --ignore-scripts --no-audit --no-fund --loglevel=error
for version in 22 24 26; do node_modules/node$version/bin/node --version; done
node_modules/bun/bin/bun --version
node_modules/deno/deno --version | head -1
node_modules/.bin/workerd --version
