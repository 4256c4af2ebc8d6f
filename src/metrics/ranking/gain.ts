import { AttuneError } from '../../errors.ts';
import { choice, readOptions } from '../../options.ts';
import { judge, type Recommended, type Relevant } from '../arguments.ts';

/** How the gain of an item enters: as it is, as 2^gain - 1 (Burges et al., ICML 2005), or as 1 for every relevant item. */
export type GainRule = 'linear' | 'exponential' | 'binary';

/** Options of {@link dcg}. */
export interface DcgOptions {
  /** Default `'linear'`. */
  gain?: GainRule | undefined;
  /**
   * What a place is worth. `'log2'` (default): 1 / log2(rank + 1). `'jarvelin'`: 1 / log2(max(rank, 2)), the original of Järvelin &
   * Kekäläinen (ACM TOIS 20(4), 2002) and LensKit's default, in which the first two places weigh the same.
   */
  discount?: 'log2' | 'jarvelin' | undefined;
}

/** Options of {@link ndcg}. */
export interface NdcgOptions extends DcgOptions {
  /**
   * What 1 stands for. `'achievable'` (default): the largest gains in the first min(k, relevant) places. `'k'`: k places of gain 1,
   * however few are relevant (RecTools' default).
   */
  ideal?: 'achievable' | 'k' | undefined;
}

/**
 * Discounted cumulative gain: the sum over the first k of gain times discount. From 0 up.
 *
 * @param k where the list is cut; default its length.
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_VALUE for a gain that is not finite; ERR_BAD_OPTION.
 */
export function dcg(recommended: Recommended, relevant: Relevant, k?: number, options: DcgOptions = {}): number {
  const o = readOptions('dcg', options, dcgChecks);
  const judged = judge('dcg', recommended, relevant, k);
  return judged.relevant.length === 0 ? Number.NaN : discounted(judged.gains, o.gain, o.discount);
}

/**
 * {@link dcg} divided by that of the best list of length k. From 0 to 1. Järvelin & Kekäläinen, ACM TOIS 20(4), 2002.
 *
 * @param recommended best first.
 * @param relevant a set (gain 1 each), or a map from id to gain for graded relevance.
 * @param k where list and ideal are cut; default the length of the list.
 * @returns NaN when nothing is relevant.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT; ERR_BAD_VALUE for a gain that is not finite; ERR_BAD_OPTION.
 */
export function ndcg(recommended: Recommended, relevant: Relevant, k?: number, options: NdcgOptions = {}): number {
  const o = readOptions('ndcg', options, { ...dcgChecks, ideal: choice(['achievable', 'k'], 'achievable') });
  const judged = judge('ndcg', recommended, relevant, k);
  if (judged.relevant.length === 0) return Number.NaN;
  if (o.ideal === 'k' && judged.k > 1e7)
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `ndcg: expected k up to 10^7 with ideal: 'k', got ${judged.k}. Leave k out for the whole list.`,
    );
  const best = o.ideal === 'k' ? new Array<number>(judged.k).fill(1) : judged.relevant.sort((a, b) => b - a).slice(0, judged.k);
  return discounted(judged.gains, o.gain, o.discount) / discounted(best, o.gain, o.discount);
}

/** What a gain counts under a rule. */
export function gainOf(gain: number, rule: GainRule): number {
  if (gain <= 0) return 0;
  return rule === 'linear' ? gain : rule === 'binary' ? 1 : 2 ** gain - 1;
}

const dcgChecks = {
  gain: choice(['linear', 'exponential', 'binary'], 'linear'),
  discount: choice(['log2', 'jarvelin'], 'log2'),
};

function discounted(gains: number[], rule: GainRule, discount: 'log2' | 'jarvelin'): number {
  return gains.reduce((sum, gain, at) => sum + gainOf(gain, rule) / Math.log2(discount === 'log2' ? at + 2 : Math.max(at + 1, 2)), 0);
}
