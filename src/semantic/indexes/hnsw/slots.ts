import { dot } from '../../../numeric/dot.ts';
import { fnvBasis, fnvStep } from '../../../numeric/hash.ts';
import type { HnswGraph } from './hnsw-graph.ts';
import { HnswRows } from './hnsw-rows.ts';

/** The vectors of a graph by slot: what its codes are made from, and what candidates are scored from. */
export interface Slots {
  /** Bytes that they take beside the graph. */
  readonly bytes: number;
  /** Gives a slot a vector, and the graph its codes. */
  set(slot: number, vector: Float32Array): void;
  /** The vector of a slot, or what is known of it; valid until the slot is set again. */
  get(slot: number): Float32Array;
  /** Takes a query, for the graph as well. @returns how far a similarity by codes may be from {@link score} */
  aim(query: Float32Array): number;
  /** The inner product of a slot with the query, in 64 bits. */
  score(slot: number): number;
  /** The same with any query. Whole vectors need no {@link aim}, which takes ten times as long as one product. */
  product(slot: number, query: Float32Array): number;
  /** Equal for a slot and its vector. */
  hashOf(of: number | Float32Array): number;
  /** Whether the vector of a slot is this one, bit for bit. */
  isSame(slot: number, vector: Float32Array): boolean;
}

/** Whole vectors, in plain memory, and codes of one byte per dimension. */
export class ByteSlots implements Slots {
  readonly #graph: HnswGraph;
  readonly #rows: HnswRows;
  #query: Float32Array = new Float32Array(0);
  #longest = 0; // no vector is longer

  constructor(graph: HnswGraph) {
    this.#graph = graph;
    this.#rows = new HnswRows(graph.dimensions);
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  set(slot: number, vector: Float32Array): void {
    this.#rows.set(slot, vector);
    this.#graph.setCodes(slot, vector);
    this.#longest = Math.max(this.#longest, lengthOf(vector));
  }

  get(slot: number): Float32Array {
    return this.#rows.get(slot);
  }

  /** Both roundings (Cauchy-Schwarz), and the 32 bits of the result. */
  aim(query: Float32Array): number {
    this.#query = query;
    const length = lengthOf(query);
    const rounding = this.#graph.aim(query);
    const { maxError } = this.#graph;
    return maxError * length + rounding * (this.#longest + maxError) + 2 ** -20 * length * this.#longest;
  }

  score(slot: number): number {
    return this.product(slot, this.#query);
  }

  product(slot: number, query: Float32Array): number {
    return this.#rows.dot(slot, query);
  }

  hashOf(of: number | Float32Array): number {
    return hashOfNumbers(typeof of === 'number' ? this.get(of) : of);
  }

  isSame(slot: number, vector: Float32Array): boolean {
    return areSame(this.get(slot), vector);
  }
}

export function areSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((x, d) => Object.is(x, b[d]));
}

export function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, 0, vector));
}

/** FNV-1a over the words of a vector. */
function hashOfNumbers(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = fnvBasis;
  for (let k = 0; k < words.length; k++) hash = fnvStep(hash, words[k]);
  return hash ^ (hash >>> 15);
}
