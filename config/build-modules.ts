/**
 * Builds `dist/modules`: one file for each file of `src`, for bundlers, which drop files that a page does not use and put those that several
 * of its parts use where they belong. Node, which loads what it is given, takes the large files beside it. Where there is a `NAME.page.ts` beside
 * `NAME.ts`, it stands in its place: it loads by `import()` what few pages need.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type ImportKind, type Plugin, transformSync } from 'esbuild';
import ts from 'typescript';
import { entries, root } from './entries.ts';
import { kernelsFirst } from './kernels-first.ts';
import { sourceFile } from './late-code.ts';
import { pureStatements } from './pure-statements.ts';

const optional = ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet'];
const src = join(root, 'src');
const outdir = join(root, 'dist/modules');

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
  const { atOnce, inPages, late } = await reachable();
  await build({ ...options, entryPoints: [...atOnce], outbase: src, outdir, plugins: [otherFilesOutside] });
  await buildLate(late, atOnce, inPages);
  const names = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const codes = new Map(names.map((name) => [join(outdir, name), pureStatements(shortNames(readFileSync(join(outdir, name), 'utf8')))]));
  for (const [file, code] of kernelsFirst(codes)) writeFileSync(file, withoutPreloads(code));
}

/** With short names inside: some bundlers, such as Rollup, leave names as they are. Marks of pure values come after it, which would drop them. */
const shortNames = (code: string) =>
  transformSync(code, { minifyIdentifiers: true, minifyWhitespace: true, format: 'esm', target: 'es2022' }).code;

/**
 * Vite wraps an `import()` of a plain string in code that fetches style sheets and imports ahead, a kilobyte for every page. In parentheses the
 * string is the same to all who parse it.
 */
const withoutPreloads = (code: string) => code.replace(/\bimport\(("[^"]+")\)/g, 'import(($1))');

/** Files that the subpaths import as values, directly or not, and those that come by `import()` alone: only what it names itself. */
async function reachable(): Promise<{ atOnce: Set<string>; inPages: Set<string>; late: Set<string> }> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(src, `entries/${entry}.ts`)),
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
  const imports = (name: string, kind: ImportKind) =>
    metafile.inputs[name].imports.filter((each) => each.kind === kind && each.path.startsWith('src/')).map(({ path }) => path);
  const importedBy = (names: string[]) => {
    const found = new Set(names.map((name) => `src/entries/${name}.ts`));
    for (const name of found) for (const path of imports(name, 'import-statement')) found.add(path);
    return found;
  };
  const atOnce = importedBy(entries);
  const inPages = importedBy(entries.filter((name) => !/^(node|spark)$/.test(name)));
  const late = Object.keys(metafile.inputs).flatMap((name) => (name.startsWith('src/') ? imports(name, 'dynamic-import') : []));
  const absolute = (names: Iterable<string>) => new Set(Array.from(names, (name) => join(root, name)));
  return { atOnce: absolute(atOnce), inPages: absolute(inPages), late: absolute(late.filter((name) => !atOnce.has(name))) };
}

/**
 * Code that pages load by `import()`, with copies of the functions that it shares with what they load at once. Bundlers keep of a file whatever
 * any part of a page uses, in the part that comes first: of every file, without the copies, what only a fit calls. Classes and what has a state
 * are not copied. Files called `NAME.late.ts` bring along classes as well, which the package also exports.
 */
async function buildLate(late: Set<string>, atOnce: Set<string>, inPages: Set<string>): Promise<void> {
  const othersOutside: Plugin = {
    name: 'what is not copied stays outside',
    setup({ onResolve }) {
      onResolve({ filter: files }, ({ path, kind, resolveDir }) => {
        const target = kind === 'entry-point' ? path : join(resolveDir, pageFile(path, resolveDir));
        if (!atOnce.has(target) || copiedClasses.test(target) || isCopied(target, inPages.has(target)))
          return { path: target, sideEffects: false };
        return {
          path: `${outside}${relative(src, target).replace(/\.ts$/, '.js').replaceAll('\\', '/')}`,
          external: true,
          sideEffects: false,
        };
      });
    },
  };
  const { outputFiles } = await build({
    ...options,
    entryPoints: [...late],
    outbase: src,
    outdir,
    chunkNames: 'late/[hash]',
    splitting: true,
    write: false,
    plugins: [othersOutside],
  });
  for (const { path, text } of outputFiles) {
    const up = relative(dirname(path), outdir).replaceAll('\\', '/') || '.';
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(`"${outside}`, `"${up}/`));
  }
}

const outside = 'outside:';

const copiedClasses = /\/semantic\/indexes\/(hnsw|four-bit)\/|\/engine\/(kernels\/(hnsw|planes)|generated)\/(?!.*\/codes\.ts)/;

/** Letters of a file with a class up to which it is copied. */
const smallClass = 7000;

/**
 * Whether two copies of a file do what one does, because nothing in it changes. Large classes of pages are not copied, nor are
 * kernels and their code, which a page has once.
 */
function isCopied(file: string, inPages: boolean): boolean {
  if (/\/engine\/generated\/(families|code)\//.test(file)) return false;
  return sourceFile(file).source.statements.every((statement) => {
    if (ts.isVariableStatement(statement)) return (statement.declarationList.flags & ts.NodeFlags.Const) !== 0 && !hasIdentity(statement);
    return ts.isClassDeclaration(statement)
      ? !inPages || sourceFile(file).source.text.length < smallClass
      : !ts.isExpressionStatement(statement);
  });
}

/** Whether a constant is something that is made once: an object by `new`, a class or a symbol. */
function hasIdentity(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isNewExpression(node)) return !/^Text(De|En)coder$|^[IUF]\w+Array$/.test(node.expression.getText());
  if (ts.isClassLike(node) || (ts.isIdentifier(node) && node.text === 'Symbol')) return true;
  return ts.forEachChild(node, hasIdentity) ?? false;
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
