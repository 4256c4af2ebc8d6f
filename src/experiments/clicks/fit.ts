import type { SessionColumns } from './sessions.ts';

/** The parameters that the EM algorithm estimates. */
export interface ClickParameters {
  /** Probability that a pair attracts a click when it is examined. */
  attraction: Float64Array;
  /** Probability of being examined, by rank (position-based). */
  examination: Float64Array;
  /** Probability that a click on a pair ends the session (dynamic Bayesian). */
  satisfaction: Float64Array;
  /** Probability of going on to the next rank (dynamic Bayesian). */
  perseverance: number;
  /** Expected examinations of each pair that did and did not attract a click; `attraction` follows from them. */
  attracted: Float64Array;
  ignored: Float64Array;
  /** Fisher information of each attraction: 1 / its variance. */
  information: Float64Array;
  iterations: number;
}

/** Settings of {@link fitPositionBased} and {@link fitDynamicBayesian}. */
export interface FitSettings {
  iterations: number;
  /** Prior strength: as if each pair had been examined this many more times, with the mean attraction of its query. */
  prior: number;
  /** Stops when no parameter changes by more than this. */
  tolerance: number;
  /** Fixed, or estimated when undefined (dynamic Bayesian). */
  perseverance: number | undefined;
}

/**
 * P(click) = attraction of the pair x examination of the rank (Richardson, Dominowska & Ragno 2007; EM as in Chuklin, Markov & de Rijke, Click
 * Models for Web Search, 2015, 4.2). Only the product is identifiable, so the rank that is examined most has examination 1.
 */
export function fitPositionBased(data: SessionColumns, s: FitSettings): ClickParameters {
  const p = start(data);
  const prior = priorOf(data, s);
  const cells = cellsOf(data);
  const shownAt = new Float64Array(data.depth);
  for (const { rank, shown } of cells) shownAt[rank] += shown;
  for (p.iterations = 1; p.iterations <= s.iterations; p.iterations++) {
    p.attracted.fill(0);
    p.ignored.fill(0);
    const looked = new Float64Array(data.depth);
    for (const { pair, rank, shown, clicked } of cells) {
      const a = p.attraction[pair];
      const x = p.examination[rank];
      const share = (shown - clicked) / (1 - a * x);
      p.attracted[pair] += clicked + a * (1 - x) * share; // would have been clicked, had it been seen
      p.ignored[pair] += (1 - a) * share;
      looked[rank] += clicked + x * (1 - a) * share;
    }
    const change = Math.max(
      update(p.attraction, (pair) => (p.attracted[pair] + prior(pair)) / (p.attracted[pair] + p.ignored[pair] + s.prior)),
      update(p.examination, (r) => looked[r] / (shownAt[r] || 1)),
    );
    if (change < s.tolerance) break;
  }
  const most = p.examination.reduce((a, b) => Math.max(a, b));
  for (let r = 0; r < data.depth; r++) p.examination[r] /= most;
  for (let pair = 0; pair < p.attraction.length; pair++) p.attraction[pair] = Math.min(1, p.attraction[pair] * most);
  for (const { pair, rank, shown } of cells) {
    const [a, x] = [p.attraction[pair], p.examination[rank]];
    p.information[pair] += (shown * x) / (a * Math.max(1e-9, 1 - a * x));
  }
  return p;
}

/** What happened to one pair at one rank; all that the position-based model looks at. */
interface Cell {
  pair: number;
  rank: number;
  shown: number;
  clicked: number;
}

function cellsOf({ offsets, pairs, clicks, depth }: SessionColumns): Cell[] {
  const cells = new Map<number, Cell>();
  for (let session = 0; session + 1 < offsets.length; session++) {
    for (let e = offsets[session], rank = 0; e < offsets[session + 1]; e++, rank++) {
      const pair = pairs[e];
      const key = pair * depth + rank;
      let cell = cells.get(key);
      if (!cell) cells.set(key, (cell = { pair, rank, shown: 0, clicked: 0 }));
      cell.shown++;
      cell.clicked += clicks[e];
    }
  }
  return [...cells.values()];
}

/**
 * A user examines the list from the top, clicks what attracts, stops when a click satisfies, and otherwise goes on with probability `perseverance` (Chapelle &
 * Zhang, "A Dynamic Bayesian Network Click Model for Web Search Ranking", WWW 2009). EM over the rank at which the user stopped.
 */
