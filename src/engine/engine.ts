import { AttuneError } from '../errors.ts';
import { yieldNow } from '../work/yield-now.ts';
import { type KernelFamily, modulesOf, plainKernels } from './families.ts';
import type { FamilyName, Job, Kernel } from './generated/jobs.ts';
import { Arena } from './memory/arena.ts';
import { type Block, padded } from './memory/block.ts';
import { type Blocks, type Fields, type Layout, place } from './memory/layout.ts';
import { type EngineMemory, instantiate, type Kernels, maxBlocks, type RowRange, runBlocks, runHere, words } from './threads/job.ts';
import { type Cut, checkJob, postJob } from './threads/post-job.ts';
import { mayBlock, startWorker, type WorkerHandle } from './threads/runtime.ts';

export type { Block } from './memory/block.ts';
export type { Cut } from './threads/post-job.ts';

const pageBytes = 65_536;

/**
 * One shared memory, the kernels over it, and worker threads that claim blocks of rows by an atomic ticket. The main thread takes
 * blocks as well and yields to the event loop every few milliseconds, so that a server stays responsive while it trains.
 */
export class Engine<F extends FamilyName = never> {
  /** Threads that take part, this one included. */
  readonly threads: number;
  /** The kernels by position, for a pool over this memory. */
  readonly kernels: Kernels;
  /** The same for workers; none where the plain twins run. */
  readonly modules: readonly WebAssembly.Module[];
  /** An engine with more families may stand for one with fewer, and not the other way round. */
  declare readonly can?: (families: F) => void;
  readonly #memory: { buffer: ArrayBufferLike };
  readonly #control: EngineMemory;
  readonly #shared: Int32Array;
  readonly #values: Float64Array;
  readonly #workers: WorkerHandle[] = [];
  #started = false;
  readonly #arena: Arena;

  /**
   * @param size bytes that `f32`, `f64`, `i32` and `place` will hand out together, where each array takes up to 63 bytes more; or the
   *   layout that knows.
   * @param options.families the kernels that it can call; `threads` the maximum number of threads; `scratchBytes` what each needs for itself; `plain: true` runs the
   *   TypeScript twins instead of WebAssembly; `lazy: true` starts the workers with the first job.
   * @throws ERR_OUT_OF_MEMORY when that is more than 4 GiB or than the machine gives.
   */
  constructor(
    size: number | { readonly bytes: number },
    options: { families: readonly KernelFamily<F>[]; threads: number; scratchBytes: number; plain?: boolean; lazy?: boolean },
  ) {
    const scratchBytes = padded(options.scratchBytes);
    const { families } = options;
    const modules = options.plain ? undefined : modulesOf(families);
    const jobs = families.flatMap((family) => family.jobs);
    this.modules = modules ?? [];
    this.threads = modules ? options.threads : 1;
    const control = 1024;
    const scratch = control + 256;
    const start = scratch + scratchBytes * this.threads;
    const end = start + (typeof size === 'number' ? size + pageBytes : size.bytes);
    const pages = Math.ceil(end / pageBytes);
    if (pages > 65_536) {
      throw new AttuneError(
        'ERR_OUT_OF_MEMORY',
        `This needs ${(end / 2 ** 30).toFixed(1)} GiB in one piece, and 4 GiB is the limit. Use fewer factors or less data.`,
      );
    }
    try {
      if (modules) {
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
        this.#memory = memory;
        this.#control = { memory, control, scratch, scratchBytes };
        this.kernels = { calls: instantiate(modules, memory), jobs };
      } else {
        this.#memory = { buffer: new ArrayBuffer(pages * pageBytes) };
        this.#control = { memory: this.#memory as WebAssembly.Memory, control, scratch, scratchBytes };
        this.kernels = { calls: plainKernels(families, this.#memory.buffer), jobs };
      }
    } catch (cause) {
      throw new AttuneError('ERR_OUT_OF_MEMORY', `Expected ${Math.ceil(end / 2 ** 20)} MiB of memory, the runtime gave none.`, {
        cause,
      });
    }
    this.#arena = new Arena(this.#memory.buffer, start, end - start);
    this.#shared = new Int32Array(this.#memory.buffer, control, words.count);
    this.#values = new Float64Array(this.#memory.buffer, control + words.values, words.valueCount);
    if (!options.lazy) this.#startWorkers();
  }

  /** The arrays that a layout declares. */
  place<F extends Fields>(layout: Layout<F>): Blocks<F> {
    return place(layout, this.#arena);
  }

  /** That many 32-bit floats, all zero; or a copy of those given. */
  f32(from: ArrayLike<number> | number): Block<Float32Array> {
    return this.#arena.take(Float32Array, from);
  }

  /** That many 64-bit floats, all zero; or a copy of those given. */
  f64(from: ArrayLike<number> | number): Block<Float64Array> {
    return this.#arena.take(Float64Array, from);
  }

  /** That many 32-bit integers, all zero; or a copy of those given. */
  i32(from: ArrayLike<number> | number): Block<Int32Array> {
    return this.#arena.take(Int32Array, from);
  }

  /** That many 16-bit integers, all zero; or a copy of those given. */
  i16(from: ArrayLike<number> | number): Block<Int16Array> {
    return this.#arena.take(Int16Array, from);
  }

  /** That many signed bytes, all zero; or a copy of those given. */
  i8(from: ArrayLike<number> | number): Block<Int8Array> {
    return this.#arena.take(Int8Array, from);
  }

  /** That many bytes, all zero; or a copy of those given. */
  u8(from: ArrayLike<number> | number): Block<Uint8Array> {
    return this.#arena.take(Uint8Array, from);
  }

  /** The memory, for workers; undefined where the plain twins run. */
  get memory(): WebAssembly.Memory | undefined {
    return this.modules.length > 0 ? this.#control.memory : undefined;
  }

  /** Byte position of this thread's scratch, for direct calls of kernels. */
  get scratch(): number {
    return this.#control.scratch;
  }

  /** Calls a kernel on this thread. */
  call<A, R>(kernel: Kernel<A, R, F>, args: NoInfer<A>): R {
    return kernel.call(this.kernels.calls, args);
  }

  /** Runs a block job over the rows lo..hi on this thread, as block number `block` (default 0). */
  runHere<A>(job: Job<A, F>, rows: RowRange, args: NoInfer<A>): void {
    runHere(this.kernels, this.#control.scratch, job, rows, args);
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
      const taken = runBlocks(this.kernels, shared, this.#values, this.#control.scratch, this.#until);
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
      const worker = startWorker({ ...this.#control, modules: this.modules, jobs: this.kernels.jobs, thread });
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
