import { AttuneError } from '../errors.ts';
import { yieldNow } from '../work/yield-now.ts';
import { plainKernels } from './kernels/index.plain.ts';
import { type EngineMemory, type JobName, type Kernels, maxBlocks, runBlocks, words } from './threads/job.ts';
import { type Cut, checkJob, postJob } from './threads/post-job.ts';
import { kernelModule, mayBlock, startWorker, type WorkerHandle } from './threads/runtime.ts';

export type { Cut } from './threads/post-job.ts';

/** An array in the memory of an engine, and the byte position the kernels know it by. */
export interface Block<T> {
  /** Byte position. */
  at: number;
  /** The same memory as a typed array. */
  array: T;
}

const pageBytes = 65_536;

/**
 * One shared memory, the kernels over it, and workers that take blocks of rows by an atomic ticket. The main thread takes
 * blocks as well and lets the event loop turn every few milliseconds, so that a server keeps answering while it trains.
 */
export class Engine {
  /** Threads that take part, this one included. */
  readonly threads: number;
  /** The kernels, for calls on this thread. */
  readonly kernels: Kernels;
  readonly #memory: { buffer: ArrayBufferLike };
  readonly #control: EngineMemory;
  readonly #shared: Int32Array;
  readonly #values: Float64Array;
  readonly #workers: WorkerHandle[] = [];
  /** What workers run; undefined when they have been started, or there are to be none. */
  #module: WebAssembly.Module | undefined;
  readonly #wasm: boolean;
  readonly #end: number;
  #top: number;

  /**
   * @param bytes how much `f32`, `f64` and `i32` will hand out together; each array takes up to 63 bytes more.
   * @param options.threads how many threads at most; `scratchBytes` what each needs for itself; `plain: true` runs the
   *   TypeScript twins instead of WebAssembly; `lazy: true` starts the workers with the first job.
   * @throws ERR_OUT_OF_MEMORY when that is more than 4 GiB or than the machine gives.
   */
  constructor(bytes: number, options: { threads: number; scratchBytes: number; plain?: boolean; lazy?: boolean }) {
    const scratchBytes = Math.ceil(options.scratchBytes / 64) * 64;
    const module = options.plain ? undefined : kernelModule();
    this.threads = module ? options.threads : 1;
    const control = 1024;
    const scratch = control + 256;
    this.#top = scratch + scratchBytes * this.threads;
    this.#end = this.#top + bytes + 65_536;
    const pages = Math.ceil(this.#end / pageBytes);
    if (pages > 65_536) {
      throw new AttuneError(
        'ERR_OUT_OF_MEMORY',
        `This needs ${(this.#end / 2 ** 30).toFixed(1)} GiB in one piece, and 4 GiB is the limit. Use fewer factors or less data.`,
      );
    }
    try {
      if (module) {
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
        this.#memory = memory;
        this.#control = { memory, control, scratch, scratchBytes };
        this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
      } else {
        this.#memory = { buffer: new ArrayBuffer(pages * pageBytes) };
        this.#control = { memory: this.#memory as WebAssembly.Memory, control, scratch, scratchBytes };
        this.kernels = plainKernels(this.#memory.buffer);
      }
    } catch (cause) {
      throw new AttuneError('ERR_OUT_OF_MEMORY', `Expected ${Math.ceil(this.#end / 2 ** 20)} MiB of memory, the runtime gave none.`, {
        cause,
      });
    }
    this.#shared = new Int32Array(this.#memory.buffer, control, words.count);
    this.#values = new Float64Array(this.#memory.buffer, control + words.values, words.valueCount);
    this.#module = module;
    this.#wasm = module !== undefined;
    if (!options.lazy) this.#startWorkers();
  }

  /** `count` 32-bit floats, zero. */
  f32(count: number): Block<Float32Array> {
    const at = this.#take(count * 4);
    return { at, array: new Float32Array(this.#memory.buffer, at, count) };
  }

  /** `count` 64-bit floats, zero. */
  f64(count: number): Block<Float64Array> {
    const at = this.#take(count * 8);
    return { at, array: new Float64Array(this.#memory.buffer, at, count) };
  }

  /** A copy of 32-bit integers, or `count` zeros. */
  i32(from: Int32Array | number): Block<Int32Array> {
    const count = typeof from === 'number' ? from : from.length;
    const at = this.#take(count * 4);
    const array = new Int32Array(this.#memory.buffer, at, count);
    if (typeof from !== 'number') array.set(from);
    return { at, array };
  }

  /** The memory, for workers; undefined where the plain twins run. */
  get memory(): WebAssembly.Memory | undefined {
    return this.#wasm ? this.#control.memory : undefined;
  }

  /** Byte position of this thread's scratch, for direct calls of kernels. */
  get scratch(): number {
    return this.#control.scratch;
  }

  /** Runs a block job on all threads; resolves when every block is done. @throws the signal's reason; ERR_NUMERIC when a kernel trapped. */
  async run(name: JobName, cut: Cut, args: number[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#startWorkers();
    const shared = this.#shared;
    const blocks = postJob(shared, this.#values, name, cut, args);
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
    checkJob(shared, name);
  }

  /** Ends the workers. The arrays stay valid as long as somebody holds them. */
  close(): void {
    Atomics.store(this.#shared, words.generation, -1);
    if (this.#workers.length) Atomics.notify(this.#shared, words.generation);
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  #until = performance.now() + sliceMs;

  #startWorkers(): void {
    const module = this.#module;
    this.#module = undefined;
    for (let thread = 1; module && thread < this.threads; thread++) {
      const worker = startWorker({ ...this.#control, module, thread });
      if (worker) this.#workers.push(worker);
    }
  }

  /** Takes what is left of a job without doing it. */
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

  #take(bytes: number): number {
    const at = this.#top;
    this.#top += Math.ceil(bytes / 64) * 64;
    if (this.#top > this.#end) throw new AttuneError('ERR_OUT_OF_MEMORY', 'An engine was made too small; please report this.');
    return at;
  }
}

/** How long the main thread computes before the event loop may turn. */
const sliceMs = 12;