export function fitDynamicBayesian(data: SessionColumns, s: FitSettings): ClickParameters {
  const { offsets, pairs, clicks } = data;
  const p = start(data);
  p.perseverance = s.perseverance ?? 0.9;
  const prior = priorOf(data, s);
  const satisfied = new Float64Array(p.attraction.length);
  const clicked = new Float64Array(p.attraction.length);
  const scratch = new Float64Array(data.depth + 1);
  for (p.iterations = 1; p.iterations <= s.iterations; p.iterations++) {
    for (const counts of [p.attracted, p.ignored, satisfied, clicked]) counts.fill(0);
    let goneOn = 0;
    let stopped = 0;
    for (let session = 0; session + 1 < offsets.length; session++) {
      const [from, end] = [offsets[session], offsets[session + 1]];
      const last = lastClick(clicks, from, end);
      for (let e = from; e <= last; e++) {
        if (clicks[e]) {
          p.attracted[pairs[e]]++;
          clicked[pairs[e]]++;
        } else p.ignored[pairs[e]]++;
        if (e < last) goneOn++;
      }
      const { weights, satisfaction } = stops(p, data, last, from, end, scratch);
      if (last >= from) satisfied[pairs[last]] += satisfaction;
      // weights[k]: not satisfied, and the rank last + k was the last that was looked at (or k = 0: the last click, or nothing).
      let beyond = 0;
      for (let k = weights.length - 1; k >= 0; k--) {
        const e = (last < from ? from - 1 : last) + k;
        if (e >= from && e < end - 1) {
          stopped += weights[k];
          goneOn += beyond;
        }
        beyond += weights[k];
        if (k > 0) p.ignored[pairs[e]] += beyond;
      }
    }
    const change = Math.max(
      update(p.attraction, (pair) => (p.attracted[pair] + prior(pair)) / (p.attracted[pair] + p.ignored[pair] + s.prior)),
      update(p.satisfaction, (pair) => (satisfied[pair] + s.prior / 2) / (clicked[pair] + s.prior)),
    );
    const before = p.perseverance;
    if (s.perseverance === undefined && goneOn + stopped > 0) p.perseverance = goneOn / (goneOn + stopped);
    if (Math.max(change, Math.abs(p.perseverance - before)) < s.tolerance) break;
  }
  p.information = p.attraction.map((a, pair) => (p.attracted[pair] + p.ignored[pair]) / (a * (1 - a)));
  return p;
}

/**
 * How a session continued after its last click: the probability that it satisfied, and for each k that the user, not satisfied, examined exactly
 * k further items. In a session without clicks the first item is examined with certainty.
 */
export function stops(
  p: Pick<ClickParameters, 'attraction' | 'satisfaction' | 'perseverance'>,
  { pairs }: Pick<SessionColumns, 'pairs'>,
  last: number,
  from: number,
  end: number,
  scratch = new Float64Array(end - from + 1),
): { weights: Float64Array; satisfaction: number; total: number } {
  const clicked = last >= from;
  const begin = clicked ? last : from - 1;
  const weights = scratch.subarray(0, end - begin);
  const happy = clicked ? p.satisfaction[pairs[last]] : 0;
  let reach = 1 - happy; // not satisfied, and nothing looked at has attracted
  for (let k = 0; k < weights.length; k++) {
    const e = begin + k;
    if (k > 0) reach *= 1 - p.attraction[pairs[e]];
    const goesOn = e < from ? 1 : e === end - 1 ? 0 : p.perseverance;
    weights[k] = reach * (1 - goesOn);
    reach *= goesOn;
  }
  let total = happy;
  for (const weight of weights) total += weight;
  if (total > 0) for (let k = 0; k < weights.length; k++) weights[k] /= total;
  return { weights, satisfaction: total > 0 ? happy / total : 0, total };
}

/** Position of the last click of a session; one before its start when there is none. */
export function lastClick(clicks: Uint8Array, from: number, end: number): number {
  let last = end - 1;
  while (last >= from && !clicks[last]) last--;
  return last;
}

function start(data: SessionColumns): ClickParameters {
  const pairs = data.pairIndex.size;
  return {
    attraction: new Float64Array(pairs).fill(0.2),
    examination: Float64Array.from({ length: data.depth }, (_, r) => 1 / Math.sqrt(r + 1)),
    satisfaction: new Float64Array(pairs).fill(0.5),
    perseverance: 1,
    attracted: new Float64Array(pairs),
    ignored: new Float64Array(pairs),
    information: new Float64Array(pairs),
    iterations: 0,
  };
}

/** The prior's share of attraction: the click rate of the query, under which few looks are expected to be. */
function priorOf({ pairs, clicks, queryOf, queryIndex }: SessionColumns, { prior }: FitSettings): (pair: number) => number {
  const clicked = new Float64Array(queryIndex.size);
  const seen = new Float64Array(queryIndex.size);
  for (let e = 0; e < pairs.length; e++) {
    seen[queryOf[pairs[e]]]++;
    clicked[queryOf[pairs[e]]] += clicks[e];
  }
  return (pair) => prior * (clicked[queryOf[pair]] / seen[queryOf[pair]]);
}

/** Sets each value. @returns the largest change */
function update(values: Float64Array, next: (at: number) => number): number {
  let change = 0;
  for (let at = 0; at < values.length; at++) {
    const value = Math.min(1 - 1e-9, Math.max(1e-9, next(at)));
    change = Math.max(change, Math.abs(value - values[at]));
    values[at] = value;
  }
  return change;
}
