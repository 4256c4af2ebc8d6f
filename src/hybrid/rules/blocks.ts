import type { Candidate } from './reranker.ts';

/**
 * Orders candidates so many at a time, each block behind the one before, until n have their places. So an order that looks at a whole block does
 * not depend on how many are wanted.
 *
 * @param order where in the block its first `wanted` come from, and what stands there.
 */
export function orderedInBlocks(
  candidates: readonly Candidate[],
  depth: number,
  n: number,
  order: (block: readonly Candidate[], wanted: number) => { at: number; candidate: Candidate }[],
): Candidate[] {
  const ordered: Candidate[] = [];
  while (ordered.length < Math.min(n, candidates.length)) {
    const block = candidates.slice(ordered.length, ordered.length + depth);
    const first = order(block, Math.min(block.length, n - ordered.length));
    const chosen = new Set(first.map(({ at }) => at));
    ordered.push(...first.map(({ candidate }) => candidate), ...block.filter((_, at) => !chosen.has(at)));
  }
  return [...ordered, ...candidates.slice(ordered.length)];
}
