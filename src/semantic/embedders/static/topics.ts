/**
 * What a text is about, beside the sum of its tokens: a multinomial logistic regression over the vectors of a table, with one more row for texts
 * that are about nothing it knows. A sum of tokens has `washing machine cleaner` near `washing machine`; this tells them apart.
 */
export interface Topics {
  /** Names, for people. */
  names: readonly string[];
  /** `(names + 1) x dimensions`, row-major; the last row is nothing of these. */
  weights: Float32Array;
  /** How long the part of a vector that says the topic can be, beside the rest of length 1. */
  share: number;
}

/** Logits are so many times a dot product of a weight row and a vector of length 1. Keeps weights about 1, as learning rates suppose. */
export const sharpness = 10;

/** The chances of all topics and of none, for the vector of length 1 at `at`, into `chances`. */
export function topicChances(
  weights: Float32Array,
  dimensions: number,
  vectors: ArrayLike<number>,
  at: number,
  chances: Float64Array,
): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < chances.length; k++) {
    let dot = 0;
    for (let d = 0; d < dimensions; d++) dot += weights[k * dimensions + d] * vectors[at + d];
    chances[k] = sharpness * dot;
    if (chances[k] > most) most = chances[k];
  }
  let sum = 0;
  for (let k = 0; k < chances.length; k++) {
    chances[k] = exponential(chances[k] - most);
    sum += chances[k];
  }
  for (let k = 0; k < chances.length; k++) chances[k] /= sum;
}

/** The exponential of a number that is not above 0, of arithmetic alone: `Math.exp` may differ between runtimes in its last bit. */
export function exponential(x: number): number {
  if (x < -60) return 0;
  const y = x / 1024;
  let power = 1 + y * (1 + (y / 2) * (1 + (y / 3) * (1 + (y / 4) * (1 + y / 5))));
  for (let k = 0; k < 10; k++) power *= power;
  return power;
}
