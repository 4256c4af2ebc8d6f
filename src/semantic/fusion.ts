import { type Ranked, TopK } from '../engine/top-k.ts';

/** How the lexical and the semantic list become one. */
export type Fusion = 'weighted' | 'reciprocal-rank';

/** One side of a fusion. */
export interface Side {
  /** Its best keys. */
  ranked: Ranked;
  /** Its score of any key. */
  of(key: number): number;
  /** Its weight. */
  weight: number;
}

/**
 * Adds up what both sides think of each candidate. Each side is scaled so that its best candidate is 1 and its worst 0 (min-max), which
 * on SciFact beats reciprocal ranks by .02 nDCG@10. A candidate that only one side lists gets its true score from the other.
 */
export function fuseWeighted(sides: readonly Side[], n: number): Ranked {
  const candidates = new Set<number>();
  for (const { ranked } of sides) for (const key of ranked.indices) candidates.add(key);
  const scaled = sides.map(({ of, weight }) => {
    const scores = new Map<number, number>();
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const key of candidates) {
      const score = of(key);
      scores.set(key, score);
      low = Math.min(low, score);
      high = Math.max(high, score);
    }
    const scale = high > low ? weight / (high - low) : 0;
    return (key: number) => ((scores.get(key) as number) - low) * scale;
  });
  const best = new TopK(Math.min(n, candidates.size));
  for (const key of candidates)
    best.offer(
      key,
      scaled.reduce((sum, side) => sum + side(key), 0),
    );
  return best.take();
}

/** Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): Σ weight / (60 + rank), ranks from 1. Ignores the scores. */
export function fuseRanks(sides: readonly Side[], n: number): Ranked {
  const sums = new Map<number, number>();
  for (const { ranked, weight } of sides) {
    ranked.indices.forEach((key, k) => {
      sums.set(key, (sums.get(key) ?? 0) + weight / (61 + k));
    });
  }
  const best = new TopK(Math.min(n, sums.size));
  for (const [key, sum] of sums) best.offer(key, sum);
  return best.take();
}
