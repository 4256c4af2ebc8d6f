/** Puts right what the bundlers of code and of types get wrong. Runs after tsup, on `dist`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '../dist');
let namespaces = 0;

for (const name of readdirSync(dist)) {
  if (/\.d\.c?ts$/.test(name)) edit(name, metricsByReference);
  if (/\.c?js$/.test(name)) edit(name, plainClassNames);
}
if (namespaces !== 2) throw new Error(`Expected two builds of the namespace of metrics, found ${namespaces}. Does this step still have work to do?`);

/**
 * `export * as metrics` comes out as a list of constants, types among them, which only compiles for those who skip checking libraries.
 * The namespace is the subpath's own file.
 */
function metricsByReference(types: string, name: string): string {
  if (/^index\.d/.test(name)) {
    namespaces++;
    const file = `./metrics.${name.endsWith('.cts') ? 'cjs' : 'js'}`;
    return `${types.replace(/\b\w+ as metrics(?:, |(?= \}))/, '')}\nexport * as metrics from '${file}';\n`;
  }
  const space = /^(?:declare const metrics_\w+: typeof [\w$]+;\n|import metrics_\w+ = [\w$]+;\n|type metrics_\w+.*\n)+declare namespace metrics \{\n.*\n\}\n/m;
  return space.test(types) ? types.replace(space, '').replace(/\bmetrics as \w+(?:, |(?= \}))/, '') : types;
}

/** A class that names itself inside is bundled as `var A = class _A`, and would be called `_A` in messages and when printed. */
function plainClassNames(code: string): string {
  for (const [, name] of code.matchAll(/\b(?:var|let|const) (\w+) = class _\1\b/g))
    code = code.replace(new RegExp(`\\b_${name}\\b`, 'g'), name);
  return code;
}

function edit(name: string, change: (text: string, name: string) => string): void {
  const file = join(dist, name);
  const before = readFileSync(file, 'utf8');
  const after = change(before, name);
  if (after !== before) writeFileSync(file, after);
}
