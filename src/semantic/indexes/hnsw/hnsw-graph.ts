import { hnswKernels } from '../../../engine/generated/families/hnsw.ts';
import {
  hnswAllow,
  hnswCount,
  hnswForbid,
  hnswInsert,
  hnswMarked,
  hnswMend,
  hnswRefine,
  hnswScores,
  hnswSearch,
  hnswSearchAllowed,
} from '../../../engine/generated/jobs.ts';
import { hnswWords } from '../../../engine/kernels/hnsw/graph.plain.ts';
import { type Position, positionOf } from '../../../engine/memory/block.ts';
import { GrowingMemory } from '../../../engine/memory/growing-memory.ts';
import { uniform } from '../../../numeric/random.ts';

/** Maximum number of slots and flags passed to a kernel at once. */
export const listRoom = 4096;
/** Number of slots whose levels are drawn at once. */
const drawn = 4096;
const header = 1024;
/** The header, as kernels take it. */
const g = positionOf<Int32Array>(header);
/** Links of a node on the lowest level, in links on an upper one (Malkov & Yashunin 2018, section 4.1). */
const lowestLevel = 2;

/** What lies in the memory behind what never grows, in this order. */
const parts = ['codes', 'links', 'scales', 'upperOf', 'seen', 'removed', 'levels', 'upper', 'slotOf', 'allowed', 'fine', 'pool'] as const;
type Part = (typeof parts)[number];

/** What a search found. */
interface Found {
  count: number;
  slot(k: number): number;
  score(k: number): number;
}

/** How a graph is made. */
interface GraphSettings {
  dimensions: number;
  m: number;
  seed: number;
  /** Whether codes have four bits, given by {@link HnswGraph.setFourBits}, instead of eight. */
  isFourBit?: boolean;
  /** Whether the kernels' twins run. */
  plain?: boolean;
}

/**
 * The memory of a graph: nodes by slot, each with codes of its vector, a scale and links, and the kernels that search and link
 * them. It grows in place. Everything that depends on chance depends on seed and slot alone, so the same calls give the same bytes.
 */
export class HnswGraph {
  /** Links of a node on upper levels; twice as many on the lowest. */
  readonly m: number;
  readonly dimensions: number;
  readonly #seed: number;
  readonly #memory: GrowingMemory<'hnsw'>;
  readonly #isFourBit: boolean;
  readonly #width: number;
  readonly #rowBytes: number;
  readonly #marks: Position<Uint8Array>;
  readonly #at: Record<Part, number> = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>;
  readonly #bytes: Record<Part, number> = { ...this.#at };
  readonly #start: number;
  #capacity = 0;
  #blocks = 0; // of upper links
  #maxError = 0;
  #i32: Int32Array = new Int32Array(0);
  #f32: Float32Array = new Float32Array(0);
  #i16: Int16Array = new Int16Array(0);
  #i8: Int8Array = new Int8Array(0);
  #u8: Uint8Array = new Uint8Array(0);

