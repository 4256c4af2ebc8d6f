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
  dotProducts(weights, dimensions, vectors, at, chances);
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < chances.length; k++) {
    chances[k] *= sharpness;
    if (chances[k] > most) most = chances[k];
  }
  let sum = 0;
  for (let k = 0; k < chances.length; k++) {
    chances[k] = exponential(chances[k] - most);
    sum += chances[k];
  }
  for (let k = 0; k < chances.length; k++) chances[k] /= sum;
}

/** Eight rows at a time, since an addition waits for the one before it in the same sum. Each sum is in the order of the dimensions. */
function dotProducts(weights: Float32Array, dimensions: number, vectors: ArrayLike<number>, at: number, dots: Float64Array): void {
  let k = 0;
  for (; k + 8 <= dots.length; k += 8) {
    const a = k * dimensions;
    const b = a + dimensions;
    const c = b + dimensions;
    const d = c + dimensions;
    const e = d + dimensions;
    const f = e + dimensions;
    const g = f + dimensions;
    const h = g + dimensions;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let j = 0; j < dimensions; j++) {
      const x = vectors[at + j];
      s0 += weights[a + j] * x;
      s1 += weights[b + j] * x;
      s2 += weights[c + j] * x;
      s3 += weights[d + j] * x;
      s4 += weights[e + j] * x;
      s5 += weights[f + j] * x;
      s6 += weights[g + j] * x;
      s7 += weights[h + j] * x;
    }
    dots.set([s0, s1, s2, s3, s4, s5, s6, s7], k);
  }
  for (; k < dots.length; k++) {
    let dot = 0;
    for (let j = 0; j < dimensions; j++) dot += weights[k * dimensions + j] * vectors[at + j];
    dots[k] = dot;
  }
}

/** The exponential of a number that is not above 0, of arithmetic alone: `Math.exp` may differ between runtimes in its last bit. */
export function exponential(x: number): number {
  if (x < -60) return 0;
  const y = x / 1024;
  let power = 1 + y * (1 + (y / 2) * (1 + (y / 3) * (1 + (y / 4) * (1 + y / 5))));
  for (let k = 0; k < 10; k++) power *= power;
  return power;
}
