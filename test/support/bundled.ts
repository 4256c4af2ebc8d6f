import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, '.cache/test-programs');
const bundles = new Map<string, Promise<string>>();

/**
 * A TypeScript program and what it imports as one folder of JavaScript: a process that loads hundreds of files by themselves works seconds
 * before it begins, and tests start many.
 *
 * @returns the file to run
 */
export function bundled(program: string): Promise<string> {
  const made = bundles.get(program) ?? bundle(program);
  bundles.set(program, made);
  return made;
}

async function bundle(program: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [program],
    absWorkingDir: root,
    outdir: cache,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    plugins: [knowsItsPlace],
    write: false,
  });
  const hash = createHash('sha256');
  for (const { path, contents } of outputFiles) hash.update(path).update(contents);
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // Another process may be writing or running the same.
    const file = join(folder, basename(path));
    writeFileSync(`${file}.${process.pid}`, contents);
    renameSync(`${file}.${process.pid}`, file);
  }
  return join(folder, basename(program).replace(/\.ts$/, '.mjs'));
}

/** A module finds the files beside its source, not beside its bundle. */
const knowsItsPlace: Plugin = {
  name: 'knows its place',
  setup({ onLoad }) {
    onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};
