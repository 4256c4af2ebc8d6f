/**
 * Finds the kernels under src/engine/kernels, compiles them, and writes src/engine/generated:
 * - families/NAME.ts: for each folder of kernels the compiled kernels as text, so that neither a user's bundler nor a single-file build can
 *   lose them, with their plain twins; a bundle has the families that its models name and no other;
 * - code/NAME.ts: the text of families that pages load together, side by side;
 * - jobs.ts and jobs/NAME.ts: each kernel with the names and types of its arguments;
 * - worker-source.ts: the worker as text;
 * - kernels.wasm: all families in one module, for callers who compile it themselves, and kernels-digest.ts, by which it is known.
 *
 * Plain JavaScript, and the compilers are loaded only when something changed, because every npm script begins with this file. `--families` leaves
 * out kernels.wasm, which takes a third of the time: only the package has it, and the sources and the example do without.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileAll } from './compile-kernels.mjs';

const engine = join(import.meta.dirname, '../src/engine');
const generated = join(engine, 'generated');
const kernelFolder = join(engine, 'kernels');

/** Types of arguments that are arrays; everything else is a number. */
const arrays = ['F32s', 'F64s', 'I8s', 'U8s', 'I16s', 'I32s'];
/** All files by path from the folder of kernels, in an order that every machine agrees on. */
const names = readdirSync(kernelFolder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort();
const sources = new Map(names.map((name) => [name, readFileSync(join(kernelFolder, name), 'utf8')]));

/** Folders with kernels. */
const families = [...new Set(names.filter((name) => isTwin(name)).map((name) => name.split('/')[0]))];
/** The digest of everything is written last, so that a partial result is never up to date. */
const digestFile = join(generated, 'kernels-digest.ts');
/** All kernels in one module; it ends with the digest. */
const wholeFile = join(generated, 'kernels.wasm');
/**
 * Families whose text stands in one file, since pages load them together: compression finds likeness only nearby. Bundlers that make parts
 * of a page keep files whole, so families that a page may have without the others stay apart, as `ranking` does: with it, a page with
 * factors of elsewhere took 5 kB more.
 */
const together = { als: ['als', 'dense'], search: ['codes', 'hnsw', 'planes'] };

const targets = [
  ...['jobs.ts', 'worker-source.ts'],
  ...families.flatMap((name) => [`families/${name}.ts`, `jobs/${name}.ts`]),
  ...Object.keys(together).map((name) => `code/${name}.ts`),
];

const digest = digestOf();
await build({ sources: !sourcesAreUpToDate(), whole: !process.argv.includes('--families') && !wholeIsUpToDate() });

function digestOf() {
  const stamp = createHash('sha256');
  const ours = [import.meta.filename, ...['compile-kernels.mjs', 'loops.mjs'].map((name) => join(import.meta.dirname, name))];
  for (const file of [...ours, ...['worker.ts', 'job.ts', 'run-here.ts'].map((name) => join(engine, 'threads', name))])
    stamp.update(readFileSync(file));
  for (const [name, text] of sources) stamp.update(`${name}\n${text}`);
  return stamp.digest('hex');
}

function sourcesAreUpToDate() {
  const isThere = targets.every((file) => existsSync(join(generated, file))) && existsSync(digestFile);
  return isThere && readFileSync(digestFile, 'utf8').includes(digest);
}

function wholeIsUpToDate() {
  return existsSync(wholeFile) && readFileSync(wholeFile).subarray(-digest.length).toString() === digest;
}

/** @param {{ sources: boolean, whole: boolean }} wanted what is missing or old */
async function build(wanted) {
  if (!wanted.sources && !wanted.whole) return;
  const kernels = kernelsOf();
  const lists = families.map((family) => kernels.filter((kernel) => kernel.family === family));
  const relaxed = lists.map(relaxedOf).filter((list) => list.length > 0);
  const modules = await compileAll([...(wanted.sources ? [...lists, ...relaxed] : []), ...(wanted.whole ? [kernels] : [])]);
  if (wanted.sources)
    await writeSources(kernels, lists, modules, new Map(relaxed.map(([{ family }], k) => [family, modules[lists.length + k]])));
  if (wanted.whole) writeFileSync(wholeFile, withDigest(modules.at(-1)));
}

/** Those of a family that are there once more for relaxed SIMD: coarse.ts has such kernels in coarse.relaxed.ts. */
function relaxedOf(kernels) {
  return kernels.flatMap((kernel) => {
    const file = kernel.file.replace(/\.ts$/, '.relaxed.ts');
    return sources.get(file)?.includes(`export function ${kernel.name}(`) ? [{ ...kernel, file }] : [];
  });
}

/**
 * @param modules the compiled kernels of each family
 * @param relaxed those of some once more, for relaxed SIMD
 */
async function writeSources(kernels, lists, modules, relaxed) {
  rmSync(generated, { recursive: true, force: true });
  for (const folder of ['code', 'families', 'jobs']) mkdirSync(join(generated, folder), { recursive: true });
  writeFileSync(join(generated, 'jobs.ts'), jobsText(kernels));
  const codes = new Map(families.map((family, k) => [family, textOf(modules[k])]));
  for (const [k, family] of families.entries()) {
    writeFileSync(join(generated, `families/${family}.ts`), familyText(family, lists[k], codes.get(family), relaxed.get(family)));
    writeFileSync(join(generated, `jobs/${family}.ts`), familyJobsText(lists[k]));
  }
  for (const [name, list] of Object.entries(together)) writeFileSync(join(generated, `code/${name}.ts`), codeText(list, codes));
  const worker = await bundleWorker();
  const header = '// Generated by config/build-engine.mjs.\n';
  writeFileSync(
    join(generated, 'worker-source.ts'),
    `${header}/** The source text of a worker. */\nexport const workerSource = ${JSON.stringify(worker)};\n`,
  );
  writeFileSync(
    digestFile,
    `${header}/** What a section of kernels.wasm says, by which the kernels of another version are known. */\nexport const kernelsDigest = '${digest}';\n`,
  );
  const sizes = families.map(
    (family, k) => `${family} ${modules[k].length}${relaxed.has(family) ? ` + ${relaxed.get(family).length}` : ''}`,
  );
  console.log(`bytes of kernels: ${sizes.join(', ')}; of the worker: ${worker.length}`);
}

/** Whether a file holds plain twins, so that the exported functions of the one beside it are kernels. */
function isTwin(name) {
  return name.endsWith('.plain.ts') && sources.get(name).includes('export function twins(');
}

/**
 * The exported functions of every file that has twins beside it.
 * @returns {{ family: string, file: string, name: string, comment: string, isJob: boolean, parameters: { name: string, type: string, optional: boolean }[], result: string }[]}
 */
function kernelsOf() {
  const kernels = [];
  for (const [file, text] of sources) {
    const twin = file.replace(/\.ts$/, '.plain.ts');
    if (!sources.has(twin) || !isTwin(twin)) continue;
    for (const match of text.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export function (\w+)\(([^)]*)\): (\w+) \{/gm)) {
      const [, comment = '', name, list, result] = match;
      const all = list
        .split(',')
        .filter((parameter) => parameter.trim())
        .map((parameter) => parameterOf(parameter.trim(), `${file}: ${name}`));
      const isJob =
        all
          .slice(0, 4)
          .map((parameter) => parameter.name)
          .join() === 'lo,hi,block,scratch';
      kernels.push({ family: file.split('/')[0], file, name, comment, isJob, parameters: isJob ? all.slice(4) : all, result });
    }
  }
  const twice = kernels.find(({ name }, k) => kernels.findIndex((other) => other.name === name) < k);
  if (twice) throw new Error(`${twice.file}: expected one kernel of the name ${twice.name}, got two. Rename one.`);
  const most = Number(/valueCount: (\d+)/.exec(readFileSync(join(engine, 'threads/job.ts'), 'utf8'))[1]);
  const long = kernels.find(({ isJob, parameters }) => isJob && parameters.length > most);
  if (long) {
    throw new Error(
      `${long.file}: expected at most ${most} arguments of a block job, ${long.name} has ${long.parameters.length}. Raise words.valueCount in threads/job.ts.`,
    );
  }
  return kernels;
}

