import { choice, number, readOptions } from '../../options.ts';
import { judge, type Recommended, type Relevant } from '../arguments.ts';

/**
 * What a count of hits is divided by: `'k'`; `'list'` = the length of the list cut at k; `'relevant'` = the number of relevant items;
 * `'achievable'` = min(k, relevant), the most hits that a list of k can have.
 */
export type Divisor = 'k' | 'list' | 'relevant' | 'achievable';

/**
 * Hits among the first k, divided by k. From 0 to 1.
 * A list shorter than k is not excused: the empty places count as misses.
 *
 * @param k where the list is cut; default its length.
 * @param options `over`: `'k'` (default), `'list'` (LensKit's Precision), `'achievable'` (R-precision of RecTools, the "precision" of implicit).
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function precision(
  recommended: Recommended,
  relevant: Relevant,
  k?: number,
  options: { over?: 'k' | 'list' | 'achievable' | undefined } = {},
): number {
  const { over } = readOptions('precision', options, { over: choice(['k', 'list', 'achievable'], 'k') });
  const judged = judge('precision', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  return hits(judged.gains) / divisor(judged, over);
}

/**
 * Hits among the first k, divided by the number of relevant items. From 0 to 1.
 *
 * @param k where the list is cut; default its length.
 * @param options `over`: `'relevant'` (default), or `'achievable'` = min(k, relevant) (LensKit's Recall), which a perfect list always brings to 1.
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function recall(
  recommended: Recommended,
  relevant: Relevant,
  k?: number,
  options: { over?: 'relevant' | 'achievable' | undefined } = {},
): number {
  const { over } = readOptions('recall', options, { over: choice(['relevant', 'achievable'], 'relevant') });
  const judged = judge('recall', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  return hits(judged.gains) / divisor(judged, over);
}

/**
 * Weighted harmonic mean of {@link precision} (hits / k) and {@link recall} (hits / relevant):
 * (1 + beta^2) P R / (beta^2 P + R), and 0 without a hit. From 0 to 1. Van Rijsbergen, Information Retrieval, 1979.
 *
 * @param options `beta`: how many times recall counts as much as precision, above 0; default 1.
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function f1(recommended: Recommended, relevant: Relevant, k?: number, options: { beta?: number | undefined } = {}): number {
  const { beta } = readOptions('f1', options, { beta: number({ default: 1, above: 0 }) });
  const judged = judge('f1', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  // The formula above with P = h / k and R = h / t, which needs no case for h = 0.
  return ((1 + beta * beta) * hits(judged.gains)) / (beta * beta * judged.relevant.length + judged.k);
}

/**
 * 1 when at least one of the first k is relevant, else 0.
 *
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT.
 */
export function hitRate(recommended: Recommended, relevant: Relevant, k?: number): number {
  const judged = judge('hitRate', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  return hits(judged.gains) > 0 ? 1 : 0;
}

/**
 * 1 / rank of the first hit among the first k, else 0. From 0 to 1. Its mean over users is MRR (Voorhees, TREC-8, 1999).
 *
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT.
 */
export function reciprocalRank(recommended: Recommended, relevant: Relevant, k?: number): number {
  const judged = judge('reciprocalRank', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  const first = judged.gains.findIndex((gain) => gain > 0);
  return first < 0 ? 0 : 1 / (first + 1);
}

/**
 * Sum over the hits of the precision at the hit's rank, divided by min(k, relevant). From 0 to 1. Its mean over users is MAP.
 *
 * @param options `over`: `'achievable'` (default; implicit), `'relevant'` (RecTools' MAP), `'k'` (RecTools with `divide_by_k`),
 *   or `'list'` = min(length of the cut list, relevant) (LensKit).
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function averagePrecision(
  recommended: Recommended,
  relevant: Relevant,
  k?: number,
  options: { over?: Divisor | undefined } = {},
): number {
  const { over } = readOptions('averagePrecision', options, { over: choice(['achievable', 'relevant', 'k', 'list'], 'achievable') });
  const judged = judge('averagePrecision', recommended, relevant, k);
  const { gains } = judged;
  if (judged.relevant.length === 0) return Number.NaN;
  if (gains.length === 0) return 0;
  let sum = 0;
  for (let rank = 1, found = 0; rank <= gains.length; rank++) if (gains[rank - 1] > 0) sum += ++found / rank;
  return sum / (over === 'list' ? Math.min(gains.length, judged.relevant.length) : divisor(judged, over));
}

/**
 * Rank-biased precision: (1 - p) times the sum over the hits of p^(rank - 1), for a reader who goes on to the next item with
 * probability p. From 0 to 1. Moffat & Zobel, ACM TOIS 27(1), 2008.
 *
 * @param options `patience`: p, from 0 to below 1; default 0.85.
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function rankBiasedPrecision(
  recommended: Recommended,
  relevant: Relevant,
  k?: number,
  options: { patience?: number | undefined } = {},
): number {
  const { patience } = readOptions('rankBiasedPrecision', options, { patience: number({ default: 0.85, min: 0, max: 1 - 1e-9 }) });
  const judged = judge('rankBiasedPrecision', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  return (1 - patience) * judged.gains.reduce((sum, gain, at) => (gain > 0 ? sum + patience ** at : sum), 0);
}

function hits(gains: number[]): number {
  return gains.reduce((count, gain) => (gain > 0 ? count + 1 : count), 0);
}

function divisor({ gains, k, relevant }: { gains: number[]; k: number; relevant: number[] }, over: Divisor): number {
  if (over === 'k') return k;
  if (over === 'list') return Math.max(1, gains.length);
  return over === 'relevant' ? relevant.length : Math.min(k, relevant.length);
}
