import { AttuneError } from '../../errors.ts';
import { type KernelFamily, modulesOf, plainKernels } from '../families.ts';
import type { FamilyName, Kernel } from '../generated/jobs.ts';
import { instantiate, type Kernels } from '../threads/run-here.ts';
import type { PoolHost } from '../threads/thread-pool.ts';
import { Arena } from './arena.ts';
import { place } from './layout.ts';

const pageBytes = 65_536;
/** The most that kernels can address, in pages; tried first, since only what is used takes memory. */
const mostPages = [65_536, 16_384];
/** Below this a separate WebAssembly memory is not worthwhile: runtimes reserve gigabytes of address space for each. */
const smallest = 1 << 17;

/**
 * One memory that grows in place, and the kernels over it. It starts as a plain array under the plain twins, and
 * becomes WebAssembly memory once it is large enough; kernels for it must give the same bits in both.
 */
export class GrowingMemory<F extends FamilyName> {
  readonly #families: readonly KernelFamily<F>[];
  readonly #plain: boolean;
  #memory: WebAssembly.Memory | undefined;
  #buffer: ArrayBufferLike = new ArrayBuffer(0);
  #modules: readonly WebAssembly.Module[] = [];
  #kernels: Kernels | undefined;

  /** @param families whose kernels are called; `options.plain` stay with the twins */
  constructor(families: readonly KernelFamily<F>[], { plain = false } = {}) {
    this.#families = families;
    this.#plain = plain;
  }

  /** Calls a kernel. There are none before the first {@link grow}. */
  call<A, R>(kernel: Kernel<A, R, F>, args: NoInfer<A>): R {
    return kernel.call((this.#kernels as Kernels).calls, args);
  }

  /** The host of a thread pool whose places begin at a byte position. Until the memory becomes another kind it stays right. */
  hostAt(start: number): PoolHost<F> {
    return {
      kernels: this.#kernels as Kernels,
      modules: this.#modules,
      memory: this.#memory,
      place: (layout) => place(layout, new Arena(this.#buffer, start, layout.bytes)),
    };
  }

  /** The bytes; a new object after {@link grow}. */
  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  /** Grows it to at least this size; new bytes are zero. @throws ERR_OUT_OF_MEMORY, and then nothing has changed. */
  grow(bytes: number): void {
    if (bytes <= this.#buffer.byteLength) return;
    try {
      if (this.#memory) this.#memory.grow(Math.ceil((bytes - this.#buffer.byteLength) / pageBytes));
      if (this.#memory || (bytes >= smallest && !this.#plain && this.#makeMemory(bytes))) {
        this.#buffer = (this.#memory as WebAssembly.Memory).buffer;
      } else this.#copyTo(Math.ceil(bytes / 64) * 64);
    } catch (cause) {
      throw new AttuneError(
        'ERR_OUT_OF_MEMORY',
        `Expected ${Math.ceil(bytes / 2 ** 20)} MiB of memory in one piece, the runtime gave none.`,
        {
          cause,
        },
      );
    }
  }

  #copyTo(bytes: number): void {
    const larger = new ArrayBuffer(bytes);
    new Uint8Array(larger).set(new Uint8Array(this.#buffer));
    this.#buffer = larger;
    this.#kernels = this.#withJobs(plainKernels(this.#families, larger));
  }

  /** @returns whether there is WebAssembly. */
  #makeMemory(bytes: number): boolean {
    const modules = modulesOf(this.#families);
    if (!modules) return false;
    const memory = firstOf(
      mostPages,
      (maximum) => new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes), maximum, shared: true }),
    );
    this.#kernels = this.#withJobs(instantiate(modules, memory));
    this.#modules = modules;
    new Uint8Array(memory.buffer).set(new Uint8Array(this.#buffer));
    this.#memory = memory;
    return true;
  }

  #withJobs(calls: Kernels['calls']): Kernels {
    return { calls, jobs: this.#families.flatMap(({ jobs }) => jobs) };
  }
}

/** The result for the first value that does not throw; the last may throw. */
function firstOf<T, R>(values: readonly T[], make: (value: T) => R): R {
  for (const value of values.slice(0, -1)) {
    try {
      return make(value);
    } catch {
      // the next
    }
  }
  return make(values[values.length - 1]);
}
