import {
  hnswAllow,
  hnswCount,
  hnswEncode,
  hnswEncodeFinely,
  hnswForbid,
  hnswMarked,
  hnswPack,
  hnswRefine,
  hnswScores,
  hnswSearch,
  hnswSearchAllowed,
  hnswUnpack,
} from '../../../engine/generated/jobs.ts';
import { positionOf } from '../../../engine/memory/block.ts';
import { uniform } from '../../../numeric/random.ts';
import { atOnce } from '../../../work/steps.ts';
import { GraphLinks } from './graph-links.ts';
import { GraphMemory, type GraphSettings, g, listRoom, lowestLevel, packingOf } from './graph-memory.ts';

/** Number of slots whose levels are drawn at once. */
const drawn = 4096;

/** Slots that get a second code between two steps. */
const encodedAtOnce = 1024;

/** What a search found. */
export interface Found {
  count: number;
  slot(k: number): number;
  score(k: number): number;
}

/**
 * A graph: nodes by slot, each with codes of its vector, a scale and links. Everything that depends on chance depends on seed and slot alone, so the
 * same calls give the same bytes.
 */
export class HnswGraph {
  /** Links of a node on upper levels; twice as many on the lowest. */
  readonly m: number;
  readonly dimensions: number;
  /** What links new slots, and repairs links. */
  readonly linking: GraphLinks;
  readonly #seed: number;
  readonly #memory: GraphMemory;
  #capacity = 0;
  #blocks = 0; // of upper links
  #maxError = 0;

