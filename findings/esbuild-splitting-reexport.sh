#!/usr/bin/env bash
# esbuild 0.28.2 (npm), with `splitting`
# Guess: of a package without side effects, a file that a page reaches by import() alone is loaded with that import().
# Seen:  when the package's entry passes on a name of that file as well, the file becomes a part that the page imports at once, for no name at
#        all, although the page does not use the name: a bare `import "./chunk-....js"`. Without the unused re-export it comes late.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts esbuild@0.28.2
mkdir shop; cd shop
echo '{ "name": "shop", "type": "module", "sideEffects": false }' > package.json
echo "export const show = async () => (await import('./late.js')).late();" > show.js
echo "import { catalogue } from './catalogue.js'; export const late = () => catalogue().length;" > late.js
echo "export const catalogue = () => ['a large file', 'that only late.js needs'];" > catalogue.js
echo "export { show } from './show.js';" > alone.js
echo "export { show } from './show.js'; export { catalogue } from './catalogue.js';" > entry.js
cd ..
cat > run.mjs <<'JS'
import assert from 'node:assert';
import { build } from 'esbuild';
/** Files whose code the page has when it begins. */
async function atOnce(entry) {
  const { metafile } = await build({
    stdin: { contents: `import { show } from './shop/${entry}'; show().then(console.log);`, resolveDir: process.cwd() },
    bundle: true, splitting: true, format: 'esm', outdir: 'out', write: false, metafile: true,
  });
  const { outputs } = metafile;
  const parts = new Set([Object.keys(outputs).find((name) => name.endsWith('stdin.js'))]);
  for (const part of parts) for (const { path, kind } of outputs[part].imports) if (kind === 'import-statement') parts.add(path);
  return [...parts].flatMap((part) => Object.keys(outputs[part].inputs)).filter((name) => name.includes('catalogue'));
}
const [alone, entry] = [await atOnce('alone.js'), await atOnce('entry.js')];
console.log({ alone, entry });
assert.deepStrictEqual(alone, []);
assert.deepStrictEqual(entry, ['shop/catalogue.js']);
JS
node run.mjs