  constructor({ dimensions, m, seed, isFourBit = false, plain = false }: GraphSettings) {
    this.dimensions = dimensions;
    this.m = m;
    this.#seed = seed;
    this.#memory = new GrowingMemory([hnswKernels], { plain });
    this.#isFourBit = isFourBit;
    this.#width = isFourBit ? Math.ceil(dimensions / 32) * 32 : Math.ceil(dimensions / 16) * 16;
    this.#rowBytes = isFourBit ? this.#width / 2 : this.#width;
    let top = header + 256;
    const take = (bytes: number) => {
      const at = top;
      top += Math.ceil(bytes / 64) * 64;
      return at;
    };
    const query = take(2 * this.#width);
    const list = take(8 * listRoom);
    const edges = take(8 * (lowestLevel * m + 1));
    const chosen = take(4 * lowestLevel * m);
    this.#marks = positionOf(take(listRoom));
    this.#start = top;
    this.#grow({});
    const words = {
      width: this.#width,
      upperDegree: m,
      degree: lowestLevel * m,
      query,
      list,
      edges,
      chosen,
      listRoom,
      entry: -1,
      centre: -1,
      fourBit: isFourBit ? dimensions : 0,
    };
    for (const [name, value] of Object.entries(words)) this.#set(name as keyof typeof hnswWords, value);
  }

  /** How many slots there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes of the memory. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** The slot where searches begin, -1 when there is none, and its level. */
  get entry(): number {
    return this.#i32[header / 4 + hnswWords.entry];
  }

  /** Makes a slot the one where searches begin. */
  enterAt(slot: number): void {
    this.#set('entry', slot);
    this.#set('top', slot < 0 ? 0 : this.levelOf(slot));
  }

  /**
   * No vector differs from its codes by more than this, in length.
   */
  get maxError(): number {
    return this.#maxError;
  }

  /** Whether slots have a second code, for vectors that are closer together than the first can tell. */
  get isRefined(): boolean {
    return this.#bytes.fine > 0;
  }

  /** Whether vectors came that would need it. Codes of four bits have no second one. */
  get isCrowded(): boolean {
    return !this.#isFourBit && this.#i32[header / 4 + hnswWords.crowded] > 0;
  }

  /** Gives slots a second code each. @param vectorOf of a slot below `count`; undefined for one that is not in use */
  makeFine(count: number, vectorOf: (slot: number) => Float32Array | undefined): void {
    this.#grow({ fine: Math.max(1, this.#capacity) * this.#width });
    for (let slot = 0; slot < count; slot++) {
      const vector = vectorOf(slot);
      if (vector) this.#setFine(slot, vector);
    }
  }

  /** Makes room. @throws ERR_OUT_OF_MEMORY, and then nothing has changed. */
  reserve(slots: number, keys: number, ef: number): void {
    const capacity =
      slots <= this.#capacity ? this.#capacity : Math.max(slots, this.#capacity === 0 ? 0 : Math.ceil(1.25 * this.#capacity));
    const levels = this.#levels(this.#capacity, capacity);
    const blocks = this.#blocks + levels.reduce((sum, level) => sum + level, 0);
    this.#grow({
      codes: capacity * this.#rowBytes,
      links: 4 * capacity * lowestLevel * this.m,
      scales: 4 * capacity,
      upperOf: 4 * capacity,
      seen: 2 * capacity,
      removed: capacity,
      allowed: capacity + 1,
      fine: this.isRefined ? capacity * this.#width : 0,
      levels: capacity,
      upper: 4 * blocks * this.m,
      slotOf: keys * 4 <= this.#bytes.slotOf ? 0 : Math.max(keys * 4, Math.ceil(1.25 * this.#bytes.slotOf)),
      pool: 8 * ef,
    });
    for (const [k, level] of levels.entries()) {
      const slot = this.#capacity + k;
      this.#u8[this.#at.levels + slot] = level;
      this.#i32[this.#at.upperOf / 4 + slot] = this.#blocks;
      this.#blocks += level;
    }
    this.#capacity = capacity;
    this.#set('slots', capacity);
  }

  levelOf(slot: number): number {
    return this.#u8[this.#at.levels + slot];
  }

  isRemoved(slot: number): boolean {
    return this.#u8[this.#at.removed + slot] > 0;
  }

  /** A removed slot still leads to others until the graph is repaired. */
  setRemoved(slot: number, removed: boolean): void {
    this.#u8[this.#at.removed + slot] = removed ? 1 : 0;
  }

  /** The slot of a key, -1 when there is none. */
  slotOf(key: number): number {
    return 4 * key < this.#bytes.slotOf && key >= 0 ? this.#i32[this.#at.slotOf / 4 + key] - 1 : -1;
  }

  setSlotOf(key: number, slot: number): void {
    this.#i32[this.#at.slotOf / 4 + key] = slot + 1;
  }

  /** The links of a slot on a level, ended by -1 unless all are in use; a view. */
  links(slot: number, level: number): Int32Array {
    const block = this.#i32[this.#at.upperOf / 4 + slot] + level - 1;
    const at = level === 0 ? this.#at.links / 4 + lowestLevel * this.m * slot : this.#at.upper / 4 + this.m * block;
    return this.#i32.subarray(at, at + (level === 0 ? lowestLevel : 1) * this.m);
  }

  /** Sets the codes of a slot: one byte per dimension, the largest number as 127. */
  setCodes(slot: number, vector: Float32Array): void {
    let largest = 0;
    for (let d = 0; d < vector.length; d++) largest = Math.max(largest, Math.abs(vector[d]));
    const scale = Math.fround(largest / 127);
    const at = this.#at.codes + slot * this.#width;
    let error = 0;
    for (let d = 0; d < vector.length; d++) {
      const code = scale > 0 ? Math.round(vector[d] / scale) : 0;
      this.#i8[at + d] = code;
      error += (vector[d] - scale * code) ** 2;
    }
    this.#f32[this.#at.scales / 4 + slot] = scale;
    this.#maxError = Math.max(this.#maxError, Math.sqrt(error));
    if (this.isRefined) this.#setFine(slot, vector);
  }

  /** Sets codes of four bits, one for each dimension, and what 2 code - 15 is multiplied by. */
  setFourBits(slot: number, codes: Uint8Array, scale: number): void {
    const at = this.#at.codes + slot * this.#rowBytes;
    this.#u8.fill(0x88, at, at + this.#rowBytes); // padding stands for 1
    for (let d = 0; d < codes.length; d++) {
      const to = at + (d >> 5) * 16 + (d & 15);
      this.#u8[to] = d & 16 ? (this.#u8[to] & 15) | (codes[d] << 4) : (this.#u8[to] & 240) | codes[d];
    }
    this.#f32[this.#at.scales / 4 + slot] = scale;
  }

  /** The codes of four bits of a slot. */
  fourBitsOf(slot: number): Uint8Array {
    const at = this.#at.codes + slot * this.#rowBytes;
    return Uint8Array.from({ length: this.dimensions }, (_, d) => {
      const both = this.#u8[at + (d >> 5) * 16 + (d & 15)];
      return d & 16 ? both >> 4 : both & 15;
    });
  }

  /** The sum of code - 7.5 times a number, over the dimensions of a slot with codes of four bits. */
  fourBitProduct(slot: number, numbers: Float64Array): number {
    const at = this.#at.codes + slot * this.#rowBytes;
    let sum = 0;
    for (let d = 0; d < numbers.length; d++) {
      const both = this.#u8[at + (d >> 5) * 16 + (d & 15)];
      sum += ((d & 16 ? both >> 4 : both & 15) - 7.5) * numbers[d];
    }
    return sum;
  }

  #setFine(slot: number, vector: Float32Array): void {
    const scale = this.scaleOf(slot);
    const at = slot * this.#width;
    for (let d = 0; d < vector.length; d++) {
      const rest = scale > 0 ? (vector[d] / scale - this.#i8[this.#at.codes + at + d]) * 254 : 0;
      this.#i8[this.#at.fine + at + d] = Math.max(-127, Math.min(127, Math.round(rest)));
    }
  }

  /** The step of the codes of a slot. */
  scaleOf(slot: number): number {
    return this.#f32[this.#at.scales / 4 + slot];
  }

  /** Links a slot whose codes are set. */
  insert(slot: number, ef: number): void {
    this.#memory.call(hnswInsert, { g, slot, level: this.levelOf(slot), ef });
  }

  /** Replaces links to removed slots, of all slots below `slots`. */
  mend(slots: number, ef: number): void {
    this.#memory.call(hnswMend, { g, lo: 0, hi: slots, levels: positionOf<Uint8Array>(this.#at.levels), ef });
  }

  /**
   * Takes a query: 16 bits per dimension, fewer for very many dimensions, so that no sum leaves 32 bits.
   * @returns the length of what rounding changed
   */
  aim(query: Float32Array): number {
    let largest = 0;
    let squares = 0;
    for (let d = 0; d < query.length; d++) {
      largest = Math.max(largest, Math.abs(query[d]));
      squares += query[d] * query[d];
    }
    // |codes| <= 127 sqrt(width), and |row . query| <= |row| |query| (Cauchy-Schwarz), with some room for the rounding.
    const most = 2 ** 30 / (127 * Math.sqrt(this.#width));
    const scale = Math.fround(Math.max(largest / 32_767, Math.sqrt(squares) / most));
    const at = this.#i32[header / 4 + hnswWords.query] / 2;
    this.#i16.fill(0, at, at + this.#width);
    let error = 0;
    for (let d = 0; d < query.length; d++) {
      const code = scale > 0 ? Math.round(query[d] / scale) : 0;
      this.#i16[at + d] = code;
      error += (query[d] - scale * code) ** 2;
    }
    this.#f32[header / 4 + hnswWords.queryScale] = scale;
    this.#set('centre', -1);
    return Math.sqrt(error);
  }

  /**
   * Slots near the query, best first, and their similarities: views, valid until the next call. Removed ones are among them.
   * @param length of the query
   */
  search(ef: number, length: number): Found {
    this.#growPool(ef);
    return this.#refined(this.#memory.call(hnswSearch, { g, ef }), ef, length, 0);
  }

  /** Searches on for slots that {@link allow} named, from the first `size` that were found, which stay among the answers. */
  searchAllowed(size: number, ef: number, length: number): Found {
    this.#growPool(ef);
    return this.#refined(this.#memory.call(hnswSearchAllowed, { g, size, ef }), ef, length, 1);
  }

  /** Searches on by both codes when the first leaves the order open: a similarity is off by .3 steps times the length of the query, or so. */
  #refined(count: number, ef: number, length: number, isFiltered: number): Found {
    const at = this.#at.pool / 4;
    const slot = (k: number) => this.#i32[at + 2 * k + 1];
    const score = (k: number) => this.#f32[at + 2 * k];
    const isOpen = this.isRefined && count > 0 && score(0) - score(count - 1) < 4 * this.scaleOf(slot(0)) * length;
    return { count: isOpen ? this.#memory.call(hnswRefine, { g, size: count, ef, isFiltered }) : count, slot, score };
  }

  /** Says which keys a filtered search may find. */
  allow(allowed: Uint8Array): void {
    const keys = Math.min(this.#bytes.slotOf / 4, allowed.length);
    this.#memory.call(hnswForbid, { g });
    for (let from = 0; from < keys; from += listRoom) {
      const to = Math.min(keys, from + listRoom);
      this.#u8.set(allowed.subarray(from, to), this.#marks);
      this.#memory.call(hnswAllow, { g, marks: this.#marks, from, to, slotOf: positionOf<Int32Array>(this.#at.slotOf) });
    }
  }

  /** How many keys are flagged, present or not. */
  countMarked(allowed: Uint8Array): number {
    let count = 0;
    for (let from = 0; from < allowed.length; from += listRoom) {
      const some = allowed.subarray(from, from + listRoom);
      this.#u8.set(some, this.#marks);
      count += this.#memory.call(hnswCount, { marks: this.#marks, count: some.length });
    }
    return count;
  }

  /** Hands the slots of all flagged keys (or of all keys) in blocks to `take`, with their similarities to the query. */
  scan(allowed: Uint8Array | undefined, take: (slots: Int32Array, scores: Float32Array) => void): void {
    const keys = Math.min(this.#bytes.slotOf / 4, allowed?.length ?? Number.POSITIVE_INFINITY);
    const list = this.#i32[header / 4 + hnswWords.list];
    for (let from = 0; from < keys; from += listRoom) {
      const to = Math.min(keys, from + listRoom);
      if (allowed) this.#u8.set(allowed.subarray(from, to), this.#marks);
      else this.#u8.fill(1, this.#marks, this.#marks + to - from);
      const count = this.#memory.call(hnswMarked, { g, marks: this.#marks, from, to, slotOf: positionOf<Int32Array>(this.#at.slotOf) });
      if (count === 0) continue;
      this.#memory.call(hnswScores, { g, count });
      take(this.#i32.subarray(list / 4, list / 4 + count), this.#f32.subarray(list / 4 + listRoom, list / 4 + listRoom + count));
    }
  }

  /** Levels of the slots from..to: each is a level higher with the chance 1 / m (there are log n of them, at that base). */
  #levels(from: number, to: number): Uint8Array {
    const levels = new Uint8Array(to - from);
    let numbers: Float32Array = new Float32Array(0);
    for (let slot = from; slot < to; slot++) {
      if (slot === from || slot % drawn === 0) numbers = uniform(`${this.#seed}/${Math.floor(slot / drawn)}`, drawn, 0.5);
      let chance = 1 / this.m;
      for (let level = 0; numbers[slot % drawn] + 0.5 < chance && level < 16; chance /= this.m) levels[slot - from] = ++level;
    }
    return levels;
  }

  #set(name: keyof typeof hnswWords, value: number): void {
    this.#i32[header / 4 + hnswWords[name]] = value;
  }

  #growPool(ef: number): void {
    if (8 * ef > this.#bytes.pool) this.#grow({ pool: 8 * ef });
  }

  /** Gives parts more room; those behind move up, the last first. */
  #grow(wanted: Partial<Record<Part, number>>): void {
    const before = { ...this.#at };
    const at = { ...this.#at };
    const bytes = { ...this.#bytes };
    let end = this.#start;
    for (const part of parts) {
      at[part] = end;
      bytes[part] = Math.max(this.#bytes[part], wanted[part] ?? 0);
      end += Math.ceil(bytes[part] / 64) * 64;
    }
    if (end <= this.#u8.length && parts.every((part) => bytes[part] === this.#bytes[part])) return;
    this.#memory.grow(end);
    const { buffer } = this.#memory;
    this.#i32 = new Int32Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#i8 = new Int8Array(buffer);
    this.#u8 = new Uint8Array(buffer);
    for (const part of [...parts].reverse()) {
      const old = this.#bytes[part];
      this.#u8.copyWithin(at[part], before[part], before[part] + old);
      this.#u8.fill(0, at[part] + old, at[part] + bytes[part]);
    }
    Object.assign(this.#at, at);
    Object.assign(this.#bytes, bytes);
    for (const part of parts) if (part in hnswWords) this.#set(part as keyof typeof hnswWords, bytes[part] > 0 ? at[part] : 0);
  }
}
