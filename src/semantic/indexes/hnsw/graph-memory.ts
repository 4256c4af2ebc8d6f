import { hnswKernels } from '../../../engine/generated/families/hnsw.ts';
import type { Kernel } from '../../../engine/generated/jobs.ts';
import { hnswWords } from '../../../engine/kernels/hnsw/graph.plain.ts';
import { type Position, padded, positionOf } from '../../../engine/memory/block.ts';
import { GrowingMemory } from '../../../engine/memory/growing-memory.ts';
import { ThreadPool } from '../../../engine/threads/thread-pool.ts';

/** Maximum number of slots passed to a kernel at once. */
export const listRoom = 4096;
/** The same for a thread: slots that a node may be linked to, with all of a batch that chose it. */
const threadListRoom = 1024;
/** Links of a node on the lowest level, in links on an upper one (Malkov & Yashunin 2018, section 4.1). */
export const lowestLevel = 2;
const header = 1024;
const headerBytes = 256;
/** The header, as kernels take it. */
export const g = positionOf<Int32Array>(header);

/** What lies in the memory behind what never grows, in this order; that of threads first, so that it stays where workers know it to be. */
const parts = [
  ...['threads', 'codes', 'links', 'scales', 'upperOf', 'seen', 'removed', 'levels', 'upper', 'slotOf', 'allowed', 'fine', 'pool'],
  ...['marks', 'batch'],
] as Part[];
type Part =
  | ('threads' | 'codes' | 'links' | 'scales' | 'upperOf' | 'seen' | 'removed' | 'levels' | 'upper' | 'slotOf' | 'allowed')
  | ('fine' | 'pool' | 'marks' | 'batch');
type Word = keyof typeof hnswWords;

/** How a graph is made. */
export interface GraphSettings {
  dimensions: number;
  m: number;
  seed: number;
  /** Whether codes have four bits instead of eight. */
  isFourBit?: boolean;
  /** Whether the kernels' twins run. */
  plain?: boolean;
}

/** The memory of a graph, which grows in place, and the kernels over it. */
export class GraphMemory {
  readonly dimensions: number;
  readonly m: number;
  readonly isFourBit: boolean;
  /** Dimensions with padding. */
  readonly width: number;
  /** Bytes of the codes of a slot. */
  readonly rowBytes: number;
  /** Room for one vector. */
  readonly vector: Position<Float32Array>;
  /** Where parts begin, and their bytes. */
  readonly at = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>;
  readonly bytes: Record<Part, number> = { ...this.at };
  readonly #memory: GrowingMemory<'hnsw'>;
  readonly #start: number;
  i32: Int32Array = new Int32Array(0);
  f32: Float32Array = new Float32Array(0);
  i16: Int16Array = new Int16Array(0);
  u8: Uint8Array = new Uint8Array(0);

  constructor({ dimensions, m, isFourBit = false, plain = false }: GraphSettings) {
    this.dimensions = dimensions;
    this.m = m;
    this.isFourBit = isFourBit;
    this.width = isFourBit ? Math.ceil(dimensions / 32) * 32 : Math.ceil(dimensions / 16) * 16;
    this.rowBytes = isFourBit ? this.width / 2 : this.width;
    this.#memory = new GrowingMemory([hnswKernels], { plain });
    const { take, top } = takeFrom(header + headerBytes);
    const words = {
      ...this.#places(take, listRoom),
      width: this.width,
      upperDegree: m,
      degree: lowestLevel * m,
      entry: -1,
      centre: -1,
      fourBit: isFourBit ? dimensions : 0,
      record: 0,
    };
    this.vector = positionOf(take(4 * dimensions));
    this.#start = top();
    this.grow({});
    for (const [name, value] of Object.entries(words)) this.set(name as Word, value);
  }

  /** Bytes of the whole. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Calls a kernel. */
  call<A, R>(kernel: Kernel<A, R, 'hnsw'>, args: NoInfer<A>): R {
    return this.#memory.call(kernel, args);
  }

  word(name: Word): number {
    return this.i32[header / 4 + hnswWords[name]];
  }

  set(name: Word, value: number): void {
    this.i32[header / 4 + hnswWords[name]] = value;
  }

  /** The scale of the query. */
  setScale(scale: number): void {
    this.f32[header / 4 + hnswWords.queryScale] = scale;
  }

