import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { build as buildByVite, type Rollup } from 'vite';
import { resultTable, writeResult } from './support/results.ts';

const root = resolve(import.meta.dirname, '..');

/** What a page imports, and what it is for. */
const pages: [string, string][] = [
  ['recommend with a saved ALS model', "import { AlsRecommender } from 'attune'; console.log(AlsRecommender.fromBytes);"],
  ['recommend with a saved item-kNN model', "import { ItemKnnRecommender } from 'attune'; console.log(ItemKnnRecommender.fromBytes);"],
  ['recommend with a saved model of any family', "import { loadRecommender } from 'attune'; console.log(loadRecommender);"],
  ['search in a saved index', "import { SemanticIndex } from 'attune'; console.log(SemanticIndex.fromBytes);"],
  [
    'both, ranked together',
    "import { AlsRecommender, HybridRanker, SemanticIndex } from 'attune'; console.log(AlsRecommender.fromBytes, HybridRanker, SemanticIndex.fromBytes);",
  ],
  ['metrics only', "import { ndcg } from 'attune/metrics'; console.log(ndcg);"],
];

/** What a page downloads of the built package besides its model: JavaScript as Vite makes it without settings, and esbuild in parts, gzipped. */
export const sizes = {
  name: 'sizes',
  summary: 'What a page that recommends or searches downloads, minified and gzipped. --json keeps the result.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
    const rows: (string | number)[][] = [];
    for (const [what, code] of pages) rows.push([what, await byVite(code), ...(await measured(code))]);
    const found = {
      command: 'npm run bench -- sizes --json',
      columns: ['a page can', 'first by Vite, kB', 'first by esbuild, in parts, kB', 'with what it may load later, kB'],
      rows,
    };
    console.log(resultTable({ ...found, date: 'now', machine: 'this machine' }));
    if (values.json) writeResult('sizes', found);
  },
};

/** Kilobytes of what the page of a Vite project loads before any `import()`, with what Vite adds to every page. */
async function byVite(code: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-page-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/attune'), 'dir');
    writeFileSync(join(folder, 'page.js'), code);
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title><script type="module" src="/page.js"></script>');
    const made = await buildByVite({ root: folder, logLevel: 'error', configFile: false, build: { write: false } });
    const parts = (made as Rollup.RollupOutput).output.filter((part) => part.type === 'chunk');
    const first = new Set(parts.filter(({ isEntry }) => isEntry));
    for (const { imports } of first) for (const part of parts) if (imports.includes(part.fileName)) first.add(part);
    return kilobytes([...first].reduce((sum, part) => sum + gzipSync(part.code, { level: 9 }).length, 0));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const kilobytes = (bytes: number) => Number((bytes / 1000).toFixed(1));

/** Kilobytes of the first load, and of all chunks. */
async function measured(contents: string): Promise<[number, number]> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: join(root, 'test') }, // from inside, `attune` is the built package,
    tsconfigRaw: '{}', // and not the sources, which tsconfig.json says that it is
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    outdir: 'out',
    metafile: true,
    external: ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet', 'hyparquet-writer'],
    logLevel: 'error',
  });
  const bytes = new Map(outputFiles.map(({ path, contents: file }) => [path, gzipSync(file, { level: 9 }).length]));
  const outputs = Object.keys(metafile.outputs);
  const first = new Set<string>();
  const visit = (output: string): void => {
    if (first.has(output)) return;
    first.add(output);
    for (const { path, kind } of metafile.outputs[output].imports) if (kind === 'import-statement') visit(path);
  };
  visit(outputs.find((output) => metafile.outputs[output].entryPoint !== undefined && output.endsWith('stdin.js')) ?? outputs[0]);
  const total = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + (bytes.get(resolve(name)) ?? 0), 0);
  return [kilobytes(total(first)), kilobytes(total(outputs))];
}
