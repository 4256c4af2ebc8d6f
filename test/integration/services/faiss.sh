#!/usr/bin/env bash
# faiss-node, compiled from its npm source against Debian's libfaiss: the binary it would download lies elsewhere.
set -euo pipefail
source "$ROOT/test/integration/apt.sh"
probe='const f = require("faiss-node"), i = new f.IndexFlatIP(2); i.add([1, 0, 0, 1]); if (i.search([0, 1], 1).labels[0] !== 1) throw 1'
node -e "$probe" 2> /dev/null && exit 0

if [ ! -f "/usr/lib/$(uname -m)-linux-gnu/libfaiss.a" ] || ! command -v g++ > /dev/null; then
  apt install -yq --no-install-recommends libfaiss-dev libopenblas-dev g++
fi

include=
for folder in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node" /usr/include/node; do
  if [ -f "$folder/node_api.h" ]; then include=$folder && break; fi
done
[ -n "$include" ] || { echo "no headers of Node: install the package that brings node_api.h" >&2; exit 1; }

echo '{ "private": true }' > package.json # or npm would install into the repository
npm install --silent --no-audit --no-fund --ignore-scripts faiss-node@0.5.1
home=node_modules/faiss-node
mkdir -p $home/build/Release
printf '#include <faiss/Index.h>\nnamespace faiss { using idx_t = Index::idx_t; }\n' > $home/build/idx.h # Debian's 1.7.3 has no faiss::idx_t
g++ -O1 -std=c++17 -fPIC -shared -DNAPI_VERSION=6 -DNODE_GYP_MODULE_NAME=faiss_node \
  -include $home/build/idx.h -I"$include" -Inode_modules/node-addon-api \
  $home/src/faiss.cc -o $home/build/Release/faiss-node.node -l:libfaiss.a -lopenblas -lgomp
node -e "$probe"
