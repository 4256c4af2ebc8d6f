/** Puts right what the bundlers of code and of types get wrong. Runs after tsup, on `dist`. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { buildCli } from './build-cli.ts';
import { buildModules } from './build-modules.ts';
import { buildForNode } from './build-node.ts';
import { mergeChunks } from './merge-chunks.ts';

const dist = join(import.meta.dirname, '../dist');
let namespaces = 0;

await mergeChunks(dist, 32 * 1024);
moveToBundle();
await buildForNode(dist);
await buildCli();
await buildModules();
for (const name of readdirSync(dist)) {
  if (/\.d\.c?ts$/.test(name)) edit(name, metricsByReference);
  if (/\.c?js$/.test(name)) edit(name, (code) => plainClassNames(quickToParse(code)));
}
for (const name of readdirSync(join(dist, 'bundle'))) edit(`bundle/${name}`, (code) => plainClassNames(quickToParse(code)));
for (const name of readdirSync(join(dist, 'modules'), { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js')) edit(`modules/${name}`, inAscii);
}
if (namespaces !== 2)
  throw new Error(`Expected the namespace of metrics in two builds, got it in ${namespaces}. Does this step still have work to do?`);

/** What tsup wrote as ES modules is for bundlers of servers, which do not know CommonJS or drop nothing of it; its CommonJS is not needed. */
function moveToBundle(): void {
  mkdirSync(join(dist, 'bundle'), { recursive: true });
  for (const name of readdirSync(dist)) {
    if (name.endsWith('.cjs')) rmSync(join(dist, name));
    if (name.endsWith('.js')) renameSync(join(dist, name), join(dist, 'bundle', name));
  }
}

/**
 * `export * as metrics` comes out as a list of constants, types among them, which only compiles for those who skip checking libraries.
 * The namespace is the subpath's own file.
 */
function metricsByReference(types: string, name: string): string {
  const space = /^(?:(?:declare const|type) metrics_.*;\n)+declare namespace metrics \{\n.*\n\}\n/m;
  if (space.test(types)) namespaces++;
  const without = types.replace(space, '').replace(/\b(?:\w+ as metrics|metrics as \w+)(?:, |(?= \}))/, '');
  if (!/^index\.d/.test(name)) return without;
  return `${without}\nexport * as metrics from './metrics.${name.endsWith('.cts') ? 'cjs' : 'js'}';\n`;
}

/** A class that names itself inside is bundled as `var A = class _A`, and would be called `_A` in messages and when printed. */
function plainClassNames(code: string): string {
  for (const [, name] of code.matchAll(/\b(?:var|let|const) (\w+) ?= ?class _\1\b/g))
    code = code.replace(new RegExp(`\\b_${name}\\b`, 'g'), name);
  return code;
}

/**
 * Without comments and indentation, names kept. Parsing is most of the time of `import 'attune'`, and one letter beyond Latin-1, in a comment
 * or not, makes Node keep and scan the whole file as two bytes a letter.
 */
function quickToParse(code: string): string {
  const { code: short } = transformSync(code, { minifyWhitespace: true, lineLimit: 160, charset: 'ascii' });
  return inAscii(short);
}

/**
 * esbuild leaves the letters of patterns as they are, where an escape means the same. A page that does not say its encoding would read them as
 * others, and a class of characters whose range then ends before it begins is a syntax error.
 */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function edit(name: string, change: (text: string, name: string) => string): void {
  const file = join(dist, name);
  const before = readFileSync(file, 'utf8');
  const after = change(before, name);
  if (after !== before) writeFileSync(file, after);
}
