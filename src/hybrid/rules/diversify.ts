import { AttuneError, shown } from '../../errors.ts';
import { anything, choice, integer, number, readOptions } from '../../options.ts';
import { cosine, directionOf } from '../similarity.ts';
import { orderedInBlocks } from './blocks.ts';
import { type Candidate, type RerankContext, type Reranker, trustedRules } from './reranker.ts';
import { valuesOf } from './select.ts';

/** What tells how much two items are alike: an index, a function that gives vectors (cosine), or the name of an attribute (same or not). */
export type AlikeBy =
  | {
      /** The vector of an item. */
      vectorOf?(item: string): ArrayLike<number> | undefined;
    }
  | ((item: string) => ArrayLike<number> | undefined)
  | string;

/** Options of {@link diversify}. */
export interface DiversifyOptions {
  /** What makes items alike. */
  by: AlikeBy;
  /** 1 = relevance only, 0 = diversity only. From 0 to 1, default 0.7. */
  lambda?: number | undefined;
  /** `'mmr'` (default) avoids what is like one item of the page; `'dpp'` what is like all of it together. */
  method?: 'mmr' | 'dpp' | undefined;
  /** How many candidates are ordered together: the best ones, behind them the next as many, until the page is full. From 1, default 100. */
  depth?: number | undefined;
}

/**
 * Orders the page so that its items differ. With r the score scaled to 0 to 1 and s the likeness of two items:
 * - `'mmr'`: next comes the largest lambda * r - (1 - lambda) * max s to what stands already (maximal marginal relevance, Carbonell &
 *   Goldstein, SIGIR 1998).
 * - `'dpp'`: next comes what enlarges det(L) most, L = q q' s with q = exp(r * lambda / (2 (1 - lambda))) (greedy determinantal point
 *   process, Chen, Zhang & Zhou, NeurIPS 2018).
 *
 * An item without a vector is like nothing. Scores stay what they were.
 * @throws ERR_BAD_OPTION
 */
export function diversify(options: DiversifyOptions): Reranker {
  const { by, lambda, method, depth } = readOptions('diversify', options, {
    by: anything<AlikeBy>(),
    lambda: number({ default: 0.7, min: 0, max: 1 }),
    method: choice(['mmr', 'dpp'] as const, 'mmr'),
    depth: integer({ default: 100, min: 1 }),
  });
  const likeness = likenessBy(by);
  const rule: Reranker = {
    kind: 'diversify',
    phase: 'select',
    needsAttributes: typeof by === 'string',
    says: typeof by === 'string' ? { orders: by } : {},
    rerank(candidates, context) {
      if (lambda === 1) return [...candidates];
      const greedy = method === 'mmr' ? mmr : dpp;
      return orderedInBlocks(candidates, depth, context.n, (block, wanted) =>
        greedy(relevanceOf(block), likeness(block, context), lambda, wanted).map((at) => ({ at, candidate: block[at] })),
      );
    },
  };
  trustedRules.add(rule);
  return rule;
}

/** How much the a-th and the b-th candidate are alike. */
type Likeness = (a: number, b: number) => number;

/**
 * Lazy greedy: the likeness to what stands already can only grow, so a candidate is compared with the latest picks only when it would be next
 * without them. The order is that of comparing all with all.
 */
function mmr(relevance: number[], alike: Likeness, lambda: number, n: number): number[] {
  const size = relevance.length;
  const closest = new Float64Array(size).fill(-1.001); // below any cosine, rounding included
  const compared = new Int32Array(size);
  const values = Float64Array.from(relevance, (r) => lambda * r);
  const first = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
  const order = [first];
  for (let at = 0; at < size; at++) values[at] = lambda * relevance[at] - (1 - lambda) * closest[at];
  const queue = Int32Array.from(relevance.keys()).filter((at) => at !== first);
  const isBefore = (a: number, b: number) => values[a] > values[b] || (values[a] === values[b] && a < b);
  for (let parent = (queue.length >> 1) - 1; parent >= 0; parent--) siftDown(queue, parent, queue.length, isBefore);
  for (let left = queue.length; order.length < n && left > 0; ) {
    const best = queue[0];
    if (compared[best] === order.length) {
      order.push(best);
      queue[0] = queue[--left];
    } else {
      for (let k = compared[best]; k < order.length; k++) closest[best] = Math.max(closest[best], alike(best, order[k]));
      compared[best] = order.length;
      values[best] = lambda * relevance[best] - (1 - lambda) * closest[best];
    }
    siftDown(queue, 0, left, isBefore);
  }
  return order;
}

/** Lets an entry of a heap sink to its place: each comes before the two below it. */
function siftDown(heap: Int32Array, from: number, size: number, isBefore: (a: number, b: number) => boolean): void {
  const entry = heap[from];
  let at = from;
  for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
    if (!isBefore(heap[child], entry)) break;
    heap[at] = heap[child];
    at = child;
  }
  if (size > 0) heap[at] = entry;
}

/** Greedy maximum a posteriori by incremental Cholesky; once the determinant can no longer grow, the most relevant ones follow. */
function dpp(relevance: number[], alike: Likeness, lambda: number, n: number): number[] {
  const quality = relevance.map((r) => Math.exp(Math.min(30, (r * lambda) / (2 * (1 - lambda)))));
  const rows: number[][] = relevance.map(() => []);
  const gain = quality.map((q) => q * q);
  const order: number[] = [];
  const left = new Set(relevance.keys());
  while (order.length < n) {
    let next = -1;
    for (const at of left) if (next < 0 || gain[at] > gain[next]) next = at;
    left.delete(next);
    order.push(next);
    const pivot = Math.sqrt(gain[next]);
    if (!(gain[next] > 1e-9 * quality[next] ** 2)) continue;
    for (const at of left) {
      let product = 0;
      for (let k = 0; k < rows[next].length; k++) product += rows[next][k] * (rows[at][k] ?? 0);
      const entry = (quality[at] * quality[next] * alike(at, next) - product) / pivot;
      rows[at].push(entry);
      gain[at] -= entry * entry;
    }
  }
  return order;
}

/** Scores scaled to 0 to 1. */
export function relevanceOf(candidates: readonly Candidate[]): number[] {
  const scores = candidates.map(({ score }) => score);
  const low = Math.min(...scores);
  const high = Math.max(...scores);
  return scores.map((score) => (high > low ? (score - low) / (high - low) : 1));
}

function likenessBy(by: AlikeBy): (head: readonly Candidate[], context: RerankContext) => Likeness {
  if (typeof by === 'string' && by !== '') {
    return (head, { attributesOf }) => {
      const values = head.map(({ item }) => new Set(valuesOf(attributesOf(item), by)));
      return (a, b) => ([...values[a]].some((value) => values[b].has(value)) ? 1 : 0);
    };
  }
  const vectorOf = typeof by === 'function' ? by : typeof by === 'object' ? by?.vectorOf?.bind(by) : undefined;
  if (!vectorOf) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `diversify: option 'by' must be an index, a function from item to vector, or the name of an attribute, got ${shown(by)}.`,
    );
  }
  return (head) => {
    const known: (Float32Array | null)[] = []; // null where there is none
    const direction = (at: number) => {
      if (known[at] === undefined) known[at] = directionOf(vectorOf(head[at].item)) ?? null;
      return known[at] ?? undefined;
    };
    return (a, b) => cosine(direction(a), direction(b));
  };
}