  /** Threads over this memory. It may grow while they are there, in all but `threads`, unless it is that of twins. */
  poolOf(threads: number, ef: number): ThreadPool<'hnsw'> {
    const bytes = this.#threadBytes(ef);
    this.grow({ threads: ThreadPool.layout(threads, bytes).bytes });
    return new ThreadPool(this.#memory.hostAt(this.at.threads), threads, bytes);
  }

  /** Gives each thread a header: the graph as it is now, and places of its own for what it writes. */
  setHeaders(pool: ThreadPool<'hnsw'>, ef: number): void {
    const bytes = padded(this.#threadBytes(ef));
    for (let thread = 0; thread < pool.threads; thread++) {
      const at = pool.scratch + thread * bytes;
      const words = this.i32.subarray(at / 4, (at + headerBytes) / 4);
      words.set(this.i32.subarray(header / 4, (header + headerBytes) / 4));
      const { take } = takeFrom(at + headerBytes);
      const places = { ...this.#places(take, threadListRoom), pool: take(8 * ef), seen: take(this.bytes.seen) };
      for (const [name, value] of Object.entries(places)) words[hnswWords[name as Word]] = value;
    }
  }

  /** Whether a thread has met vectors that need fine codes. */
  isCrowded(pool: ThreadPool<'hnsw'>, ef: number): boolean {
    const bytes = padded(this.#threadBytes(ef));
    const flagOf = (thread: number) => this.i32[(pool.scratch + thread * bytes) / 4 + hnswWords.crowded];
    return Array.from({ length: pool.threads }, (_, thread) => flagOf(thread)).some((flag) => flag > 0);
  }

  /** Gives parts more room; those behind move up, the last first. @throws ERR_OUT_OF_MEMORY, and then nothing has changed. */
  grow(wanted: Partial<Record<Part, number>>): void {
    const before = { ...this.at };
    const at = { ...this.at };
    const bytes = { ...this.bytes };
    let end = this.#start;
    for (const part of parts) {
      at[part] = end;
      bytes[part] = Math.max(this.bytes[part], wanted[part] ?? 0);
      end += padded(bytes[part]);
    }
    if (end <= this.u8.length && parts.every((part) => bytes[part] === this.bytes[part])) return;
    const usedBefore = this.u8.length;
    this.#memory.grow(end);
    const { buffer } = this.#memory;
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.u8 = new Uint8Array(buffer);
    for (const part of [...parts].reverse()) {
      const old = this.bytes[part];
      this.u8.copyWithin(at[part], before[part], before[part] + old);
      // What is behind is 0, and would be fetched from the system at once if it were written.
      this.u8.fill(0, at[part] + old, Math.max(at[part] + old, Math.min(at[part] + bytes[part], usedBefore)));
    }
    Object.assign(this.at, at);
    Object.assign(this.bytes, bytes);
    for (const part of parts) if (part in hnswWords) this.set(part as Word, bytes[part] > 0 ? at[part] : 0);
    this.set('seenBytes', bytes.seen);
  }

  #threadBytes(ef: number): number {
    const { take, top } = takeFrom(headerBytes);
    this.#places(take, threadListRoom);
    take(8 * ef);
    take(this.bytes.seen);
    return top();
  }

  /** What a search writes beside its pool and what it has met. */
  #places(take: (bytes: number) => number, room: number) {
    return {
      query: take(2 * this.width),
      list: take(8 * room),
      edges: take(8 * room),
      chosen: take(4 * lowestLevel * this.m),
      unpacked: take(this.isFourBit ? 8 * (lowestLevel * this.m + 1) : 0),
      listRoom: room,
    };
  }
}

/**
 * How links on the lowest level are packed where there are so many slots (kernels/hnsw/packed.ts). The number is rounded up to a power of two, so
 * that lists are seldom packed anew.
 */
export function packingOf(slots: number, m: number): { record: number; lowBits: number } {
  const degree = lowestLevel * m;
  const bits = Math.max(0, Math.ceil(Math.log2(slots / degree)));
  const lowBits = Math.max(0, bits - 1);
  return { record: Math.ceil((degree * (lowBits + 1) + degree * 2 ** (bits - lowBits)) / 8), lowBits };
}

/** Byte positions one after the other. */
function takeFrom(start: number) {
  let top = start;
  const take = (bytes: number) => {
    const at = top;
    top += padded(bytes);
    return at;
  };
  return { take, top: () => top };
}
