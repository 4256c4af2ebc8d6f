/**
 * `npm run sizes`: what the built package weighs, against its budgets; fails when one is exceeded. Bundles are those of esbuild, minified and
 * compressed by gzip -9. A page counts what it loads at once: parts that a fit loads by `import()` are not in it.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entries, moduleName, root } from './entries.ts';

interface Row {
  what: string;
  kilobytes: number;
  budget: number;
}

const load = (model: string) =>
  `import { ${model} } from 'attune'; globalThis.answer = (bytes, user) => ${model}.fromBytes(bytes).recommend(user);`;
const find = "import { SemanticIndex } from 'attune'; globalThis.find = (bytes, query) => SemanticIndex.fromBytes(bytes).search(query);";

/** Pages that answer with a loaded model, and what they may weigh. */
const pages: [what: string, code: string, budget: number][] = [
  ['page: ItemKnnRecommender.fromBytes, recommend', load('ItemKnnRecommender'), 16],
  ['page: FactorRecommender.fromBytes, recommend', load('FactorRecommender'), 31],
  ['page: AlsRecommender.fromBytes, recommend', load('AlsRecommender'), 44],
  ['page: SemanticIndex.fromBytes, search', find, 75],
];

/** Kilobytes of a subpath with everything that it can load, ALS in those of Node and Spark; the limit of those that are not listed. */
const ofSubpaths: Record<string, number> = { attune: 285, 'attune/authoring': 190, 'attune/node': 100, 'attune/spark': 92 };
const otherSubpath = 22;

const [{ size, unpackedSize, files }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
);
const rows: Row[] = [
  { what: `package, packed, ${files.length} files`, kilobytes: size / 1000, budget: 2100 },
  { what: 'package, unpacked', kilobytes: unpackedSize / 1000, budget: 7500 },
];
for (const [what, code, budget] of pages) rows.push({ what, kilobytes: await weightOf(code, true), budget });
for (const name of entries.map(moduleName)) {
  rows.push({ what: name, kilobytes: await weightOf(`export * from '${name}';`, false), budget: ofSubpaths[name] ?? otherSubpath });
}
for (const { what, kilobytes, budget } of rows)
  console.log(`${what.padEnd(50)}${kilobytes.toFixed(1).padStart(9)} kB of ${budget}${kilobytes > budget ? '  TOO LARGE' : ''}`);
const heavy = rows.filter(({ kilobytes, budget }) => kilobytes > budget);
if (heavy.length)
  throw new Error(
    `Expected ${heavy.map(({ what }) => what).join(', ')} within budget. Find what came along, or raise it in config/sizes.ts.`,
  );

/** Compressed kilobytes of what a bundler makes of a file. @param atOnce without what is imported later */
async function weightOf(contents: string, atOnce: boolean): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, 'test') }, // from inside, `attune` is the package itself
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet', 'hyparquet-writer'],
    plugins: [
      {
        name: 'later',
        setup({ onResolve }) {
          if (atOnce) onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
        },
      },
    ],
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
}
