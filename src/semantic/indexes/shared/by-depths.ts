import type { Ranked } from '../../../numeric/top-k.ts';

/** The shortest list that is looked for. */
const first = 32;

/**
 * The n best by a search that finds more the deeper it looks, so that each list is the beginning of every longer one: the best of the first
 * depth, behind them what only twice the depth finds, and so on. Scores never increase: what is found late counts at most as the last before it.
 */
export function byDepths(n: number, look: (depth: number) => Ranked): Ranked {
  const { indices, scores } = look(first);
  const found = new Map(Array.from(indices, (key, k) => [key, scores[k]]));
  let last = scores.at(-1) ?? 0;
  for (let depth = first; found.size < n && found.size === depth; ) {
    depth *= 2;
    const further = look(depth);
    further.indices.forEach((key, k) => {
      if (found.has(key) || found.size === depth) return;
      last = Math.min(last, further.scores[k]);
      found.set(key, last);
    });
  }
  const entries = [...found].slice(0, n);
  return { indices: Int32Array.from(entries, ([key]) => key), scores: Float32Array.from(entries, ([, score]) => score) };
}
