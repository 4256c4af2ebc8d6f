import { type Ranked, TopK } from '../../numeric/top-k.ts';
import type { IndexParts } from '../index-file.ts';
import type { Filter } from './filter.ts';

/** Up to this many named items are compared one by one, which takes less time than a search among all vectors. */
const few = 1024;

/**
 * The best of the few items that `only` names, by the inner products that a search gives; undefined where a search has to answer: without
 * `only`, with conditions, with many names, or in an index without `scoreOf`.
 */
export function bestOfFew(
  { catalogue, vectors }: Pick<IndexParts, 'catalogue' | 'vectors'>,
  query: Float32Array,
  n: number,
  { only, exclude, tests }: Filter,
  leaveOut: readonly number[] = [],
): Ranked | undefined {
  if (!only || only.length > few || tests.length > 0 || !vectors.scoreOf) return undefined;
  const keys = new Set(only.map((id) => catalogue.keyOf(id)));
  for (const id of exclude ?? []) keys.delete(catalogue.keyOf(id));
  for (const key of leaveOut) keys.delete(key);
  const best = new TopK(Math.min(n, keys.size));
  for (const key of keys) {
    if (key < 0 || !catalogue.isPresent(key)) continue;
    const score = vectors.scoreOf(query, key);
    if (score === undefined) return undefined;
    best.offer(key, score);
  }
  return best.take();
}
