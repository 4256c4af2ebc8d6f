import { AttuneError } from '../errors.ts';
import { type KernelFamily, modulesOf, plainKernels } from './families.ts';
import type { FamilyName, Job, Kernel } from './generated/jobs.ts';
import { Arena } from './memory/arena.ts';
import { type Block, padded } from './memory/block.ts';
import { type Blocks, type Fields, type Layout, place } from './memory/layout.ts';
import type { EngineMemory } from './threads/job.ts';
import { instantiate, type Kernels, type RowRange, runHere } from './threads/run-here.ts';

export type { Block } from './memory/block.ts';

const pageBytes = 65_536;
/** Where the words of a job lie, which the threads of an engine share; see threads/job.ts. */
const control = 1024;

/** What an engine is made with. */
export interface EngineOptions<F extends FamilyName> {
  /** The kernels that it can call. */
  families: readonly KernelFamily<F>[];
  /** The maximum number of threads. */
  threads: number;
  /** What each thread needs for itself. */
  scratchBytes: number;
  /** Runs the TypeScript twins instead of WebAssembly. */
  plain?: boolean;
}

/**
 * One memory and the kernels over it, called on this thread: all that serving a model takes. Training adds threads; see engine.ts.
 */
export class LocalEngine<F extends FamilyName = never> {
  /** Threads that there is room for, this one included. */
  readonly threads: number;
  /** The kernels by position, for a pool over this memory. */
  readonly kernels: Kernels;
  /** The same for workers; none where the plain twins run. */
  readonly modules: readonly WebAssembly.Module[];
  /** An engine with more families may stand for one with fewer, and not the other way round. */
  declare readonly can?: (families: F) => void;
  protected readonly control: EngineMemory;
  readonly #arena: Arena;

  /**
   * @param size bytes that `f32`, `f64`, `i32` and `place` will hand out together, where each array takes up to 63 bytes more; or the
   *   layout that knows.
   * @throws ERR_OUT_OF_MEMORY when that is more than 4 GiB or than the machine gives.
   */
  constructor(size: number | { readonly bytes: number }, options: EngineOptions<F>) {
    const scratchBytes = padded(options.scratchBytes);
    const { families } = options;
    const modules = options.plain ? undefined : modulesOf(families);
    const jobs = families.flatMap((family) => family.jobs);
    this.modules = modules ?? [];
    this.threads = modules ? options.threads : 1;
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
      // Where the twins run, the memory is a buffer, which no worker gets to see.
      const memory = modules
        ? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
        : ({ buffer: new ArrayBuffer(pages * pageBytes) } as WebAssembly.Memory);
      this.control = { memory, control, scratch, scratchBytes };
      this.kernels = { calls: modules ? instantiate(modules, memory) : plainKernels(families, memory.buffer), jobs };
    } catch (cause) {
      throw new AttuneError('ERR_OUT_OF_MEMORY', `Expected ${Math.ceil(end / 2 ** 20)} MiB of memory, the runtime gave none.`, {
        cause,
      });
    }
    this.#arena = new Arena(this.control.memory.buffer, start, end - start);
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
    return this.modules.length > 0 ? this.control.memory : undefined;
  }

  /** Byte position of this thread's scratch, for direct calls of kernels. */
  get scratch(): number {
    return this.control.scratch;
  }

  /** Calls a kernel on this thread. */
  call<A, R>(kernel: Kernel<A, R, F>, args: NoInfer<A>): R {
    return kernel.call(this.kernels.calls, args);
  }

  /** Runs a block job over the rows lo..hi on this thread, as block number `block` (default 0). */
  runHere<A>(job: Job<A, F>, rows: RowRange, args: NoInfer<A>): void {
    runHere(this.kernels, this.control.scratch, job, rows, args);
  }
}
