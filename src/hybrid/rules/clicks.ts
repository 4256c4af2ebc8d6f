import { AttuneError, shown } from '../../errors.ts';
import { number, readOptions } from '../../options.ts';
import type { Reranker } from './reranker.ts';
import { scaled } from './scores.ts';

/** Options of {@link clickBoost}. */
export interface ClickBoostOptions {
  /** What people chose for queries, such as the model of `fitClickModel` in `attune/click-models`. */
  model: {
    /** How attractive an item is under a query, from 0 to 1; for an item that was never shown, the mean of the query. */
    attraction(query: string, item: string): number;
  };
  /** How much clicks count: scores are multiplied by (attraction / mean of the query)^weight. From 0 to 1, default 0.5. */
  weight?: number | undefined;
}

/**
 * Lifts what people chose for the query of the request, and lowers what they passed over: clicks as a click model counts them, which allows
 * for the places where items were shown. Pages without a query, and queries that the model does not know, stay as they are.
 *
 * @example
 * const ranker = new HybridRanker({ sources: { search: index }, rerank: [clickBoost({ model: fitClickModel(sessions) })] });
 * @throws ERR_BAD_OPTION
 */
export function clickBoost(options: ClickBoostOptions): Reranker {
  const { model, weight } = readOptions('clickBoost', options, {
    model: clickModel,
    weight: number({ default: 0.5, min: 0, max: 1 }),
  });
  return {
    kind: 'click-boost',
    phase: 'score',
    rerank(candidates, { query }) {
      if (query === undefined) return [...candidates];
      const attraction = (item: string) => Math.max(model.attraction(query, item), leastAttraction);
      const mean = attraction(neverShown);
      return candidates.map((candidate) => ({
        ...candidate,
        score: scaled(candidate.score, (attraction(candidate.item) / mean) ** weight),
      }));
    },
  };
}

/** No number of clicks that were not made says never. */
const leastAttraction = 1e-3;

/** No item has the empty id. The mean must not depend on the candidates, or lists would not begin like longer ones. */
const neverShown = '';

function clickModel(value: unknown, name: string): ClickBoostOptions['model'] {
  const model = value as ClickBoostOptions['model'] | undefined;
  if (typeof model?.attraction === 'function') return model;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a click model, such as that of fitClickModel, got ${shown(value)}.`);
}
