import { yieldNow } from '../work/yield-now.ts';
import type { FamilyName, Job } from './generated/jobs.ts';
import { type EngineOptions, LocalEngine } from './local-engine.ts';
import { maxBlocks, runBlocks, words } from './threads/job.ts';
import { type Cut, checkJob, postJob } from './threads/post-job.ts';
import { mayBlock } from './threads/runtime.ts';
import { startWorker, type WorkerHandle } from './threads/start-worker.ts';

export type { Block } from './memory/block.ts';
export type { Cut } from './threads/post-job.ts';

/**
 * One shared memory, the kernels over it, and worker threads that claim blocks of rows by an atomic ticket. The main thread takes
 * blocks as well and yields to the event loop every few milliseconds, so that a server stays responsive while it trains.
 */
export class Engine<F extends FamilyName = never> extends LocalEngine<F> {
  readonly #shared: Int32Array;
  readonly #values: Float64Array;
  readonly #workers: WorkerHandle[] = [];
  #started = false;

  /** @param options.lazy starts the workers with the first job */
  constructor(size: number | { readonly bytes: number }, options: EngineOptions<F> & { lazy?: boolean }) {
    super(size, options);
    const { memory, control } = this.control;
    this.#shared = new Int32Array(memory.buffer, control, words.count);
    this.#values = new Float64Array(memory.buffer, control + words.values, words.valueCount);
    if (!options.lazy) this.#startWorkers();
  }

  /**
   * Runs a block job on all threads; resolves when every block is done.
   * @throws the signal's reason; ERR_NUMERIC when a kernel trapped; ERR_BAD_ARGUMENT when it has more arguments than a job can have
   */
  async run<A>(job: Job<A, F>, cut: Cut, args: NoInfer<A>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#startWorkers();
    const shared = this.#shared;
    const blocks = postJob(this.kernels, shared, this.#values, job, cut, args);
    if (blocks === 0) return;
    if (this.#workers.length) Atomics.notify(shared, words.generation);
    let aborted = false;
    for (;;) {
      const taken = runBlocks(this.kernels, shared, this.#values, this.control.scratch, this.#until);
      if (!taken) {
        await yieldNow();
        this.#until = performance.now() + sliceMs;
        aborted ||= signal?.aborted ?? false;
        if (aborted) this.#skipRest(blocks);
        continue;
      }
      const done = Atomics.load(shared, words.done);
      if (done >= blocks) break;
      if (mayBlock()) Atomics.wait(shared, words.done, done, sliceMs);
      if (performance.now() > this.#until) {
        await yieldNow();
        this.#until = performance.now() + sliceMs;
      }
    }
    signal?.throwIfAborted();
    checkJob(shared, job.name);
  }

  /** Ends the workers. The arrays stay valid as long as they are referenced. */
  close(): void {
    Atomics.store(this.#shared, words.generation, -1);
    if (this.#workers.length) Atomics.notify(this.#shared, words.generation);
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  #until = performance.now() + sliceMs;

  #startWorkers(): void {
    if (this.#started) return;
    this.#started = true;
    for (let thread = 1; thread < this.threads; thread++) {
      const worker = startWorker({ ...this.control, modules: this.modules, jobs: this.kernels.jobs, thread });
      if (worker) this.#workers.push(worker);
    }
  }

  /** Claims the remaining blocks of a job without computing them. */
  #skipRest(blocks: number): void {
    for (;;) {
      const ticket = Atomics.load(this.#shared, words.ticket);
      const block = ticket & maxBlocks;
      if (block >= blocks) return;
      if (Atomics.compareExchange(this.#shared, words.ticket, ticket, ticket - block + blocks) !== ticket) continue;
      Atomics.add(this.#shared, words.done, blocks - block);
      return;
    }
  }
}

/** How long the main thread computes between two yields to the event loop. */
const sliceMs = 12;
