import { type Ranked, TopK } from '../../numeric/top-k.ts';

/** How the lexical and the semantic list become one. */
export type Fusion = 'calibrated' | 'weighted' | 'reciprocal-rank';

/** One side of a fusion. */
export interface Side {
  /** Its best keys. */
  ranked: Ranked;
  /** Its score of any key. */
  of(key: number): number;
  /** Its weight. */
  weight: number;
  /** The score that counts as one. */
  one: number;
  /** How many times that a score can be. */
  most: number;
}

/**
 * Adds up scores on scales that do not depend on the other answers: a cosine as it is, BM25 in units of what a text of mean length earns that has
 * each word of the query once. So 0 is nothing in common, 1 what no text can exceed, and scores of different queries compare. After the
 * theoretical bounds of Bruch, Gai & Ingber 2023.
 */
export function fuseCalibrated(sides: readonly Side[], n: number): Ranked {
  const total = sides.reduce((sum, { weight, most, one }) => sum + (one > 0 ? weight * most : 0), 0);
  return fuse(sides, n, ({ of, weight, one }, key) => (one > 0 ? (weight * Math.max(0, of(key))) / one / total : 0));
}

/**
 * Adds up scores that are scaled so that the best candidate of each side is 1 and its worst 0 (min-max). A candidate that only one side lists
 * gets its true score from the other.
 */
export function fuseWeighted(sides: readonly Side[], n: number): Ranked {
  const candidates = candidatesOf(sides);
  const scales = new Map(
    sides.map((side) => {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const key of candidates) {
        const score = side.of(key);
        low = Math.min(low, score);
        high = Math.max(high, score);
      }
      return [side, { low, scale: high > low ? side.weight / (high - low) : 0 }];
    }),
  );
  return fuse(sides, n, (side, key) => {
    const { low, scale } = scales.get(side) as { low: number; scale: number };
    return (side.of(key) - low) * scale;
  });
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

/** Adds up scores of each candidate. @param score what one side adds for a key. */
function fuse(sides: readonly Side[], n: number, score: (side: Side, key: number) => number): Ranked {
  const candidates = candidatesOf(sides);
  const best = new TopK(Math.min(n, candidates.size));
  for (const key of candidates) {
    let sum = 0;
    for (const side of sides) sum += score(side, key);
    best.offer(key, sum);
  }
  return best.take();
}

function candidatesOf(sides: readonly Side[]): Set<number> {
  const candidates = new Set<number>();
  for (const { ranked } of sides) for (const key of ranked.indices) candidates.add(key);
  return candidates;
}
