import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '../..');

/** A piece of TypeScript in a guide. */
interface CodeBlock {
  /** Line of its first line of code, from 1. */
  line: number;
  code: string;
  /** From `<!-- types only: why -->` above it: the code is checked and not run. */
  typesOnly: string | undefined;
}

/** A guide as one program. Blocks share what they declare; each is nested in the one before, so that it may declare a name again. */
export interface Guide {
  file: string;
  blocks: CodeBlock[];
  /** What the blocks import, without types: module -> names. */
  imports: Map<string, Set<string>>;
  /** All blocks in braces, each line where it stands in the guide. */
  body: string;
}

const fence = /^(?:<!-- types only: (.*) -->\n)?```ts\n([\s\S]*?)^```$/gm;
const importLine = /^import (type )?(?:(\w+)(?:, )?)?(?:\{([^}]*)\})? from '([^']+)';/gm;

/** Reads the ```ts blocks of a Markdown file. */
export function readGuide(file: string): Guide {
  const text = readFileSync(resolve(root, file), 'utf8');
  const lineOf = (at: number) => text.slice(0, at).split('\n').length;
  const imports = new Map<string, Set<string>>();
  const blocks = [...text.matchAll(fence)].map((match) => ({
    line: lineOf(match.index + match[0].indexOf('```ts')) + 1,
    typesOnly: match[1],
    code: match[2].replace(importLine, (line, type, whole, names = '', module) => {
      const known = imports.get(module) ?? imports.set(module, new Set()).get(module);
      if (whole) known?.add(`${type ?? ''}default as ${whole}`);
      for (const name of names.split(',')) if (name.trim()) known?.add(`${type ?? ''}${name.trim()}`);
      return line.replace(/[^\n]/g, '');
    }),
  }));
  return { file, blocks, imports, body: nested(blocks) };
}

function nested(blocks: CodeBlock[]): string {
  let body = '';
  for (const { line, code, typesOnly } of blocks) {
    body += '\n'.repeat(line - 1 - body.split('\n').length);
    body += typesOnly === undefined ? `{ __at(${line});\n${code}` : `{ if (__never) {\n${code}}`;
  }
  return body + '}'.repeat(blocks.length);
}

/**
 * Runs a guide.
 * @param modules what its imports mean.
 * @param given names that the blocks use without declaring them.
 * @returns what it printed, and the line of the block that failed.
 */
export async function runGuide(guide: Guide, modules: Record<string, object>, given: object): Promise<string[]> {
  const printed: string[] = [];
  const print = (...values: unknown[]) => printed.push(values.map((v) => (typeof v === 'string' ? v : JSON.stringify(v))).join(' '));
  const scope: Record<string, unknown> = { ...given };
  for (const [module, names] of guide.imports) {
    if (!modules[module]) throw new Error(`${guide.file} imports '${module}', which test/docs does not know`);
    for (const name of names) {
      const [exported, local = exported] = name.split(' as ');
      if (!name.startsWith('type ')) scope[local] = (modules[module] as Record<string, unknown>)[exported];
    }
  }
  let at = 0;
  const shows = (line: number, actual: unknown, claim: string) => {
    const claimed = new Function(`return ${claim};`)();
    if (!agrees(actual, claimed)) throw new Error(`line ${line} says ${claim}, and it is ${JSON.stringify(actual)}`);
  };
  const builtIn = { console: { log: print }, __never: false, __at: (line: number) => (at = line), __shows: shows };
  const code = transformSync(`async () => {${withClaims(guide.body)}}`, { loader: 'ts', target: 'es2022' })
    .code.trim()
    .replace(/;$/, '');
  const names = Object.keys(scope).filter((name) => !(name in builtIn));
  const program = new Function(...Object.keys(builtIn), ...names, `return ${code}`)(
    ...Object.values(builtIn),
    ...names.map((name) => scope[name]),
  );
  try {
    await program();
  } catch (cause) {
    throw new Error(`${guide.file}, the block in line ${at}: ${cause}`, { cause });
  }
  return printed;
}

/** A line that is one expression, and the value that its comment begins with: a text, a number, a list or an object without `...`. */
const claimed =
  /^(\s*)(?!const |let |return |import |if |for |else |\}|\/\/)(\S.*); +\/\/ ('[^']*'|-?[\d.]+(?! \/)|\[[^.]*?\](?=$|,)|\{[^.]*\})(?=$|[ ,:;])/;

/** Lines whose comment says what comes check that it does. */
function withClaims(body: string): string {
  return body
    .split('\n')
    .map((line, at) => {
      const [, indent, expression, claim] = claimed.exec(line) ?? [];
      if (claim === undefined || / (or|and) '/.test(line) || !isValue(claim)) return line;
      const printed = /^console\.log\((.*)\)$/.exec(expression)?.[1];
      const whole = printed === undefined ? claim : JSON.stringify(line.slice(line.indexOf('// ') + 3));
      const actual = printed === undefined ? expression : `[${printed}].join(' ')`;
      return `${indent}__shows(${at + 1}, ${actual}, ${JSON.stringify(whole)});`;
    })
    .join('\n');
}

/** Whether a comment is a value, and not the shape of one, such as `{ mean, low, high }`. */
function isValue(claim: string): boolean {
  try {
    new Function(`return ${claim};`)();
    return true;
  } catch {
    return false;
  }
}

/** Whether a value is what a guide says: numbers to the digits that it gives, objects in the fields that it names. */
function agrees(actual: unknown, said: unknown): boolean {
  if (typeof said === 'number' && typeof actual === 'number') {
    const digits = String(said).split('.')[1]?.length ?? 0;
    return Math.abs(actual - said) <= (digits === 0 ? 1e-9 : 0.5000001 * 10 ** -digits);
  }
  if (typeof said !== 'object' || said === null || typeof actual !== 'object' || actual === null) return actual === said;
  if (Array.isArray(said) && said.length !== (actual as unknown[]).length) return false;
  return Object.entries(said).every(([key, value]) => agrees((actual as Record<string, unknown>)[key], value));
}

/** What the compiler says of guides, as `file(line): message`. Setup files are imported with all they export. */
export function checkGuides(guides: Guide[], setupOf: (guide: Guide) => { path: string; names: string[] }): string[] {
  const sources = new Map<string, string>();
  for (const guide of guides) {
    const { path, names } = setupOf(guide);
    const imports = [...guide.imports].map(([module, used]) => `import { ${[...used].join(', ')} } from '${module}';`);
    const own = new Set([...guide.imports.values()].flatMap((used) => [...used].map((name) => name.replace(/^.* as /, ''))));
    const given = names.filter((name) => !own.has(name));
    const setup = given.length > 0 ? `import { ${given.join(', ')} } from '${path}';` : '';
    const head = `${imports.join(' ')} ${setup} declare const __never: boolean; declare function __at(line: number): void; export {};`;
    sources.set(resolve(root, 'test/docs', `${guide.file.replace(/\W/g, '-')}.virtual.ts`), `${head}${guide.body}`);
  }
  const { config } = ts.readConfigFile(resolve(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = sources.get(name);
    return text === undefined
      ? getSourceFile.call(host, name, ...rest)
      : ts.createSourceFile(name, text, options.target ?? ts.ScriptTarget.ES2022);
  };
  const loose = { ...options, noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true };
  const program = ts.createProgram([...sources.keys()], loose, host);
  const found = [...sources.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return found.map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file && relative(root, file.fileName)}(${line}): ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
