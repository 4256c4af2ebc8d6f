/**
 * Builds what Node and Deno load: CommonJS files in `dist` and for each subpath a module that takes its names from them, so that `import` and
 * `require` give the same classes. Most code is parsed when it is first called, because parsing was nearly all of the time of importing attune:
 * early files (late-code.ts) require what they call where they call it. Only `require` does that at once, in the middle of a call.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import ts from 'typescript';
import { entries, root } from './entries.ts';
import { groupOf, isEarly, lateNames, sourceFile, src } from './late-code.ts';
import { earlyFile, mergeChunks, mergeLoadedBy } from './merge-chunks.ts';

/** Chunks up to this many bytes come in one file, as those who call one need others soon. */
const smallChunk = 8 * 1024;

/** @param dist where the files go */
export async function buildForNode(dist: string): Promise<void> {
  const folder = join(dist, 'node-build');
  await build({
    entryPoints: Object.fromEntries(entries.map((name) => [name, join(src, `entries/${name}.ts`)])),
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    define: { 'import.meta.url': 'undefined' }, // there is __filename
    external: ['node:*', '@huggingface/transformers', 'faiss-node', 'hyparquet'],
    plugins: [lateCode],
  });
  await mergeLoadedBy(folder, 'index.js', earlyFile);
  await mergeChunks(folder, smallChunk);
  for (const name of readdirSync(folder)) {
    const { code, names } = commonJs(readFileSync(join(folder, name), 'utf8'));
    const entry = name.replace(/\.js$/, '');
    const isEntry = entries.includes(entry);
    writeFileSync(join(dist, isEntry ? `${entry}-code.cjs` : commonName(`./${name}`)), code);
    if (!isEntry) continue;
    writeFileSync(join(dist, `${entry}.cjs`), passedOn(entry));
    writeFileSync(join(dist, name), `import all from "./${entry}.cjs";\nexport const { ${names.join(', ')} } = all;\n`);
  }
  rmSync(folder, { recursive: true });
}

/** A file without a name of its own: Node searches a CommonJS file that a module imports for names, which takes as long as all the rest. */
const passedOn = (entry: string): string => `"use strict";\nconst all = require("./${entry}-code.cjs");\nmodule.exports = all;\n`;

const lateCode: Plugin = {
  name: 'code that is loaded when it is called',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^late-group:/ }, ({ path }) => ({ path, namespace: 'late', sideEffects: false }));
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: groupFile(path.slice('late-group:'.length)), resolveDir: src }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => (isEarly(path) ? { contents: withoutLate(path), loader: 'ts' } : undefined));
  },
};

/** An early file with its late imports made where they are used. */
function withoutLate(file: string): string {
  const { source, edges, uses } = sourceFile(file);
  const edits: [from: number, to: number, text: string][] = [];
  edges.forEach(({ statement, file: target, names }, k) => {
    if (isEarly(target)) return;
    const group = `(late${k} ??= requireLate(import('late-group:${groupOf(target)}')))`;
    const values = (names ?? []).map((name) => ({ ...name, value: `${group}.${lateName(target, name.from)}` }));
    const stubs = values.map(({ here, value }) => `export function ${here}(...values: any[]) { return ${value}(...values); }`);
    edits.push([
      statement.getStart(source),
      statement.end,
      `let late${k}: any; ${ts.isExportDeclaration(statement) ? stubs.join(' ') : ''}`,
    ]);
    if (ts.isExportDeclaration(statement)) return;
    for (const { here, value } of values) {
      for (const use of uses.get(here) ?? []) {
        const called = ts.isNewExpression(use.parent) ? `(${value})` : value;
        edits.push([use.getStart(source), use.end, ts.isShorthandPropertyAssignment(use.parent) ? `${here}: ${value}` : called]);
      }
    }
  });
  let { text } = source;
  for (const [from, to, by] of edits.sort(([a], [b]) => b - a)) text = text.slice(0, from) + by + text.slice(to);
  return text;
}

const groupFile = (group: string): string =>
  Array.from(lateNames(group), ([file, names]) => {
    const list = Array.from(names, (name) => `${name} as ${lateName(file, name)}`);
    return `export { ${list.join(', ')} } from ${JSON.stringify(file)};`;
  }).join('\n');

/** Files of a group may have names in common. */
const lateName = (file: string, name: string) => `${name}_${[...lateNames(groupOf(file)).keys()].indexOf(file)}`;

/** A file that esbuild wrote as an ES module, as CommonJS. No two files import each other, so that names are complete when they are taken. */
function commonJs(code: string): { code: string; names: string[] } {
  let exported = '';
  const body = code
    .replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (_, names: string, from: string) => {
      return `const {${names.replace(/(\w+) as (\w+)/g, '$1: $2')}} = require("${commonName(from)}");`;
    })
    .replace(/^import \* as (\w+) from "([^"]+)";$/gm, (_, name: string, from: string) => `const ${name} = require("${commonName(from)}");`)
    .replace(/^import "([^"]+)";$/gm, (_, from: string) => `require("${commonName(from)}");`)
    .replace(/\brequireLate\(import\("([^"]+)"\)\)/g, (_, from: string) => `require("${commonName(from)}")`)
    .replace(/\bimport\("(\.[^"]+)"\)/g, (_, from: string) => `Promise.resolve().then(() => require("${commonName(from)}"))`)
    .replace(/^export \{([^}]*)\};$/gm, (_, names: string) => {
      exported = names.replace(/(\w+) as (\w+)|(\w+)/g, (_, from, name, same) => `${name ?? same}: ${from ?? same}`);
      return '';
    });
  const [other] = /^(?:import .*"|export \{).*/m.exec(body) ?? [];
  if (other) throw new Error(`Expected imports of names or of all, got ${other}`);
  const names = [...exported.matchAll(/(\w+): \w+/g)].map(([, name]) => name);
  return { code: `"use strict";\n${body}module.exports = {${exported}};\n`, names };
}

const commonName = (path: string) => path.replace(/^(\..*)\.js$/, '$1.cjs');
