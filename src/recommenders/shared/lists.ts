import type { RecommendationList } from '../../contracts/recommender.ts';
import type { IdMap } from '../../data/id-map.ts';
import { type Ranked, topK } from '../../numeric/top-k.ts';

/** Which items a list may contain, in dense indices. */
export interface RankRequest {
  /** Maximum length of the list; never more than there are items. */
  n: number;
  /** One flag per dense index; not 0 = never return. undefined = nothing is left out. Valid during the call only. */
  skip: Uint8Array | undefined;
  /** The same as distinct dense indices, in no order. */
  skipped: Int32Array;
  /** Rank these only; ascending and distinct. */
  only: Int32Array | undefined;
}

/** The best of dense scores under a request. */
export function rankScores(scores: Float32Array, { n, skip, only }: RankRequest): Ranked {
  if (!only) return topK(scores, n, skip);
  return rankSome(
    Float32Array.from(only, (i) => scores[i]),
    { n, skip, only },
  );
}

/** The best of some candidates. @param scores one for each of `only` */
export function rankSome(scores: Float32Array, { n, skip, only }: Pick<RankRequest, 'n' | 'skip'> & { only: Int32Array }): Ranked {
  const best = topK(scores, n, skip && Uint8Array.from(only, (i) => skip[i]));
  return { indices: best.indices.map((k) => only[k]), scores: best.scores };
}

/** A list with ids. It is flagged as uninformed if every score is 0. */
export function namedList(ids: IdMap, { indices, scores }: Ranked): RecommendationList {
  const list: RecommendationList = Array.from(indices, (i, k) => ({ item: ids.idAt(i), score: scores[k] }));
  if (list.length > 0 && list.every(({ score }) => score === 0)) Object.defineProperty(list, 'informed', { value: false });
  return list;
}
