#!/usr/bin/env bash
# TypeDoc 0.28.20 with TypeScript 5.9.3 (npm)
# Guess: the anchor of a heading in a readme holds all its words, code too, as GitHub, GitLab and VitePress make it: "Exact: `flatIndex`" is
#        #exact-flatindex, and "`ERR_EMPTY`" is #err_empty.
# Seen:  code is left out, of the anchor and of the title under "On This Page": #exact and #_, a nameless entry. So a link that works everywhere
#        else is dead there, and in the same page nothing says so: no warning, exit code 0.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts typedoc@0.28.20 typescript@5.9.3
echo '/** One. */ export const one = 1;' > index.ts
echo '{ "compilerOptions": { "strict": true }, "files": ["index.ts"] }' > tsconfig.json
printf '# Shop\n\nSee [exact](#exact-flatindex).\n\n## Exact: `flatIndex`\n\nText.\n\n## `ERR_EMPTY`\n\nText.\n' > README.md
npx typedoc --entryPoints index.ts --out out --disableGit --sourceLinkTemplate x --treatWarningsAsErrors > log.txt 2>&1
cat log.txt; ! grep -i warning log.txt
cat > check.mjs <<'JS'
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
const html = readFileSync('out/index.html', 'utf8');
const ids = [...html.matchAll(/<h2 id="([^"]*)"/g)].map(([, id]) => id);
const titles = [...html.matchAll(/<a href="#(?:exact|_)"[^>]*><span>(.*?)<\/span><\/a>/g)].map(([, title]) => title);
console.log({ ids, titles });
assert.deepStrictEqual(ids, ['exact', '_']);
assert.deepStrictEqual(titles, ['Exact: ', '']);
JS
node check.mjs