  /** @param settings.threads that link; the graph is the same for any number */
  constructor(settings: GraphSettings & { threads: number }) {
    this.dimensions = settings.dimensions;
    this.m = settings.m;
    this.#seed = settings.seed;
    this.#memory = new GraphMemory(settings);
    this.linking = new GraphLinks(this, this.#memory, settings.threads);
  }

  /** How many slots there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes of the memory. */
  get memoryBytes(): number {
    return this.#memory.size;
  }

  /** The slot where searches begin, -1 when there is none, and its level. */
  get entry(): number {
    return this.#memory.word('entry');
  }

  /** Makes a slot the one where searches begin. */
  enterAt(slot: number): void {
    this.#memory.set('entry', slot);
    this.#memory.set('top', slot < 0 ? 0 : this.levelOf(slot));
  }

  /**
   * No vector differs from its codes by more than this, in length.
   */
  get maxError(): number {
    return this.#maxError;
  }

  /** Whether slots have a second code, for vectors that are closer together than the first can tell. */
  get isRefined(): boolean {
    return this.#memory.bytes.fine > 0;
  }

  /** Whether they could have one. Codes of four bits have no second one. */
  get canBeFine(): boolean {
    return !this.#memory.isFourBit;
  }

  /** Gives slots a second code each. @param vectorOf of a slot below `count`; undefined for one that is not in use */
  makeFine(count: number, vectorOf: (slot: number) => Float32Array | undefined): void {
    atOnce(this.makingFine(count, vectorOf));
  }

  /** The same by steps between which others may work. */
  *makingFine(count: number, vectorOf: (slot: number) => Float32Array | undefined): Generator<void> {
    const memory = this.#memory;
    memory.grow({ fine: Math.max(1, this.#capacity) * memory.width });
    for (let slot = 0; slot < count; slot++) {
      const vector = vectorOf(slot);
      if (vector) memory.call(hnswEncodeFinely, { g, slot, vector: this.#take(vector), dimensions: this.dimensions });
      if (slot % encodedAtOnce === encodedAtOnce - 1) yield;
    }
  }

  /** Makes room. @throws ERR_OUT_OF_MEMORY, and then nothing has changed. */
  reserve(slots: number, keys: number, ef: number): void {
    const capacity =
      slots <= this.#capacity ? this.#capacity : Math.max(slots, this.#capacity === 0 ? 0 : Math.ceil(1.25 * this.#capacity));
    const levels = this.#levels(this.#capacity, capacity);
    const blocks = this.#blocks + levels.reduce((sum, level) => sum + level, 0);
    const { bytes, rowBytes, width, isFourBit } = this.#memory;
    const packing = isFourBit ? packingOf(capacity, this.m) : { record: 0, lowBits: 0 };
    const repacked = packing.record === this.#memory.word('record') ? undefined : this.#allLowest();
    this.#memory.grow({
      codes: capacity * rowBytes,
      links: capacity * (packing.record || 4 * lowestLevel * this.m),
      scales: 4 * capacity,
      upperOf: 4 * capacity,
      seen: 8 * Math.ceil(capacity / 64),
      removed: capacity,
      allowed: capacity + 1,
      fine: this.isRefined ? capacity * width : 0,
      levels: capacity,
      upper: 4 * blocks * this.m,
      slotOf: keys * 4 <= bytes.slotOf ? 0 : Math.max(keys * 4, Math.ceil(1.25 * bytes.slotOf)),
      pool: 8 * ef,
    });
    for (const [k, level] of levels.entries()) {
      const slot = this.#capacity + k;
      this.#memory.u8[this.#memory.at.levels + slot] = level;
      this.#memory.i32[this.#memory.at.upperOf / 4 + slot] = this.#blocks;
      this.#blocks += level;
    }
    if (repacked) this.#repack(repacked, packing);
    this.#capacity = capacity;
    this.#memory.set('slots', capacity);
  }

  /** The links of all slots on the lowest level. */
  #allLowest(): Int32Array {
    const degree = this.#degreeAt(0);
    const all = new Int32Array(this.#capacity * degree);
    for (let slot = 0; slot < this.#capacity; slot++) all.set(this.links(slot, 0), slot * degree);
    return all;
  }

  #repack(all: Int32Array, packing: ReturnType<typeof packingOf>): void {
    const { u8, at, bytes } = this.#memory;
    for (const [name, value] of Object.entries(packing)) this.#memory.set(name as keyof typeof packing, value);
    u8.fill(0, at.links, at.links + bytes.links);
    const degree = this.#degreeAt(0);
    for (let slot = 0; slot < this.#capacity; slot++) this.setLinks(slot, 0, all.subarray(slot * degree, (slot + 1) * degree));
  }

  levelOf(slot: number): number {
    return this.#memory.u8[this.#memory.at.levels + slot];
  }

  isRemoved(slot: number): boolean {
    return this.#memory.u8[this.#memory.at.removed + slot] > 0;
  }

  /** A removed slot still leads to others until the graph is repaired. */
  setRemoved(slot: number, removed: boolean): void {
    this.#memory.u8[this.#memory.at.removed + slot] = removed ? 1 : 0;
  }

  /** The slot of a key, -1 when there is none. */
  slotOf(key: number): number {
    return 4 * key < this.#memory.bytes.slotOf && key >= 0 ? this.#memory.i32[this.#memory.at.slotOf / 4 + key] - 1 : -1;
  }

  setSlotOf(key: number, slot: number): void {
    this.#memory.i32[this.#memory.at.slotOf / 4 + key] = slot + 1;
  }

  /** The links of a slot on a level, ended by -1 unless all are in use; a view, valid until the next call. */
  links(slot: number, level: number): Int32Array {
    const isPacked = level === 0 && this.#memory.isFourBit;
    const at = isPacked ? this.#memory.call(hnswUnpack, { g, slot }) / 4 : this.#linksAt(slot, level);
    return this.#memory.i32.subarray(at, at + this.#degreeAt(level));
  }

  /** Sets the links of a slot on a level, as {@link links} gives them. */
  setLinks(slot: number, level: number, links: Int32Array): void {
    if (level > 0 || !this.#memory.isFourBit) {
      this.#memory.i32.set(links, this.#linksAt(slot, level));
      return;
    }
    const count = links.indexOf(-1);
    this.#memory.i32.set(links, this.#memory.word('chosen') / 4);
    this.#memory.call(hnswPack, { g, slot, count: count < 0 ? links.length : count });
  }

  #degreeAt(level: number): number {
    return (level === 0 ? lowestLevel : 1) * this.m;
  }

  /** Where they begin, in words. */
  #linksAt(slot: number, level: number): number {
    const { i32, at } = this.#memory;
    if (level === 0) return at.links / 4 + lowestLevel * this.m * slot;
    return at.upper / 4 + this.m * (i32[at.upperOf / 4 + slot] + level - 1);
  }

  /** Sets the codes of a slot: one byte per dimension, the largest number as 127. */
  setCodes(slot: number, vector: Float32Array): void {
    const error = this.#memory.call(hnswEncode, { g, slot, vector: this.#take(vector), dimensions: this.dimensions });
    this.#maxError = Math.max(this.#maxError, Math.sqrt(error));
  }

  /** Sets codes of four bits, one for each dimension, and what 2 code - 15 is multiplied by. */
  setFourBits(slot: number, codes: Uint8Array, scale: number): void {
    const { u8, f32, at: places, rowBytes } = this.#memory;
    const at = places.codes + slot * rowBytes;
    u8.fill(0x88, at, at + rowBytes); // padding stands for 1
    for (let d = 0; d < codes.length; d++) {
      const to = at + (d >> 5) * 16 + (d & 15);
      u8[to] = d & 16 ? (u8[to] & 15) | (codes[d] << 4) : (u8[to] & 240) | codes[d];
    }
    f32[places.scales / 4 + slot] = scale;
  }

  /** The codes of four bits of a slot. */
  fourBitsOf(slot: number): Uint8Array {
    const { u8, at: places, rowBytes } = this.#memory;
    const at = places.codes + slot * rowBytes;
    return Uint8Array.from({ length: this.dimensions }, (_, d) => {
      const both = u8[at + (d >> 5) * 16 + (d & 15)];
      return d & 16 ? both >> 4 : both & 15;
    });
  }

  /** The sum of code - 7.5 times a number, over the dimensions of a slot with codes of four bits. */
  fourBitProduct(slot: number, numbers: Float64Array): number {
    const { u8, at: places, rowBytes } = this.#memory;
    const at = places.codes + slot * rowBytes;
    let sum = 0;
    for (let d = 0; d < numbers.length; d++) {
      const both = u8[at + (d >> 5) * 16 + (d & 15)];
      sum += ((d & 16 ? both >> 4 : both & 15) - 7.5) * numbers[d];
    }
    return sum;
  }

  /** The step of the codes of a slot. */
  scaleOf(slot: number): number {
    return this.#memory.f32[this.#memory.at.scales / 4 + slot];
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
    const most = 2 ** 30 / (127 * Math.sqrt(this.#memory.width));
    const scale = Math.fround(Math.max(largest / 32_767, Math.sqrt(squares) / most));
    const at = this.#memory.word('query') / 2;
    this.#memory.i16.fill(0, at, at + this.#memory.width);
    let error = 0;
    for (let d = 0; d < query.length; d++) {
      const code = scale > 0 ? Math.round(query[d] / scale) : 0;
      this.#memory.i16[at + d] = code;
      error += (query[d] - scale * code) ** 2;
    }
    this.#memory.setScale(scale);
    this.#memory.set('centre', -1);
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
    const at = this.#memory.at.pool / 4;
    const slot = (k: number) => this.#memory.i32[at + 2 * k + 1];
    const score = (k: number) => this.#memory.f32[at + 2 * k];
    const isOpen = this.isRefined && count > 0 && score(0) - score(count - 1) < 4 * this.scaleOf(slot(0)) * length;
    return { count: isOpen ? this.#memory.call(hnswRefine, { g, size: count, ef, isFiltered }) : count, slot, score };
  }

  /** Takes a flag for each key, of which {@link allow} and {@link scan} know then. @returns how many of the keys that there may be have one */
  flag(allowed: Uint8Array): number {
    const keys = this.#memory.bytes.slotOf / 4;
    const count = Math.min(keys, allowed.length);
    this.#memory.grow({ marks: keys + 16 });
    const at = this.#memory.at.marks;
    this.#memory.u8.set(allowed.length > count ? allowed.subarray(0, count) : allowed, at);
    this.#memory.u8.fill(0, at + count, at + keys);
    return this.#memory.call(hnswCount, { marks: this.#marks, count });
  }

  /** Lets a filtered search find the flagged keys. */
  allow(): void {
    this.#memory.call(hnswForbid, { g });
    this.#memory.call(hnswAllow, { g, marks: this.#marks, from: 0, to: this.#memory.bytes.slotOf / 4, slotOf: this.#slotOf });
  }

  /** Hands the slots of all flagged keys (or of all keys) in blocks to `take`, with their similarities to the query. */
  scan(isFiltered: boolean, take: (slots: Int32Array, scores: Float32Array) => void): void {
    const keys = this.#memory.bytes.slotOf / 4;
    const list = this.#memory.word('list') / 4;
    this.#memory.grow({ marks: keys + 16 });
    if (!isFiltered) this.#memory.u8.fill(1, this.#marks, this.#marks + keys);
    for (let from = 0; from < keys; from += listRoom) {
      const to = Math.min(keys, from + listRoom);
      const marks = positionOf<Uint8Array>(this.#marks + from);
      const count = this.#memory.call(hnswMarked, { g, marks, from, to, slotOf: this.#slotOf });
      if (count === 0) continue;
      this.#memory.call(hnswScores, { g, count });
      take(this.#memory.i32.subarray(list, list + count), this.#memory.f32.subarray(list + listRoom, list + listRoom + count));
    }
  }

  get #marks() {
    return positionOf<Uint8Array>(this.#memory.at.marks);
  }

  get #slotOf() {
    return positionOf<Int32Array>(this.#memory.at.slotOf);
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

  #growPool(ef: number): void {
    if (8 * ef > this.#memory.bytes.pool) this.#memory.grow({ pool: 8 * ef });
  }

  /** Puts a vector where kernels find it. */
  #take(vector: Float32Array) {
    this.#memory.f32.set(vector, this.#memory.vector / 4);
    return this.#memory.vector;
  }
}
