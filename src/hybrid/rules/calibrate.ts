import { AttuneError, shown } from '../../errors.ts';
import { integer, number, readOptions } from '../../options.ts';
import type { HistoryEntry } from '../request.ts';
import { orderedInBlocks } from './blocks.ts';
import { relevanceOf } from './diversify.ts';
import type { Candidate, Reranker } from './reranker.ts';
import { valuesOf } from './select.ts';

/** Options of {@link calibrate}. */
export interface CalibrateOptions {
  /** The attribute whose mix is kept, such as `'genre'`. An item with several values counts fractionally in each. */
  by: string;
  /** 0 = relevance only, 1 = the mix only. From 0 to 1, default 0.5. */
  lambda?: number | undefined;
  /** How much of the visitor's own mix is added to that of the page, so that a missing value has a large but finite penalty. Above 0, below 1; default 0.01. */
  smoothing?: number | undefined;
  /** How many candidates are ordered together: the best ones, behind them the next as many, until the page is full. From 1, default 100. */
  depth?: number | undefined;
}

/**
 * Keeps the mix of what the visitor chose: who chose 70 % drama and 30 % comedy gets a page of about that mix (Steck, RecSys 2018). With p the
 * mix of the history, weighted by its values above 0, q that of the page, and r scores scaled to 0 to 1, next comes the item that makes
 *
 *     (1 - lambda) * sum of r - lambda * sum over values of p ln(p / ((1 - smoothing) q + smoothing p))
 *
 * largest. Without a history, or when nothing in it has the attribute, the page stays as it is. Scores stay what they were.
 * @throws ERR_BAD_OPTION
 */
export function calibrate(options: CalibrateOptions): Reranker {
  const { by, lambda, smoothing, depth } = readOptions('calibrate', options, {
    by: (value, name): string => {
      if (typeof value === 'string' && value !== '') return value;
      throw new AttuneError('ERR_BAD_OPTION', `${name} must be the name of an attribute, such as 'genre', got ${shown(value)}.`);
    },
    lambda: number({ default: 0.5, min: 0, max: 1 }),
    smoothing: number({ default: 0.01, above: 0, max: 1 - Number.EPSILON }),
    depth: integer({ default: 100, min: 1 }),
  });
  return {
    kind: 'calibrate',
    phase: 'select',
    needsAttributes: true,
    says: { orders: by },
    rerank(candidates, context) {
      const sharesOf = (item: string) => partsOf(valuesOf(context.attributesOf(item), by));
      const wanted = mixOf(context.history, sharesOf);
      if (lambda === 0 || wanted.size === 0) return [...candidates];
      return orderedInBlocks(candidates, depth, context.n, (block, n) => {
        const shares = block.map(({ item }) => sharesOf(item));
        const order = greedy(relevanceOf(block), shares, wanted, { lambda, smoothing, n });
        return order.map((at, place) => ({ at, candidate: place < at ? noted(block[at], shares[at], wanted) : block[at] }));
      });
    },
  };
}

/** Share of each value; the shares of all add up to 1. */
type Mix = Map<unknown, number>;

function partsOf(values: readonly unknown[]): Mix {
  return new Map(values.map((value) => [value, 1 / values.length]));
}

/** The mix of what was chosen, as far as it has the attribute. */
function mixOf(history: readonly HistoryEntry[], sharesOf: (item: string) => Mix): Mix {
  const mix: Mix = new Map();
  let total = 0;
  for (const { item, value: weight } of history) {
    if (!(weight > 0)) continue;
    for (const [value, share] of sharesOf(item)) {
      mix.set(value, (mix.get(value) ?? 0) + weight * share);
      total += weight * share;
    }
  }
  for (const [value, sum] of mix) mix.set(value, sum / total);
  return mix;
}

function greedy(
  relevance: readonly number[],
  shares: readonly Mix[],
  wanted: Mix,
  { lambda, smoothing, n }: { lambda: number; smoothing: number; n: number },
): number[] {
  const order: number[] = [];
  const left = relevance.map((_, at) => at);
  const sums: Mix = new Map();
  let counted = 0;
  /** The divergence of the page with one more item. */
  const divergence = (more: Mix): number => {
    const size = counted + (more.size > 0 ? 1 : 0);
    let sum = 0;
    for (const [value, p] of wanted) {
      const q = size > 0 ? ((sums.get(value) ?? 0) + (more.get(value) ?? 0)) / size : 0;
      sum += p * Math.log(p / ((1 - smoothing) * q + smoothing * p));
    }
    return sum;
  };
  while (order.length < n) {
    let best = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < left.length; k++) {
      const gain = (1 - lambda) * relevance[left[k]] - lambda * divergence(shares[left[k]]);
      if (gain > highest) {
        highest = gain;
        best = k;
      }
    }
    const [next] = left.splice(best, 1);
    for (const [value, share] of shares[next]) sums.set(value, (sums.get(value) ?? 0) + share);
    if (shares[next].size > 0) counted++;
    order.push(next);
  }
  return order;
}

/** Says of an item that came up why it did: by the value the visitor chose most. */
function noted(candidate: Candidate, shares: Mix, wanted: Mix): Candidate {
  const [value] = [...shares.keys()].filter((own) => wanted.has(own)).sort((a, b) => (wanted.get(b) ?? 0) - (wanted.get(a) ?? 0));
  if (value === undefined) return candidate;
  const part = Math.round(100 * (wanted.get(value) ?? 0));
  const text = `Keeps your own mix: ${part} % of what you chose is ${String(value)}`;
  return { ...candidate, notes: [...(candidate.notes ?? []), { text, kind: 'calibrated' }] };
}
