import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const example = resolve(import.meta.dirname, '..');
const cache = resolve(example, '../../.cache/appliances');

/**
 * Imports a script of the example with all it needs as a bundle: one by one, its 600 files of TypeScript take seconds to load, and again in
 * each thread. Where bundles cannot be made or kept, the files themselves are imported.
 *
 * @param script its place in the example
 * @param threads scripts that its threads run
 */
export async function importBundled<Module>(script: string, threads: readonly string[]): Promise<Module> {
  const file = await bundle([script, ...threads]).catch(() => join(example, script));
  return import(pathToFileURL(file).href) as Promise<Module>;
}

/** @returns the bundle of the first script; those of the others are beside it */
async function bundle(scripts: readonly string[]): Promise<string> {
  const { buildSync } = await import('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: scripts.map((script) => join(example, script)),
    entryNames: '[name]',
    outdir: cache,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  const hash = createHash('sha256');
  for (const { path, contents } of outputFiles) hash.update(path).update(contents);
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) {
    // Another process may be making or reading the same bundle: it appears as a whole.
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    for (const { path, contents } of outputFiles) writeFileSync(join(unfinished, basename(path)), contents);
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return join(folder, basename(scripts[0]).replace(/\.ts$/, '.mjs'));
}