/** `weights: Optional<F32s>` and the like. */
function parameterOf(text, where) {
  const match = /^(\w+): (?:(Optional)<(\w+)>|(\w+))$/.exec(text);
  if (!match) throw new Error(`${where}: expected a parameter such as 'rows: F32s', got '${text}'.`);
  const [, name, optional, inner, plain] = match;
  return { name, type: inner ?? plain, optional: optional !== undefined };
}

function familyJobsText(kernels) {
  const used = arrays.filter((type) => kernels.some(({ parameters }) => parameters.some((parameter) => parameter.type === type)));
  const one = ({ family, file, name, comment, isJob, parameters, result }) => {
    const fields = parameters.map(
      ({ name, type, optional }) =>
        `  ${name}${optional ? '?' : ''}: ${arrays.includes(type) ? type : 'number'}${optional ? ' | undefined' : ''};\n`,
    );
    const values = parameters.map(({ name, type }) => (arrays.includes(type) ? `at(a.${name})` : `a.${name}`)).join(', ');
    const type = `${name[0].toUpperCase()}${name.slice(1)}Arguments`;
    const definition = isJob
      ? `Job<${type}, '${family}'> = { name: '${name}', list: (a) => [${values}] }`
      : `Kernel<${type}, ${result === 'void' ? 'void' : 'number'}, '${family}'> = { name: '${name}', call: (k${values && ', a'}) => k.${name}(${values}) }`;
    return `/** Arguments of {@link ${name}}. */
export interface ${type} {
${fields.join('')}}
${comment || `/** See kernels/${file}. */\n`}export const ${name}: ${definition};
`;
  };
  const types = ['Job', 'Kernel'].filter((type) => kernels.some(({ isJob }) => isJob === (type === 'Job')));
  return `// Generated by config/build-engine.mjs from the signatures of the kernels.
import { ${['at', ...used.map((type) => `type ${type}`)].join(', ')} } from '../../memory/block.ts';
import type { ${types.join(', ')} } from '../jobs.ts';

${kernels.map(one).join('\n')}`;
}

