/**
 * `npm run exports`: writes the subpaths into package.json, the names that each exports into test/package/public-names.json, and what they are
 * into public-types.txt beside it, so that a change of the public face is seen in a review. With `--check`, says whether package.json has them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageExports, root } from './entries.ts';

const file = join(root, 'package.json');
const before = readFileSync(file, 'utf8');
const manifest = JSON.parse(before);
manifest.exports = packageExports();
const after = `${JSON.stringify(manifest, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (after !== before) throw new Error('package.json has other subpaths than src/entries. Run `npm run exports`.');
} else {
  const { publicFace, publicNamesFile, publicTypesFile } = await import('./public-names.ts'); // the compiler takes a second
  writeFileSync(file, after);
  const { names, types } = publicFace();
  writeFileSync(publicNamesFile, `${JSON.stringify(names, null, 2)}\n`);
  writeFileSync(publicTypesFile, types);
}
