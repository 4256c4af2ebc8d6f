import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AlsRecommender, Interactions } from 'attune';
import { build, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { checkerboard } from '../support/makers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { root } from './blocks.ts';

const pages = readdirSync(resolve(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((name) => `docs/${name}`)
  .concat('README.md')
  .filter((file) => file.endsWith('.md') && !file.startsWith('docs/api/'));

/** The blocks of a page by what stands after their fence, such as `ts` or `js [Node]`. */
const blocksOf = (file: string) =>
  [...readFileSync(resolve(root, file), 'utf8').matchAll(/^ *```(.+)\n([\s\S]*?)^ *```$/gm)].map(([, info, code]) => ({ info, code }));

/** What runs each kind of block. */
const runners: [RegExp, string][] = [
  [/^ts$/, 'test/docs/code-blocks.test.ts, test/storage/guide.test.ts, test/authoring'],
  [/^sh$/, 'test/docs/shell-blocks.test.ts'],
  [/^\w+ \[.+\]$/, 'test/docs/recipes.test.ts says what does: npm run check:recipes, or the tests of the first page'],
];
const alone: Record<string, string> = {
  'docs/runtimes.md: js': 'below',
  'docs/storage.md: python': 'test/integration/python.test.ts',
};

describe('the blocks of', () => {
  it.each(pages)('%s are all run by a test', (file) => {
    const kinds = blocksOf(file).map(({ info }) => info);
    expect(kinds.filter((info) => !runners.some(([kind]) => kind.test(info)) && !Object.hasOwn(alone, `${file}: ${info}`))).toEqual([]);
  });

  it('docs/runtimes.md: a worker that is given its kernels recommends', async () => {
    const folder = temporaryFolder();
    const [{ code }] = blocksOf('docs/runtimes.md').filter(({ info }) => info === 'js');
    const outfile = join(folder.path, 'worker.bundle.mjs');
    const entryPoints = [folder.write('worker.mjs', code)];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', plugins: [library], logLevel: 'error' });
    const { default: worker } = await import(pathToFileURL(outfile).href);
    const model = await new AlsRecommender({ factors: 4 }).fit(checkerboard(20));
    await model.partialFit(Interactions.fromColumns({ users: ['ann'], items: ['i1'] }));
    const answer: Response = await worker.fetch(
      new Request('http://localhost/', { method: 'POST', body: new Uint8Array(model.toBytes()) }),
    );
    expect(await answer.json()).toEqual(model.recommend('ann', { n: 10 }));
  });
});

/** The library from its source, and its kernels as a platform that compiles them brings them. */
const library: Plugin = {
  name: 'library',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^attune$/ }, () => ({ path: join(root, 'src/entries/index.ts') }));
    onResolve({ filter: /^attune\/kernels\.wasm$/ }, () => ({
      path: join(root, 'src/engine/generated/kernels.wasm'),
      namespace: 'compiled',
    }));
    onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
      contents: `export default new WebAssembly.Module(Buffer.from('${readFileSync(path).toString('base64')}', 'base64'));`,
    }));
  },
};
