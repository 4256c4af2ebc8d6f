import type { VectorIndex, VectorSearchOptions } from '../../../contracts/vector-index.ts';
import { AttuneError } from '../../../errors.ts';
import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import { checkTyped, integer } from '../../../options.ts';
import { atOnce } from '../../../work/steps.ts';
import { yieldNow } from '../../../work/yield-now.ts';
import { checkSearchOptions } from '../shared/search-options.ts';
import { FourBitSlots } from './four-bit-slots.ts';
import { packHnsw, unpackHnsw } from './hnsw-file.ts';
import { HnswGraph } from './hnsw-graph.ts';
import { HnswKeys } from './hnsw-keys.ts';
import { type HnswOptions, type HnswSettings, readHnswOptions } from './hnsw-options.ts';
import { searchGraph } from './hnsw-search.ts';
import { ByteSlots, lengthOf, type Slots } from './slots.ts';

export type { HnswOptions };

/** Options of {@link HnswIndex.search}. */
export interface HnswSearchOptions extends VectorSearchOptions {
  /** Instead of the index's own. */
  efSearch?: number | undefined;
}

/** An approximate index; see {@link hnswIndex}. */
export interface HnswIndex extends VectorIndex {
  /** As {@link VectorIndex.search}, with a number of candidates for this call. Answers at once. */
  search(query: Float32Array, options: HnswSearchOptions): Ranked;
  /** Bytes held by vectors, codes and links together. */
  readonly memoryBytes: number;
}

/**
 * An approximate index: a hierarchical navigable small world graph (Malkov & Yashunin 2018) by inner product, for vectors of length 1. A search
 * looks at a few thousand vectors, whatever the size of the index, and misses few of the nearest.
 *
 * The graph is walked by 8-bit codes in WebAssembly; what it finds is scored again from the vectors in 64 bits. It can be changed at any
 * time: removed vectors leave the answers at once and the graph in batches. A filter that few vectors pass, or a small index, is
 * answered exactly. The same calls with the same seed give the same bytes and answers in every runtime.
 *
 * @throws ERR_BAD_OPTION
 */
export function hnswIndex(options: HnswOptions = {}): HnswIndex {
  return new Hnsw(readHnswOptions(options));
}

/** The share and the number of removed slots at which the graph is repaired. */
const removedShare = 1 / 8;
const removedAtLeast = 32;
const mostDimensions = 65_536;
const readEfSearch = integer({ min: 1 });

/** Fewer vectors than this are linked at once, whoever waits. */
const builtAside = 2048;

/** Vectors that are encoded between two chances for others to work. */
const placedAtOnce = 1024;

type Work = NonNullable<Parameters<VectorIndex['add']>[3]>;

/** What a file holds. */
type HnswFile = ReturnType<typeof unpackHnsw> extends Generator<void, infer File> ? File : never;

/** The index itself; `plain` settings run the kernels' twins. */
export class Hnsw implements HnswIndex {
  readonly kind = 'hnsw';
  readonly #o: HnswSettings;
  #dimensions = 0;
  #graph: HnswGraph | undefined;
  /** There once there is a graph. */
  #slots: Slots | undefined;
  #keys = new HnswKeys();
  /** Slots below `keys.length` that may be used again, the smallest last. */
  #free: number[] = [];
  #removed = 0; // still in the graph
  #size = 0;
  /** Counts additions. */
  #changes = 0;

  constructor(settings: HnswSettings) {
    this.#o = settings;
  }

