/**
 * Builds `dist/modules`: one file for each file of `src`, for bundlers, which drop files that a page does not use and put those that several
 * of its parts use where they belong. Node, which loads what it is given, takes the large files beside it. Where there is a `NAME.page.ts` beside
 * `NAME.ts`, it stands in its place: it loads by `import()` what few pages need.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { entries, root } from './entries.ts';
import { pureStatements } from './pure-statements.ts';

const optional = ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet'];

export async function buildModules(): Promise<void> {
  const outdir = join(root, 'dist/modules');
  await build({
    entryPoints: await reachable(),
    outbase: join(root, 'src'),
    outdir,
    bundle: true, // each file with the one package that it may bring along
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none', // dist/LICENSES.txt has them
    external: optional,
    plugins: [otherFilesOutside],
  });
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
