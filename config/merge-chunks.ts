/**
 * Puts chunks of the ESM build together. esbuild makes a chunk of every set of modules that the same entries share, a dynamic import counting
 * as an entry, and each file takes Node half a millisecond to find and link, which was a quarter of the time of importing attune.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** What Node loads at once of `attune`; it imports no chunk. */
export const earlyFile = 'early.js';
const importStatement = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";\n/gm;

/** @param largest larger chunks do not become part of `shared.js`, because who needs one of its chunks loads all of them */
export async function mergeChunks(dist: string, largest: number): Promise<void> {
  for (const chunks of loadedTogether(filesOf(dist))) await merge(dist, chunks, chunks[0]);
  await merge(dist, smallLeaves(filesOf(dist), largest), 'shared.js');
}

/** Puts together all chunks that a file loads at once. */
export async function mergeLoadedBy(dist: string, entry: string, target: string): Promise<void> {
  await merge(dist, [...loadedBy(filesOf(dist), entry)].filter(isChunk), target);
}

function filesOf(dist: string): Map<string, string> {
  const names = readdirSync(dist).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [name, readFileSync(join(dist, name), 'utf8')]));
}

const isChunk = (name: string) => name.startsWith('chunk-');
const importsOf = (code: string) => [...code.matchAll(importStatement)].map(([, , from]) => basename(from));

/**
 * Groups of chunks that exactly the same subpaths load. A group makes no circle: what lies between two of its chunks is loaded by the same
 * subpaths, so it belongs to the group.
 */
function loadedTogether(files: Map<string, string>): string[][] {
  const loaders = new Map<string, string[]>();
  for (const entry of files.keys()) {
    if (isChunk(entry) || isLazy(entry, files)) continue;
    for (const name of loadedBy(files, entry)) if (isChunk(name)) loaders.set(name, [...(loaders.get(name) ?? []), entry]);
  }
  const groups = new Map<string, string[]>();
  for (const [name, entries] of loaders) groups.set(String(entries), [...(groups.get(String(entries)) ?? []), name]);
  return [...groups.values()].filter((group) => group.length > 1);
}

function loadedBy(files: Map<string, string>, entry: string): Set<string> {
  const seen = new Set([entry]);
  for (const name of seen) for (const next of importsOf(files.get(name) ?? '')) seen.add(next);
  return seen;
}

/** A file that is only imported dynamically. */
function isLazy(name: string, files: Map<string, string>): boolean {
  return [...files.values()].some((code) => code.includes(`import("./${name}")`));
}

/** Small chunks that import nothing but small chunks and what is merged already, so that the file they become imports none that imports it. */
function smallLeaves(files: Map<string, string>, largest: number): string[] {
  let chunks = [...files.keys()].filter((name) => isChunk(name) && (files.get(name) as string).length < largest);
  for (let before = 0; before !== chunks.length; ) {
    before = chunks.length;
    chunks = chunks.filter((name) => importsOf(files.get(name) as string).every((from) => from === earlyFile || chunks.includes(from)));
  }
  return chunks;
}

/** Replaces chunks by one file and points those who import them to it. */
async function merge(dist: string, chunks: string[], target: string): Promise<void> {
  const files = filesOf(dist);
  const entry = chunks.map((name, k) => {
    const names = exportedNames(files.get(name) as string).map((each) => `${each} as m${k}_${each}`);
    return `export { ${names.join(', ')} } from './${name}';`;
  });
  const others = [...files.keys()].filter((name) => !chunks.includes(name)).map((name) => `./${name}`);
  const { outputFiles } = await build({
    stdin: { contents: entry.join('\n'), resolveDir: dist },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*', ...builtinModules, '@huggingface/transformers', 'hyparquet', ...others],
  });
  for (const name of chunks) rmSync(join(dist, name));
  writeFileSync(join(dist, target), outputFiles[0].text);
  for (const [file, code] of files) {
    if (chunks.includes(file)) continue;
    const names: string[] = [];
    const rest = code.replace(importStatement, (statement, list: string | undefined, from: string) => {
      const k = chunks.indexOf(basename(from));
      if (k < 0) return statement;
      for (const item of (list ?? '').split(',').map((each) => each.trim())) {
        const [name, local = name] = item.split(' as ');
        if (name) names.push(`m${k}_${name} as ${local}`);
      }
      return '';
    });
    if (rest === code) continue;
    const [shebang] = /^#!.*\n/.exec(rest) ?? [''];
    writeFileSync(join(dist, file), `${shebang}import {\n  ${names.join(',\n  ')}\n} from "./${target}";\n${rest.slice(shebang.length)}`);
  }
}

function exportedNames(code: string): string[] {
  const [, list] = /^export \{([^}]*)\};\s*$/m.exec(code) ?? ['', ''];
  return list
    .split(',')
    .map((each) => each.trim().split(' as ').at(-1) as string)
    .filter((each) => each !== '');
}