/** The types of all kernels, and their jobs by one import, of which bundlers take what is used. */
function jobsText(kernels) {
  const jobs = kernels.filter(({ isJob }) => isJob);
  return `// Generated by config/build-engine.mjs from the signatures of the kernels.

${families.map((name) => `export * from './jobs/${name}.ts';\n`).join('')}
/** A folder of kernels. An engine has those that it was made with. */
export type FamilyName = ${families.map((name) => `'${name}'`).join(' | ')};

declare const family: unique symbol;

/** A kernel that is called on this thread. */
export interface Kernel<A, R, F extends FamilyName = FamilyName> {
  readonly name: keyof AllKernels;
  /** Calls it by position. */
  readonly call: (kernels: AllKernels, args: A) => R;
  readonly [family]?: F;
}

/** A kernel over blocks of rows, which all threads take. */
export interface Job<A, F extends FamilyName = FamilyName> {
  readonly name: JobName;
  /** The arguments behind lo, hi, block and scratch, by position. */
  readonly list: (args: A) => number[];
  readonly [family]?: F;
}

/** Name of a block job. */
export type JobName =
${jobs.map(({ name }) => `  | '${name}'`).join('\n')};

/** Every kernel as its twin has it, by position. */
export interface AllKernels {
${kernels.map(({ name, isJob, parameters, result }) => `  ${name}(${[...(isJob ? ['lo', 'hi', 'block', 'scratch'] : []), ...parameters.map((parameter) => parameter.name)].map((parameter) => `${parameter}: number`).join(', ')}): ${result === 'void' ? 'void' : 'number'};\n`).join('')}}
`;
}

/** @param {Map<string, string>} codes of all families */
function codeText(list, codes) {
  const one = (family) =>
    `/** The kernels of kernels/${family}, compiled. */\nexport const ${camelCase(family)} = '${codes.get(family)}';\n`;
  return `// Generated by config/build-engine.mjs.\n\n${list.map(one).join('\n')}`;
}

function familyText(family, kernels, code, relaxed) {
  const group = Object.keys(together).find((name) => together[name].includes(family));
  const files = [...new Set(kernels.map(({ file }) => file))].map((file) => file.replace(/\.ts$/, '.plain.ts'));
  const jobs = kernels.filter(({ isJob }) => isJob).map(({ name }) => `'${name}'`);
  return `// Generated by config/build-engine.mjs.
import type { KernelFamily } from '../../families.ts';
${group ? `import { ${camelCase(family)} as code } from '../code/${group}.ts';\n` : ''}${files.map((file, k) => `import { twins as twins${k} } from '../../kernels/${file}';\n`).join('')}
/** The kernels of kernels/${family}. */
export const ${camelCase(family)}Kernels: KernelFamily<'${family}'> = {
  name: '${family}',
  jobs: [${jobs.join(', ')}],
  twins: (memory) => ({ ${files.map((_, k) => `...twins${k}(memory)`).join(', ')} }),
  ${group ? 'code' : `code: '${code}'`},${relaxed ? `\n  relaxed: '${textOf(relaxed)}',` : ''}
};
`;
}

function camelCase(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

/**
 * Bytes as text, which `bytesOf` in families.ts reads: from -3 to 78, nearly all that kernels have, a letter stands for each, and the others
 * take two. Letters are those from ( to ~ without the backslash and the backtick, so that no quotes need escaping. A server compresses this as well as
 * it would the bytes; hexadecimal digits come to a tenth more, and push other code out of the window that compression looks back.
 */
function textOf(wasm) {
  const letter = (k) => String.fromCharCode(40 + k + (k > 51) + (k > 54));
  const text = Array.from(wasm, (byte) => {
    const k = (byte + 3) % 256;
    return k < 82 ? letter(k) : letter(82 + Math.floor((k - 82) / 85)) + letter((k - 82) % 85);
  }).join('');
  if (/<\/script|<!--/i.test(text)) throw new Error('Expected text that a page can hold in a script, got a tag. Change the letters.');
  return text;
}

/** Appends a section that says which version of the kernels this is. */
function withDigest(wasm) {
  const name = Buffer.from('attune');
  const content = Buffer.concat([Buffer.from([name.length]), name, Buffer.from(digest)]);
  return Buffer.concat([wasm, Buffer.from([0, content.length]), content]); // 0 = a custom section; its length takes one byte
}

/** The worker with everything it imports, as text. */
async function bundleWorker() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(engine, 'threads/worker.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'neutral',
  });
  return outputFiles[0].text;
}
