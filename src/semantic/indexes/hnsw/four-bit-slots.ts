import { dot } from '../../../numeric/dot.ts';
import { fnvBasis, fnvStep } from '../../../numeric/hash.ts';
import { caution, encode, level, levelError } from '../four-bit/coding.ts';
import { type KeptVectors, readKept } from '../four-bit/kept-vectors.ts';
import { Rotation } from '../four-bit/rotation.ts';
import type { HnswGraph } from './hnsw-graph.ts';
import { HnswRows } from './hnsw-rows.ts';
import { areSame, lengthOf, type Slots } from './slots.ts';

/**
 * Codes of four bits per dimension after a random rotation, as those of `FourBitRows`, and the vectors wherever they are kept. Where they are not,
 * codes are all that is known of them.
 */
export class FourBitSlots implements Slots {
  readonly #graph: HnswGraph;
  readonly #rotation: Rotation;
  readonly #rows: HnswRows | undefined;
  readonly #read: ((slot: number) => Float32Array) | undefined;
  #query: Float32Array = new Float32Array(0);
  #rotated: Float64Array = new Float64Array(0);
  #largest = 0; // factor: the longest vector has it

  /** @param keyOf a key of a slot, for vectors that a function reads */
  constructor(graph: HnswGraph, kept: KeptVectors, seed: number, keyOf: (slot: number) => number) {
    this.#graph = graph;
    this.#rotation = new Rotation(graph.dimensions, seed);
    this.#rows = kept === 'memory' ? new HnswRows(graph.dimensions) : undefined;
    this.#read = typeof kept === 'function' ? (slot) => readKept(kept, keyOf(slot), graph.dimensions) : undefined;
  }

  get bytes(): number {
    return this.#rows?.bytes ?? 0;
  }

  /** Whether vectors are in memory, and so in files. */
  get keepsVectors(): boolean {
    return this.#rows !== undefined;
  }

  set(slot: number, vector: Float32Array): void {
    this.#rows?.set(slot, vector);
    this.restore(slot, this.#encoded(vector));
  }

  /** Gives a slot its codes and their factor, as a file has them, and its vector where it is kept in memory. */
  restore(slot: number, { codes, factor }: Coded, vector?: Float32Array): void {
    if (vector) this.#rows?.set(slot, vector);
    this.#graph.setFourBits(slot, codes, factor / 2);
    this.#largest = Math.max(this.#largest, factor);
  }

  get(slot: number): Float32Array {
    if (this.#rows) return this.#rows.get(slot);
    if (this.#read) return this.#read(slot);
    const { codes, factor } = this.codedOf(slot);
    return this.#rotation.undo(Float64Array.from(codes, (code) => factor * (code - 7.5)));
  }

  /** A few standard deviations of the error. Without vectors nothing is scored anew but the 32 bits of the result. */
  aim(query: Float32Array): number {
    this.#query = query;
    this.#rotated = this.#rotation.apply(query);
    this.#graph.aim(Float32Array.from(this.#rotated));
    const unit = lengthOf(query) * this.#largest;
    return unit * (this.#rows || this.#read ? (caution * levelError) / level : 2 ** -12);
  }

  score(slot: number): number {
    if (this.#rows) return this.#rows.dot(slot, this.#query);
    if (this.#read) return dot(this.#read(slot), 0, this.#query);
    return 2 * this.#graph.scaleOf(slot) * this.#graph.fourBitProduct(slot, this.#rotated);
  }

  product(slot: number, query: Float32Array): number {
    this.aim(query);
    return this.score(slot);
  }

  /** Over codes, which are known of every slot. */
  hashOf(of: number | Float32Array): number {
    const { codes, factor } = typeof of === 'number' ? this.codedOf(of) : this.#encoded(of);
    let hash = fnvBasis;
    for (let d = 0; d < codes.length; d++) hash = fnvStep(hash, codes[d]);
    hash = fnvStep(hash, new Uint32Array(Float32Array.of(factor).buffer)[0]);
    return hash ^ (hash >>> 15);
  }

  isSame(slot: number, vector: Float32Array): boolean {
    if (this.#rows || this.#read) return areSame(this.get(slot), vector);
    const [own, other] = [this.codedOf(slot), this.#encoded(vector)];
    return own.factor === other.factor && own.codes.every((code, d) => code === other.codes[d]);
  }

  /** The codes of a slot and their factor. */
  codedOf(slot: number): Coded {
    return { codes: this.#graph.fourBitsOf(slot), factor: 2 * this.#graph.scaleOf(slot) };
  }

  #encoded(vector: Float32Array): Coded {
    const codes = new Uint8Array(vector.length);
    const factor = Math.fround(encode(this.#rotation.apply(vector), codes));
    return { codes, factor };
  }
}

/** What a code stands for is its factor times code - 7.5. */
interface Coded {
  codes: Uint8Array;
  factor: number;
}
