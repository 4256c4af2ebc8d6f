import { dot } from '../../numeric/dot.ts';

/** What a bridge goes by for one visitor. */
export interface Taste {
  /** The visitor among the factors; undefined when the model knows nothing. */
  factors: Float64Array | undefined;
  /** Contents of what was chosen, or words. */
  likes: readonly { vector: ArrayLike<number>; value: number }[];
  /** What was chosen, as far as it has contents. */
  history: readonly { item: string; value: number }[];
}

/** Items by which scores are standardized: few enough to be cheap, many enough for a mean. */
const sampleSize = 500;

/**
 * Makes dot products of factors and likeness of contents comparable: both are standardized by their mean and deviation over the same evenly
 * spaced sample of the items, so that a score does not depend on which other items are asked for. The square of the cosine beats the
 * cosine: on three validation cuts of Amazon Industrial NDCG@10 among cold items is .198 against .189 by contents alone, .206 against .204
 * with factors.
 */
export class BridgeScale {
  readonly #content: number;
  readonly #dot: (factors: Float64Array, row: number) => number;
  readonly #rows: number[];
  readonly #directions: Float32Array[];

  constructor(bridge: {
    /** What likeness of contents counts, from 0 to 1. */
    content: number;
    /** Number of items. */
    size: number;
    vectorOf(row: number): ArrayLike<number> | undefined;
    dot(factors: Float64Array, row: number): number;
  }) {
    const count = Math.min(bridge.size, sampleSize);
    this.#content = bridge.content;
    this.#dot = bridge.dot;
    this.#rows = Array.from({ length: bridge.content > 0 ? count : 0 }, (_, k) => Math.floor((k * bridge.size) / count));
    this.#directions = this.#rows.flatMap((row) => directionOf(bridge.vectorOf(row)) ?? []);
  }

  /** The score of any row for one visitor. Without contents it is the plain dot product; an item without contents counts as the mean. */
  scorer({ factors, likes }: Taste, vectorOf: (row: number) => ArrayLike<number> | undefined): (row: number) => number {
    const byFactors = (row: number) => (factors ? this.#dot(factors, row) : 0);
    if (likes.length === 0) return byFactors;
    const liked = likes.map(({ vector, value }) => ({ direction: directionOf(vector), value }));
    const likeness = (direction: Float32Array) => {
      let total = 0;
      for (const { direction: own, value } of liked) {
        const cosine = own.length === direction.length ? dot(own, 0, direction) : 0;
        if (cosine > 0) total += value * cosine * cosine;
      }
      return total;
    };
    const factorPart = standard(factors ? this.#rows.map(byFactors) : []);
    const contentPart = standard(this.#directions.map(likeness));
    return (row) => {
      const direction = directionOf(vectorOf(row));
      const near = direction ? contentPart(likeness(direction)) : 0;
      return factors ? (1 - this.#content) * factorPart(byFactors(row)) + this.#content * near : near;
    };
  }
}

/** A vector brought to length 1; zeros stay. */
export function directionOf(vector: ArrayLike<number>): Float32Array;
export function directionOf(vector: ArrayLike<number> | undefined): Float32Array | undefined;
export function directionOf(vector: ArrayLike<number> | undefined): Float32Array | undefined {
  if (!vector) return undefined;
  const direction = new Float32Array(vector); // many times faster than Float32Array.from
  const squares = dot(direction, 0, direction);
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = 0; k < direction.length; k++) direction[k] *= scale;
  return direction;
}

/** Brings values to the scale of a sample: mean 0, deviation 1. A sample without deviation says nothing. */
function standard(sample: readonly number[]): (value: number) => number {
  const mean = sample.reduce((sum, value) => sum + value, 0) / (sample.length || 1);
  const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length || 1));
  return (value) => (deviation > 0 ? (value - mean) / deviation : 0);
}
