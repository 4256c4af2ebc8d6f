import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as attune from 'attune';
import * as coldStart from 'attune/cold-start';
import * as faiss from 'attune/faiss';
import * as metrics from 'attune/metrics';
import * as mlflow from 'attune/mlflow';
import * as node from 'attune/node';
import * as pgvector from 'attune/pgvector';
import * as sqlite from 'attune/sqlite';
import * as transformers from 'attune/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { checkGuides, type Guide, readGuide, root, runGuide } from './blocks.ts';

const modules = {
  attune,
  'attune/cold-start': coldStart,
  'attune/faiss': faiss,
  'attune/metrics': metrics,
  'attune/mlflow': mlflow,
  'attune/node': node,
  'attune/pgvector': pgvector,
  'attune/sqlite': sqlite,
  'attune/transformers': transformers,
};

/** storage.md has a test of its own, test/storage/guide.test.ts. */
const guides = ['README.md', ...readdirSync(resolve(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith('.md') && file !== 'docs/storage.md')
  .map(readGuide)
  .filter((guide) => guide.blocks.length > 0);

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
