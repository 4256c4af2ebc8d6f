import { AttuneError, shown } from '../errors.ts';
import { bestFirst } from './answer.ts';
import type { SourceFusion, SourceList } from './fusion.ts';
import { inBands, relevanceOf } from './relevance.ts';
import type { Candidate, SourceScore } from './rules/reranker.ts';

/** How lists become candidates. */
export interface Scoring {
  fusion: SourceFusion;
  /** With a query: the lists that say how relevant an item is to it. */
  leads(list: SourceList): boolean;
  relevanceBand: number;
}

/**
 * All candidates, best first, with what each source said of them. Those of a tier stand behind all of the tiers before.
 * @param settled candidates of earlier rounds: they stay as they are, and all others stand behind them
 */
export function candidatesOf(tiers: readonly SourceList[][], scoring: Scoring, settled: readonly Candidate[] = []): Candidate[] {
  const scores = new Map(settled.map(({ item, score }) => [item, score]));
  let lowest = 0;
  for (const { score } of settled) lowest = Math.min(lowest, score);
  for (const lists of tiers) {
    const own = scoresOf(lists, scoring);
    const isFirst = scores.size === 0;
    const place = isFirst ? (score: number) => score : below(lowest, own);
    for (const [item, score] of own) if (Number.isFinite(score) && !scores.has(item)) scores.set(item, place(score));
    if (isFirst) for (const score of scores.values()) lowest = Math.min(lowest, score);
    else lowest--;
  }
  const said = statements(tiers);
  const fresh = [...scores].slice(settled.length); // a Map keeps its order
  return [...settled, ...fresh.map(([item, score]): Candidate => ({ item, score, sources: said.get(item) ?? {} })).sort(bestFirst)];
}

function scoresOf(lists: readonly SourceList[], { fusion, leads, relevanceBand }: Scoring): Map<string, number> {
  const fused = fusion.fuse(lists);
  if (!(fused instanceof Map))
    throw new AttuneError('ERR_BAD_VALUE', `HybridRanker: expected the fusion to give a Map by item, got ${shown(fused)}.`);
  const leading = lists.filter(leads);
  return leading.length === 0 ? fused : inBands(fused, relevanceOf(leading), relevanceBand);
}

/** Brings the scores of a tier into the unit interval below those of the tiers before. */
function below(lowest: number, scores: ReadonlyMap<string, number>): (score: number) => number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const score of scores.values()) {
    if (score < low) low = score;
    if (score > high) high = score;
  }
  return (score) => lowest - 1 + (high > low ? 0.9 * ((score / 2 - low / 2) / (high / 2 - low / 2)) : 0.9);
}

function statements(tiers: readonly SourceList[][]): Map<string, Record<string, SourceScore>> {
  const said = new Map<string, Record<string, SourceScore>>();
  for (const { source, items } of tiers.flat()) {
    for (let at = 0; at < items.length; at++) {
      const { item, score } = items[at];
      let sources = said.get(item);
      if (!sources) said.set(item, (sources = {}));
      const value = { rank: at + 1, score };
      // Names of sources are the caller's; this one would be a prototype.
      if (source === '__proto__') Object.defineProperty(sources, source, { value, enumerable: true, configurable: true, writable: true });
      else sources[source] = value;
    }
  }
  return said;
}
