/**
 * The whole worker: waits for a job in shared memory, takes blocks until there are none, waits again. It knows nothing
 * about models. Bundled to a string at build time, so that a user's bundler cannot lose it.
 */
import type { JobName } from '../generated/jobs.ts';
import { type EngineMemory, runBlocks, words } from './job.ts';
import { instantiate } from './run-here.ts';

type Start = EngineMemory & { modules: WebAssembly.Module[]; jobs: JobName[]; thread: number };

const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process?.getBuiltinModule?.(
  'node:worker_threads',
) as { workerData: Start } | undefined;

if (node) serve(node.workerData);
else (globalThis as unknown as { onmessage: unknown }).onmessage = (event: MessageEvent<Start>) => serve(event.data);

function serve({ memory, control, scratch, scratchBytes, modules, jobs, thread }: Start): void {
  const kernels = { calls: instantiate(modules, memory), jobs };
  const shared = new Int32Array(memory.buffer, control, words.count);
  const values = new Float64Array(memory.buffer, control + words.values, words.valueCount);
  for (let seen = 0; ; ) {
    Atomics.wait(shared, words.generation, seen);
    seen = Atomics.load(shared, words.generation);
    if (seen < 0) return;
    runBlocks(kernels, shared, values, scratch + thread * scratchBytes, Number.POSITIVE_INFINITY);
  }
}
