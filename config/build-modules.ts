/**
 * Builds `dist/modules`: one file for each file of `src`, for bundlers, which drop files that a page does not use and put those that several
 * of its parts use where they belong. Node, which loads what it is given, takes the large files beside it. Where there is a `NAME.page.ts` beside
 * `NAME.ts`, it stands in its place: it loads by `import()` what few pages need.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { entries, root } from './entries.ts';
import { pureStatements } from './pure-statements.ts';

const optional = ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet'];

const options = {
  bundle: true, // each file with the one package that it may bring along
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none', // dist/LICENSES.txt has them
  external: optional,
} as const satisfies BuildOptions;

export async function buildModules(): Promise<void> {
  const outdir = join(root, 'dist/modules');
  await build({ ...options, entryPoints: await reachable(), outbase: join(root, 'src'), outdir, plugins: [otherFilesOutside] });
  await buildLate(outdir);
  for (const name of readdirSync(outdir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const file = join(outdir, name);
    writeFileSync(file, pureStatements(readFileSync(file, 'utf8')));
  }
}

/** Files that the subpaths import, directly or not, as values. */
async function reachable(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(root, `src/entries/${entry}.ts`)),
    absWorkingDir: root,
    outdir: 'none',
    bundle: true,
    write: false,
    metafile: true,
    treeShaking: false,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    external: optional,
    plugins: [forPages],
  });
  return Object.keys(metafile.inputs).filter((name) => name.startsWith('src/'));
}

/**
 * Files called `NAME.late.ts` bring along copies of what the package also exports, in these folders. esbuild puts whatever an `import()` reaches
 * into the first load of every page when the package's entry reaches it as well, used or not.
 */
const copied = /\/semantic\/indexes\/(hnsw|four-bit)\/|\/engine\/(kernels\/(hnsw|planes)|generated)\/(?!.*\/codes\.ts)/;

async function buildLate(outdir: string): Promise<void> {
  const src = join(root, 'src');
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.late.ts')) continue;
    const outfile = join(outdir, name.replace(/\.ts$/, '.js'));
    const othersOutside: Plugin = {
      name: 'what is not copied stays outside',
      setup({ onResolve }) {
        onResolve({ filter: files }, ({ path, kind, resolveDir }) => {
          const target = join(resolveDir, pageFile(path, resolveDir));
          if (kind === 'entry-point' || copied.test(target)) return { path: target, sideEffects: false };
          const from = relative(dirname(outfile), join(outdir, relative(src, target))).replaceAll('\\', '/');
          return { path: `${from.startsWith('.') ? '' : './'}${from.replace(/\.ts$/, '.js')}`, external: true, sideEffects: false };
        });
      },
    };
    await build({ ...options, entryPoints: [join(src, name)], outfile, plugins: [othersOutside] });
  }
}

const files = /^\.\.?\/.*\.ts$/;

/** The file that pages take for one that another in `folder` imports. */
function pageFile(path: string, folder: string): string {
  const own = path.replace(/\.ts$/, '.page.ts');
  return existsSync(join(folder, own)) ? own : path;
}

const forPages: Plugin = {
  name: 'files for pages',
  setup({ onResolve }) {
    onResolve({ filter: files }, ({ path, kind, resolveDir }) =>
      kind === 'entry-point' ? undefined : { path: join(resolveDir, pageFile(path, resolveDir)) },
    );
  },
};

const otherFilesOutside: Plugin = {
  name: 'other files stay outside',
  setup({ onResolve }) {
    onResolve({ filter: files }, ({ path, kind, resolveDir }) =>
      kind === 'entry-point' ? undefined : { path: pageFile(path, resolveDir).replace(/\.ts$/, '.js'), external: true },
    );
  },
};
