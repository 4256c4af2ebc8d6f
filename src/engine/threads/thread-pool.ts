import type { FamilyName, Job } from '../generated/jobs.ts';
import { padded } from '../memory/block.ts';
import type { Blocks, Fields, Layout } from '../memory/layout.ts';
import { type EngineMemory, runBlocks, words } from './job.ts';
import { type PoolMemory, poolLayout } from './pool-layout.ts';
import { checkJob, postJob } from './post-job.ts';
import { type Kernels, type RowRange, runHere } from './run-here.ts';
import { mayBlock } from './runtime.ts';
import { startWorker, type WorkerHandle } from './start-worker.ts';

/** Whose memory a pool works on: an engine, or a memory that grows. */
export interface PoolHost<F extends FamilyName = never> {
  readonly kernels: Kernels;
  /** The same for workers; none where the plain twins run. */
  readonly modules: readonly WebAssembly.Module[];
  /** The memory, for workers; undefined where the plain twins run. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly can?: (families: F) => void;
  place<L extends Fields>(layout: Layout<L>): Blocks<L>;
}

/**
 * A thread pool over the memory of an engine, for jobs so short that the caller blocks on them. The workers are started by the first job,
 * which does not wait until they are ready; they sleep between jobs and never keep the process alive. Where a thread must not block, on the
 * main thread of a page, there are none.
 */
export class ThreadPool<F extends FamilyName = never> {
  /** Threads that take part, this one included. */
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #modules: readonly WebAssembly.Module[];
  readonly #memory: EngineMemory;
  readonly #shared: Int32Array;
  readonly #values: Float64Array;
  #workers: WorkerHandle[] | undefined;

  /** What a pool takes from its host. */
  static layout(threads: number, scratchBytes: number) {
    return poolLayout(threads, scratchBytes);
  }

  /**
   * @param scratchBytes what each thread needs for itself
   * @param placed what the layout declares, where it has been placed
   */
  constructor(
    host: PoolHost<F>,
    threads: number,
    scratchBytes: number,
    placed: PoolMemory = host.place(poolLayout(threads, scratchBytes)),
  ) {
    this.threads = host.memory && mayBlock() ? threads : 1;
    this.#kernels = host.kernels;
    this.#modules = host.modules;
    const { control, scratch } = placed;
    const memory = host.memory as WebAssembly.Memory;
    this.#memory = { memory, control: control.at, scratch: scratch.at, scratchBytes: padded(scratchBytes) };
    this.#shared = control.array.subarray(0, words.count);
    this.#values = new Float64Array(control.array.buffer, control.at + words.values, words.valueCount);
  }

  /** Byte position of this thread's scratch, for direct calls of kernels. */
  get scratch(): number {
    return this.#memory.scratch;
  }

  /** Runs a block job over some rows on this thread. */
  runHere<A>(job: Job<A, F>, rows: RowRange, args: NoInfer<A>): void {
    runHere(this.#kernels, this.#memory.scratch, job, rows, args);
  }

  /**
   * Runs a block job on all threads; returns when every block is done.
   * @throws ERR_NUMERIC when a kernel trapped; ERR_BAD_ARGUMENT when it has more arguments than a job can have
   */
  run<A>(job: Job<A, F>, rows: number, blockSize: number, args: NoInfer<A>): void {
    const shared = this.#shared;
    const blocks = postJob(this.#kernels, shared, this.#values, job, { rows, blockSize }, args);
    if (blocks > 1) this.#wake();
    // Threads that are awake take blocks; a worker that never starts takes none, and is not waited for.
    if (blocks > 0) runBlocks(this.#kernels, shared, this.#values, this.#memory.scratch, Number.POSITIVE_INFINITY);
    for (;;) {
      const done = Atomics.load(shared, words.done);
      if (done >= blocks) break;
      Atomics.wait(shared, words.done, done);
    }
    checkJob(shared, job.name);
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
    for (let thread = 1; thread < this.threads; thread++) {
      const worker = startWorker({ ...this.#memory, modules: this.#modules, jobs: this.#kernels.jobs, thread });
      if (worker) this.#workers.push(worker);
    }
  }
}
