import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries, moduleName } from '../../config/entries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { checkGuides, type Guide, readGuide, root, runGuide } from './blocks.ts';
import { saveShop } from './saved-shop.ts';

/** Every subpath, by the name that guides import. */
const modules: Record<string, object> = Object.fromEntries(
  await Promise.all(entries.map(async (entry) => [moduleName(entry), await import(resolve(root, `src/entries/${entry}.ts`))])),
);

/** These have tests of their own, in test/storage and test/authoring. */
const testedElsewhere = ['docs/storage.md', 'docs/authoring.md'];
const guides = ['README.md', ...readdirSync(resolve(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith('.md') && !file.startsWith('docs/api/') && !testedElsewhere.includes(file))
  .map(readGuide)
  .filter((guide) => guide.blocks.length > 0);
modules['attune-static-en'] = await import('attune-static-en');
// Recipes use other packages, as they are.
for (const module of new Set(guides.flatMap(({ imports }) => [...imports.keys()]))) modules[module] ??= await import(module);

/** What a guide may use without declaring it: the exports of the setup file with its name. */
const given = new Map<string, object>();
const setupFile = ({ file }: Guide) => resolve(import.meta.dirname, 'setup', file.replace(/^.*\//, '').replace(/\.md$/, '.ts'));

const folder = temporaryFolder();
const home = process.cwd();
beforeAll(async () => {
  process.chdir(folder.path);
  for (const guide of guides) {
    const file = setupFile(guide);
    given.set(guide.file, existsSync(file) ? await import(pathToFileURL(file).href) : {});
  }
  await saveShop('models');
});
afterAll(() => process.chdir(home));

describe('the code of', () => {
  it.each(guides.map((guide) => [guide.file, guide] as const))('%s runs', async (file, guide) => {
    const printed = await runGuide(guide, modules, given.get(file) ?? {});
    if (file === 'README.md') {
      expect(printed.map((line) => JSON.parse(line)[0].item)).toEqual(['gyoza', 'risotto', 'ramen']);
    }
    for (const { line, typesOnly } of guide.blocks) if (typesOnly !== undefined) console.log(`not run: ${file}:${line}, ${typesOnly}`);
  });

  it('all guides has the right types', { timeout: 240_000 }, () => {
    const setupOf = (guide: Guide) => ({ path: setupFile(guide), names: Object.keys(given.get(guide.file) ?? {}) });
    expect(checkGuides(guides, setupOf)).toEqual([]);
  });
});
