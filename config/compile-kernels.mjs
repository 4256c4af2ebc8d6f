/**
 * Compiles AssemblyScript on all processors: this file is also what each thread runs. A build takes half a minute of processor time, nearly all of
 * it in the optimizer, which uses one thread.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const kernelFolder = join(import.meta.dirname, '../src/engine/kernels');

if (!isMainThread) parentPort.on('message', async (kernels) => parentPort.postMessage(await compile(kernels)));

/**
 * The bytes of a module for each list of kernels, in the order of the lists.
 * @param {{ file: string, name: string }[][]} lists
 */
export async function compileAll(lists) {
  const modules = [];
  // What takes longest first, so that no thread begins it when the others have ended.
  const waiting = [...lists.keys()].sort((a, b) => lists[b].length - lists[a].length);
  const work = async () => {
    const thread = new Worker(new URL(import.meta.url));
    try {
      for (let k = waiting.shift(); k !== undefined; k = waiting.shift()) modules[k] = await answer(thread, lists[k]);
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lists.length, availableParallelism()) }, work));
  return modules;
}

function answer(thread, kernels) {
  return new Promise((done, fail) => {
    thread.removeAllListeners();
    thread.on('message', ({ wasm, message }) => (wasm ? done(wasm) : fail(new Error(message))));
    thread.on('error', fail);
    thread.postMessage(kernels.map(({ file, name }) => ({ file, name })));
  });
}

/** A module that exports these kernels, or what the compiler says against them. */
async function compile(kernels) {
  const { default: asc } = await import('assemblyscript/asc');
  const { testedAtTheEnd } = await import('./loops.mjs');
  const entry = 'entry.ts';
  const exports = kernels.map(({ file, name }) => `export { ${name} } from './${file.replace(/\.ts$/, '')}';\n`).join('');
  const written = new Map();
  // biome-ignore format: one option per line, with its value
  const { error, stderr } = await asc.main([
    entry,
    '--baseDir', kernelFolder,
    '-o', 'entry.wasm',
    '-O3', '--noAssert', '--converge',
    '--runtime', 'stub',
    '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory',
    ...(kernels.some(({ file }) => file.endsWith('.relaxed.ts')) ? ['--enable', 'relaxed-simd'] : []),
    '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
    '--use', 'abort=',
  ], {
    readFile: (name, folder) => (name === entry ? exports : textOf(join(folder, name))),
    writeFile: (name, contents) => void written.set(name, contents),
    transforms: [testedAtTheEnd],
  });
  return error ? { message: `${error.message}\n${stderr.toString()}` } : { wasm: written.get('entry.wasm') };
}

/** The compiler asks for a file by several names, and takes null for one that is not there. */
function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
