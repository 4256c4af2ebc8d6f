/** What a bridge goes by for one visitor. */
export interface Taste {
  /** The visitor among the factors; undefined when the model knows nothing. */
  factors: Float64Array | undefined;
  /** Contents of what was chosen, or words. */
  likes: readonly { vector: ArrayLike<number>; value: number }[];
  /** What was chosen, as far as it has contents. */
  history: readonly { item: string; value: number }[];
}

/** Items by which scores are standardized: few enough to cost nothing, many enough for a mean. */
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
  readonly #vectors: (ArrayLike<number> | undefined)[];

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
    this.#vectors = this.#rows.map((row) => bridge.vectorOf(row));
  }

  /** The score of any row for one visitor. Without contents it is the plain dot product; an item without contents counts as the mean. */
  scorer({ factors, likes }: Taste, vectorOf: (row: number) => ArrayLike<number> | undefined): (row: number) => number {
    const byFactors = (row: number) => (factors ? this.#dot(factors, row) : 0);
    if (likes.length === 0) return byFactors;
    const all = likes.map(({ vector, value }) => ({ vector, value: value / (length(vector) || 1) ** 2 }));
    const factorPart = standard(factors ? this.#rows.map(byFactors) : []);
    const sampled = this.#vectors.flatMap((vector) => (vector ? [likeness(all, vector)] : []));
    const contentPart = standard(sampled);
    return (row) => {
      const vector = vectorOf(row);
      const near = vector ? contentPart(likeness(all, vector)) : 0;
      return factors ? (1 - this.#content) * factorPart(byFactors(row)) + this.#content * near : near;
    };
  }
}

/** The sum of value * max(0, cosine)^2. */
function likeness(likes: Taste['likes'], vector: ArrayLike<number>): number {
  let total = 0;
  for (const { vector: liked, value } of likes) {
    let product = 0;
    for (let k = 0; k < vector.length; k++) product += liked[k] * vector[k];
    if (product > 0) total += value * product * product;
  }
  const own = length(vector);
  return own > 0 ? total / (own * own) : 0;
}

function length(vector: ArrayLike<number>): number {
  let squares = 0;
  for (let k = 0; k < vector.length; k++) squares += vector[k] * vector[k];
  return Math.sqrt(squares);
}

/** Brings values to the scale of a sample: mean 0, deviation 1. A sample without deviation says nothing. */
function standard(sample: readonly number[]): (value: number) => number {
  const mean = sample.reduce((sum, value) => sum + value, 0) / (sample.length || 1);
  const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length || 1));
  return (value) => (deviation > 0 ? (value - mean) / deviation : 0);
}
