import type { Id } from '../../data/ids.ts';
import { anything, integer, readOptions } from '../../options.ts';
import type { Candidate, Reranker } from './reranker.ts';
import { readItems } from './target.ts';

/** Options of {@link pin}. */
export interface PinOptions {
  /** Item ids, in the order in which they should stand; a number stands for its decimal digits. */
  items: Iterable<Id>;
  /** Place of the first of them, from 1; the others follow. Default 1. */
  position?: number | undefined;
}

/**
 * Puts items at fixed places, found by a source or not; everything else moves behind them. An item that the request excludes, or that the
 * visitor has already had, is not shown, and a page that is shorter than the place has it at its end.
 * @throws ERR_BAD_OPTION
 */
export function pin(options: PinOptions): Reranker {
  const { items: given, position } = readOptions('pin', options, {
    items: anything<Iterable<Id>>(),
    position: integer({ default: 1, min: 1 }),
  });
  const items = [...readItems('pin', given)];
  return {
    kind: 'pin',
    phase: 'place',
    says: { items, position },
    rerank(candidates, { isAllowed }) {
      const byId = new Map(candidates.map((candidate) => [candidate.item, candidate]));
      const chosen = items.filter(isAllowed);
      const rest = candidates.filter(({ item }) => !chosen.includes(item));
      const placed = chosen.map((item): Candidate => ({ score: 0, sources: {}, ...byId.get(item), item, isPinned: true }));
      rest.splice(position - 1, 0, ...placed);
      return rest;
    },
  };
}
