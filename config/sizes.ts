/**
 * `npm run sizes`: what the built package weighs, against its budgets; fails when one is exceeded. Bundles are those of esbuild, minified and
 * compressed by gzip -9. A page counts what it loads at once: parts that a fit loads by `import()` are not in it. A bundler that cuts a page in
 * parts keeps files whole, so that a page loads with a file what only a fit calls of it; `in parts` counts that.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
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
const pages: [what: string, code: string, inOneFile: number, inParts: number][] = [
  ['page: ItemKnnRecommender.fromBytes, recommend', load('ItemKnnRecommender'), 16, 18],
  ['page: FactorRecommender.fromBytes, recommend', load('FactorRecommender'), 24, 28],
  ['page: AlsRecommender.fromBytes, recommend', load('AlsRecommender'), 35.5, 40],
  ['page: SemanticIndex.fromBytes, search', find, 61, 66],
];

/**
 * Kilobytes of a subpath with everything that it can load, ALS in those of Node and Spark, and the copies that late code of pages brings along
 * (config/build-modules.ts); the limit of those that are not listed.
 */
const ofSubpaths: Record<string, number> = {
  attune: 388,
  'attune/authoring': 228,
  'attune/kafka': 25.5,
  'attune/node': 129,
  'attune/postgres': 27,
  'attune/spark': 104,
};
const otherSubpath = 25;

const [{ size, unpackedSize, files }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
);
const rows: Row[] = [
  { what: `package, packed, ${files.length} files`, kilobytes: size / 1000, budget: 2235 },
  { what: 'package, unpacked', kilobytes: unpackedSize / 1000, budget: 7500 },
];
rows.push({ what: "import 'attune' in Node, code parsed", kilobytes: parsedAtOnce(), budget: 212 });
for (const [what, code, inOneFile, inParts] of pages) {
  rows.push({ what, kilobytes: await weightOf(code, true), budget: inOneFile });
  rows.push({ what: `${what}, in parts`, kilobytes: await firstLoad(code), budget: inParts });
}
for (const name of entries.map(moduleName)) {
  rows.push({ what: name, kilobytes: await weightOf(`export * from '${name}';`, false), budget: ofSubpaths[name] ?? otherSubpath });
}
for (const { what, kilobytes, budget } of rows)
  console.log(`${what.padEnd(60)}${kilobytes.toFixed(1).padStart(9)} kB of ${budget}${kilobytes > budget ? '  TOO LARGE' : ''}`);
const heavy = rows.filter(({ kilobytes, budget }) => kilobytes > budget);
if (heavy.length)
  throw new Error(
    `Expected ${heavy.map(({ what }) => what).join(', ')} within budget. Find what came along, or raise it in config/sizes.ts.`,
  );

/** Kilobytes of the files that Node has loaded when attune is imported. The rest comes when it is called: see config/late-code.ts. */
function parsedAtOnce(): number {
  const script = `const module = require('node:module'); module.createRequire(${JSON.stringify(join(root, 'dist/'))})('./index.cjs');
    console.log(JSON.stringify(Object.keys(module._cache)));`;
  const loaded: string[] = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
  return loaded.reduce((sum, file) => sum + statSync(file).size, 0) / 1000;
}

/** Compressed kilobytes of what a bundler makes of a file. @param atOnce without what is imported later */
async function weightOf(contents: string, atOnce: boolean): Promise<number> {
  const { outputFiles } = await build({
    ...optionsFor(contents),
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

/** Compressed kilobytes of the parts that a page loads before anything is imported later. */
async function firstLoad(contents: string): Promise<number> {
  const { outputFiles, metafile } = await build({ ...optionsFor(contents), splitting: true, metafile: true, outdir: 'out' });
  const weights = new Map(outputFiles.map(({ path, contents: part }) => [path, gzipSync(part, { level: 9 }).length]));
  const parts = new Set([Object.keys(metafile.outputs).find((name) => name.endsWith('stdin.js')) as string]);
  for (const part of parts) for (const { path, kind } of metafile.outputs[part].imports) if (kind === 'import-statement') parts.add(path);
  return [...parts].reduce((sum, part) => sum + (weights.get(resolve(part)) ?? 0), 0) / 1000;
}

function optionsFor(contents: string) {
  return {
    stdin: { contents, resolveDir: join(root, 'test') }, // from inside, `attune` is the package itself,
    tsconfigRaw: '{}', // and not the sources, which tsconfig.json says that it is
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet', 'hyparquet-writer'],
  } as const satisfies BuildOptions;
}