  get size(): number {
    return this.#size;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  get memoryBytes(): number {
    return (this.#slots?.bytes ?? 0) + (this.#graph?.memoryBytes ?? 0);
  }

  add(keys: Int32Array, vectors: Float32Array, _metadata?: unknown, work?: Work): void | Promise<void> {
    checkTyped('hnswIndex.add', Int32Array, keys);
    checkTyped('hnswIndex.add', Float32Array, vectors);
    if (work && this.#size === 0 && keys.length >= builtAside) return this.#build(keys, vectors, work);
    for (const _ of this.#adding(keys, vectors)) {
      // one batch after the other
    }
  }

  /** Builds another index and takes its place, so that this one stays as it was until then. */
  async #build(keys: Int32Array, vectors: Float32Array, { signal, onProgress }: Work): Promise<void> {
    signal?.throwIfAborted();
    const changes = this.#changes;
    const other = new Hnsw(this.#o);
    for (const done of other.#adding(keys, vectors)) {
      onProgress?.({ phase: 'indexing', done, total: keys.length });
      await yieldNow();
      signal?.throwIfAborted();
    }
    if (this.#changes > changes) return this.add(keys, vectors); // someone has added to this one meanwhile
    this.#dimensions = other.#dimensions;
    this.#graph = other.#graph;
    this.#slots = other.#slots;
    this.#keys = other.#keys;
    this.#free = other.#free;
    this.#removed = other.#removed;
    this.#size = other.#size;
    this.#changes++;
  }

  /** Adds vectors, and gives how many are in and linked now and then. */
  *#adding(keys: Int32Array, vectors: Float32Array): Generator<number> {
    if (keys.length === 0) return;
    this.#changes++;
    const dimensions = this.#check(keys, vectors);
    const graph = this.#size > 0 && this.#graph ? this.#graph : this.#begin(dimensions);
    const known = keys.reduce((count, key) => count + (graph.slotOf(key) < 0 ? 0 : 1), 0);
    const used = this.#keys.length + Math.max(0, keys.length - known - this.#free.length);
    // A replaced vector takes a second slot until the graph is repaired.
    const twice = Math.min(known, this.#mostRemoved(used)) + (known > 0 ? 1 : 0);
    graph.reserve(used + twice, keys.reduce((a, b) => Math.max(a, b), 0) + 1, this.#o.efConstruction);
    const fresh: number[] = [];
    for (let k = 0; k < keys.length; k++) {
      if (graph.slotOf(keys[k]) >= 0) {
        this.#take(keys[k]);
        if (this.#removed > this.#mostRemoved(this.#keys.length)) {
          yield* this.#link(fresh.splice(0), 0);
          this.#mend();
        }
      }
      const slot = this.#put(keys[k], vectors.subarray(k * dimensions, (k + 1) * dimensions));
      if (slot !== undefined) fresh.push(slot);
      if (k % placedAtOnce === placedAtOnce - 1) yield 0;
    }
    yield* this.#link(fresh, keys.length - fresh.length);
  }

  /** Links slots that have their vectors. @param before number of vectors that were in without it */
  *#link(slots: number[], before: number): Generator<number> {
    const graph = this.#graph as HnswGraph;
    const makeFine = () => graph.makeFine(this.#keys.length, (slot) => (this.#keys.has(slot) ? this.#slots?.get(slot) : undefined));
    const linked = this.#keys.used - slots.length;
    for (const done of graph.linking.link(Int32Array.from(slots), linked, this.#o.efConstruction, makeFine)) yield before + done;
  }

  remove(keys: Int32Array): void {
    checkTyped('hnswIndex.remove', Int32Array, keys);
    for (const key of keys) if ((this.#graph?.slotOf(key) ?? -1) >= 0) this.#take(key);
    if (this.#size === 0) this.#reset();
    else if (4 * this.#size < this.#keys.length && this.#keys.length > listedAtLeast) this.#rebuild();
    else if (this.#removed > this.#mostRemoved(this.#keys.length)) this.#mend();
  }

  search(query: Float32Array, options: HnswSearchOptions): Ranked {
    checkSearchOptions('hnswIndex.search', options);
    const { n, allowed } = options;
    const efSearch = readEfSearch(options.efSearch ?? this.#o.efSearch, "hnswIndex.search: option 'efSearch'");
    const graph = this.#graph;
    const slots = this.#slots;
    this.#checkQuery('search', query);
    const length = lengthOf(query);
    if (!Number.isFinite(length)) throw new AttuneError('ERR_BAD_VALUE', 'hnswIndex.search: expected a vector of finite numbers.');
    if (!graph || !slots || this.#size === 0 || n === 0) return new TopK(0).take();
    return searchGraph({ graph, slots, keys: this.#keys, size: this.#size }, { query, length, n, efSearch, allowed });
  }

  scoreOf(query: Float32Array, key: number): number | undefined {
    const slot = this.#graph?.slotOf(key) ?? -1;
    if (slot < 0) return undefined;
    this.#checkQuery('scoreOf', query);
    return this.#slots?.product(slot, query);
  }

  vectorOf(key: number): Float32Array | undefined {
    const slot = this.#graph?.slotOf(key) ?? -1;
    return slot < 0 ? undefined : this.#slots?.get(slot).slice();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    if (this.#removed > 0) this.#mend();
    const { dimensions } = this;
    const { m = this.#o.m } = this.#graph ?? {};
    const { seed, storage } = this.#o;
    return packHnsw({ dimensions, m, seed, isFourBit: storage === '4bit', keys: this.#keys, vectors: this.#slots, graph: this.#graph });
  }

  fromBytes(bytes: Uint8Array): HnswIndex {
    return atOnce(this.opening(bytes, false));
  }

  /** As {@link fromBytes}, by steps between which others may work. @param isVerified whether the bytes are part of a verified file */
  *opening(bytes: Uint8Array, isVerified: boolean): Generator<void, HnswIndex> {
    const file = yield* unpackHnsw(bytes, isVerified);
    const isBare = this.#o.vectors === 'memory' && file.vectors.length === 0;
    const index = new Hnsw({
      ...this.#o,
      m: file.m,
      seed: file.seed,
      efConstruction: Math.max(this.#o.efConstruction, file.m),
      storage: file.coded ? '4bit' : 'float32',
      vectors: file.coded && isBare ? 'none' : this.#o.vectors,
    });
    if (file.keys.length > 0) yield* index.#fill(file);
    return index;
  }

  /** Takes the contents of a file. */
  *#fill({ dimensions, keys, slotOfKey, slots, vectors, coded, entry, links, isRefined }: HnswFile): Generator<void> {
    yield;
    const graph = this.#begin(dimensions);
    const used = slots[slots.length - 1] + 1;
    graph.reserve(used, keys.reduce((a, b) => Math.max(a, b), 0) + 1, this.#o.efConstruction);
    yield;
    for (let k = 0; k < slots.length; k++) {
      const vector = vectors.length > 0 ? vectors.subarray(k * dimensions, (k + 1) * dimensions) : undefined;
      if (coded) (this.#slots as FourBitSlots).restore(slots[k], coded(k), vector);
      else this.#place(slots[k], vector as Float32Array);
      if (k % placedAtOnce === placedAtOnce - 1) yield;
    }
    for (let k = 0; k < keys.length; k++) {
      this.#name(slotOfKey[k], keys[k]);
      if (k % placedAtOnce === placedAtOnce - 1) yield;
    }
    yield;
    this.#listFree();
    yield* links(graph);
    graph.enterAt(entry);
    if (isRefined) yield* graph.makingFine(used, (slot) => (this.#keys.has(slot) ? this.#slots?.get(slot) : undefined));
  }

  #checkQuery(method: string, query: Float32Array): void {
    checkTyped(`hnswIndex.${method}`, Float32Array, query);
    if (this.#size === 0 || query.length === this.#dimensions) return;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `hnswIndex.${method}: expected a vector of ${this.#dimensions} dimensions, got ${query.length}.`,
    );
  }

  /** @returns the dimensions. */
  #check(keys: Int32Array, vectors: Float32Array): number {
    const dimensions = vectors.length / keys.length;
    const fits = Number.isInteger(dimensions) && dimensions > 0 && dimensions <= mostDimensions;
    if (!fits || (this.#size > 0 && dimensions !== this.#dimensions)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `hnswIndex.add: expected ${keys.length} vectors of ${this.#dimensions || `up to ${mostDimensions}`} dimensions, got ${vectors.length} numbers.`,
      );
    }
    if (keys.some((key) => key < 0)) throw new AttuneError('ERR_BAD_ARGUMENT', 'hnswIndex.add: expected keys from 0, got a negative one.');
    for (let k = 0; k < keys.length; k++) {
      if (Number.isFinite(lengthOf(vectors.subarray(k * dimensions, (k + 1) * dimensions)))) continue;
      throw new AttuneError('ERR_BAD_VALUE', `hnswIndex.add: expected finite numbers, got others in row ${k}.`);
    }
    return dimensions;
  }

  #begin(dimensions: number): HnswGraph {
    this.#reset();
    const { storage, vectors, seed } = this.#o;
    const isFourBit = storage === '4bit';
    const graph = new HnswGraph({ ...this.#o, dimensions, isFourBit });
    this.#dimensions = dimensions;
    this.#graph = graph;
    this.#slots = isFourBit ? new FourBitSlots(graph, vectors, seed, (slot) => this.#keys.of(slot)[0]) : new ByteSlots(graph);
    this.#keys = new HnswKeys(this.#slots);
    return graph;
  }

  #reset(): void {
    this.#graph = undefined;
    this.#slots = undefined;
    this.#keys = new HnswKeys();
    this.#free = [];
    this.#removed = 0;
    this.#size = 0;
  }

  /** Adds a vector under a key that is not known. @returns its slot if that is a new one, which must be linked */
  #put(key: number, vector: Float32Array): number | undefined {
    const equal = this.#keys.slotWith(vector);
    const slot = equal ?? this.#free.pop() ?? this.#keys.length;
    if (equal === undefined) this.#place(slot, vector);
    this.#name(slot, key);
    return equal === undefined ? slot : undefined;
  }

  #place(slot: number, vector: Float32Array): void {
    (this.#slots as Slots).set(slot, vector);
    (this.#graph as HnswGraph).setRemoved(slot, false);
  }

  #name(slot: number, key: number): void {
    this.#keys.add(slot, key);
    (this.#graph as HnswGraph).setSlotOf(key, slot);
    this.#size++;
  }

  /** Removes a key; a slot that was its alone stays in the graph. */
  #take(key: number): void {
    const graph = this.#graph as HnswGraph;
    const slot = graph.slotOf(key);
    graph.setSlotOf(key, -1);
    this.#keys.remove(slot, key);
    this.#size--;
    if (this.#keys.has(slot)) return;
    graph.setRemoved(slot, true);
    this.#removed++;
  }

  #mostRemoved(slots: number): number {
    return Math.max(removedAtLeast, Math.floor(slots * removedShare));
  }

  /** Takes removed slots out of the graph; they can be used again. */
  #mend(): void {
    const graph = this.#graph as HnswGraph;
    const count = this.#keys.length;
    graph.linking.mend(count, this.#o.efConstruction);
    if (graph.isRemoved(graph.entry)) {
      let top = -1;
      for (let slot = 0; slot < count; slot++) {
        if (this.#keys.has(slot) && (top < 0 || graph.levelOf(slot) > graph.levelOf(top))) top = slot;
      }
      graph.enterAt(top);
    }
    this.#listFree();
    this.#removed = 0;
  }

  #listFree(): void {
    this.#free = [];
    for (let slot = this.#keys.length - 1; slot >= 0; slot--) if (!this.#keys.has(slot)) this.#free.push(slot);
  }

  /** When few vectors are left in a large memory: they move to one that fits. */
  #rebuild(): void {
    const keys: number[] = [];
    for (let slot = 0; slot < this.#keys.length; slot++) keys.push(...this.#keys.of(slot));
    const vectors = new Float32Array(keys.length * this.#dimensions);
    keys.forEach((key, k) => {
      vectors.set(this.vectorOf(key) as Float32Array, k * this.#dimensions);
    });
    this.#reset();
    this.add(Int32Array.from(keys), vectors);
  }
}

/** With fewer slots than this there is little memory to release. */
const listedAtLeast = 1024;
