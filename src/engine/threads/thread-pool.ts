import type { Engine } from '../engine.ts';
import { type EngineMemory, type JobName, runBlocks, words } from './job.ts';
import { checkJob, postJob } from './post-job.ts';
import { kernelModule, mayBlock, startWorker, type WorkerHandle } from './runtime.ts';

/**
 * Workers over the memory of an engine for jobs so short that the caller waits for them. They are started with the first job, which does
 * not wait until they are up, sleep between jobs, and never keep the process alive. Where a thread must not block, on the main thread of
 * a page, there are none.
 */
export class ThreadPool {
  /** Threads that take part, this one included. */
  readonly threads: number;
  readonly #engine: Engine;
  readonly #memory: EngineMemory;
  readonly #shared: Int32Array;
  readonly #values: Float64Array;
  #workers: WorkerHandle[] | undefined;

  /** How many 32-bit numbers a pool takes from its engine. */
  static size(threads: number, scratchBytes: number): number {
    return (words.bytes + threads * padded(scratchBytes)) / 4 + 32;
  }

  /** @param scratchBytes what each thread needs for itself */
  constructor(engine: Engine, threads: number, scratchBytes: number) {
    this.threads = engine.memory && mayBlock() ? threads : 1;
    this.#engine = engine;
    const control = engine.i32(words.bytes / 4);
    const scratch = engine.i32((threads * padded(scratchBytes)) / 4).at;
    const memory = engine.memory as WebAssembly.Memory;
    this.#memory = { memory, control: control.at, scratch, scratchBytes: padded(scratchBytes) };
    this.#shared = control.array.subarray(0, words.count);
    this.#values = new Float64Array(control.array.buffer, control.at + words.values, words.valueCount);
  }

  /** Byte position of this thread's scratch, for direct calls of kernels. */
  get scratch(): number {
    return this.#memory.scratch;
  }

  /** Runs a block job on all threads; returns when every block is done. @throws ERR_NUMERIC when a kernel trapped */
  run(name: JobName, rows: number, blockSize: number, args: number[]): void {
    const shared = this.#shared;
    const blocks = postJob(shared, this.#values, name, { rows, blockSize }, args);
    if (blocks > 1) this.#wake();
    // Whoever is awake takes blocks; a worker that never comes up takes none, and nobody waits for it.
    if (blocks > 0) runBlocks(this.#engine.kernels, shared, this.#values, this.#memory.scratch, Number.POSITIVE_INFINITY);
    for (;;) {
      const done = Atomics.load(shared, words.done);
      if (done >= blocks) break;
      Atomics.wait(shared, words.done, done);
    }
    checkJob(shared, name);
  }

  /** Ends the workers. */
  close(): void {
    for (const worker of this.#workers ?? []) worker.terminate();
    this.#workers = [];
  }

  #wake(): void {
    if (this.#workers) {
      if (this.#workers.length) Atomics.notify(this.#shared, words.generation);
      return;
    }
    this.#workers = [];
    const module = kernelModule();
    for (let thread = 1; module && thread < this.threads; thread++) {
      const worker = startWorker({ ...this.#memory, module, thread });
      if (worker) this.#workers.push(worker);
    }
  }
}

const padded = (bytes: number) => Math.ceil(bytes / 64) * 64;
