/** `npm run exports`: writes the list of subpaths into package.json. With `--check`, only says whether it is there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageExports, root } from './entries.ts';

const file = join(root, 'package.json');
const before = readFileSync(file, 'utf8');
const manifest = JSON.parse(before);
manifest.exports = packageExports();
const after = `${JSON.stringify(manifest, null, 2)}\n`;
if (after !== before) {
  if (process.argv.includes('--check')) throw new Error('package.json has other subpaths than src/entries. Run `npm run exports`.');
  writeFileSync(file, after);
}
