/**
 * 1 / the length of scores over all items; 0 where all are 0. NaN, an item without a score, does not count. Not measured from the mean of
 * the scores: where they differ little from it, that would also enlarge the rounding of a visitor's scores.
 */
export function scaleOf(scores: Float32Array): number {
  let square = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (!Number.isNaN(score)) square += score * score;
  }
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}

/** Adds `factor` x scores; an item without a score in one model keeps what the others say. */
export function addScaled(sum: Float32Array, scores: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) {
    const score = scores[i];
    if (!Number.isNaN(score)) sum[i] += factor * score;
  }
}
