import type { Id } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable, choice, integer, number, optional, readOptions } from '../../options.ts';
import { type ClickParameters, fitDynamicBayesian, fitPositionBased, lastClick, stops } from './fit.ts';
import { type ClickSession, columnsOf, pairKey, type SessionColumns } from './sessions.ts';

/** Options of {@link fitClickModel}. */
export interface ClickModelOptions {
  /**
   * `'position-based'` (default): whether an item is examined depends on its rank. `'dynamic-bayesian'`: users go down the list and stop when
   * they are satisfied. Take the one with the lower perplexity on sessions that it was not fitted on.
   */
  model?: 'position-based' | 'dynamic-bayesian' | undefined;
  /** The probability of going on to the next item, for `'dynamic-bayesian'`. Default: estimated; 1 is the simplified model. */
  perseverance?: number | undefined;
  /** Prior strength: as if each item had been examined this many more times, with the mean attraction of its query. From 0, default 1. */
  prior?: number | undefined;
  /** Maximum number of EM iterations. From 1 to 10,000, default 100. */
  iterations?: number | undefined;
  /** EM stops when no parameter changes by more than this. Default 1e-4. */
  tolerance?: number | undefined;
}

/** How well a model predicts clicks. */
export interface ClickQuality {
  /** Mean natural logarithm of the probability of a whole session, given what was shown. Nearer to 0 is better. */
  logLikelihood: number;
  /** 2^-(mean log2 of the probability of the outcome at a rank), each rank's clicks predicted independently of the others; 1 is perfect, 2 is a coin. */
  perplexity: number;
  /** The same of a model that knows the click rate of the sessions it was fitted on and nothing else. */
  baseline: {
    /** Mean natural logarithm of the probability of a session. */
    logLikelihood: number;
    /** Its perplexity. */
    perplexity: number;
  };
}

/** What a user is expected to do with a list. */
export interface ExpectedClicks {
  /** Probability of a click at each rank. */
  clicks: Float64Array;
  /** Probability of at least one click. */
  anyClick: number;
  /** Probability of at least one conversion; NaN when conversions are unknown. */
  conversion: number;
}

/** A model of how people click. */
export class ClickModel {
  /** Which model it is. */
  readonly kind: 'position-based' | 'dynamic-bayesian';
  /** Warnings for readers of its figures, in sentences. */
  readonly warnings: readonly string[];
  /** Probability of being examined by rank, from the top; for the position-based model. */
  readonly examination: readonly number[];
  /** Probability of going on to the next item; for the dynamic Bayesian model. */
  readonly perseverance: number;
  readonly #p: ClickParameters;
  readonly #data: SessionColumns;
  readonly #means: { attraction: Float64Array; satisfaction: number; conversion: number; clickRate: number };
  readonly #conversion: Float64Array;

  /** {@link fitClickModel} makes models. */
  constructor(kind: ClickModel['kind'], p: ClickParameters, data: SessionColumns, prior: number) {
    this.kind = kind;
    this.#p = p;
    this.#data = data;
    this.examination = kind === 'position-based' ? [...p.examination] : [];
    this.perseverance = kind === 'dynamic-bayesian' ? p.perseverance : Number.NaN;
    this.warnings = warningsOf(kind, data);
    const { conversion, mean } = conversionsOf(data, prior);
    this.#conversion = conversion;
    const looks = new Float64Array(data.queryIndex.size);
    const attraction = new Float64Array(data.queryIndex.size);
    for (let pair = 0; pair < p.attraction.length; pair++) {
      looks[data.queryOf[pair]] += p.attracted[pair] + p.ignored[pair];
      attraction[data.queryOf[pair]] += p.attraction[pair] * (p.attracted[pair] + p.ignored[pair]);
    }
    const satisfaction = p.satisfaction.reduce((sum, each) => sum + each, 0) / p.satisfaction.length;
    const clickRate = data.clicks.reduce((sum, click) => sum + click, 0) / data.clicks.length;
    this.#means = { attraction: attraction.map((sum, q) => sum / (looks[q] || 1)), satisfaction, conversion: mean, clickRate };
  }

  /** Probability that an item attracts a click when it is examined; the mean of its query for one that was never shown. */
  attraction(query: string, item: Id): number {
    const pair = this.#data.pairIndex.get(checkedKey(query, item));
    if (pair !== undefined) return this.#p.attraction[pair];
    const q = this.#data.queryIndex.get(query);
    return q === undefined ? this.#means.clickRate : this.#means.attraction[q];
  }

  /** Whether an item was shown under a query in the sessions. */
  has(query: string, item: Id): boolean {
    return this.#data.pairIndex.has(checkedKey(query, item));
  }

  /** What users are expected to do with a list; computed exactly, without sampling. @throws ERR_BAD_ARGUMENT */
  expect(query: string, items: readonly Id[]): ExpectedClicks {
    checkItems('expect', query, items);
    return this.expectWith(query, items, (item) => this.attraction(query, item));
  }

  /** The same with other attractions. @internal */
  expectWith(query: string, items: readonly Id[], attraction: (item: Id) => number): ExpectedClicks {
    const clicks = new Float64Array(items.length);
    let [none, unsold] = [1, 1];
    if (this.kind === 'position-based') {
      for (const [r, item] of items.entries()) {
        clicks[r] = attraction(item) * (this.#p.examination[r] ?? 0);
        none *= 1 - clicks[r];
        unsold *= 1 - clicks[r] * this.#conversionOf(query, item);
      }
      return { clicks, anyClick: 1 - none, conversion: 1 - unsold };
    }
    let looking = 1; // and whether something was clicked or bought before, both while still looking
    let [lookingUnclicked, lookingUnsold] = [1, 1];
    let [anyClick, anySale] = [0, 0];
    for (const [r, item] of items.entries()) {
      const a = attraction(item);
      const s = this.#satisfactionOf(query, item);
      const sold = this.#conversionOf(query, item);
      clicks[r] = looking * a;
      anyClick += lookingUnclicked * a;
      anySale += lookingUnsold * a * sold;
      const goesOn = this.#p.perseverance;
      lookingUnclicked *= (1 - a) * goesOn;
      lookingUnsold *= (1 - a + a * (1 - sold) * (1 - s)) * goesOn;
      looking *= (1 - a * s) * goesOn;
    }
    return { clicks, anyClick, conversion: anySale };
  }

  /** Draws what a user does with a list. @param random gives numbers in [0, 1) @throws ERR_BAD_ARGUMENT */
  simulate(query: string, items: readonly Id[], random: () => number): ClickSession<string> {
    checkItems('simulate', query, items);
    if (typeof random !== 'function')
      throw new AttuneError('ERR_BAD_ARGUMENT', `ClickModel.simulate: expected a function as random, got ${shown(random)}.`);
    const list = Array.from(items, String);
    const clicked: string[] = [];
    const converted: string[] = [];
    for (const [r, item] of list.entries()) {
      const looks = this.kind === 'dynamic-bayesian' || random() < (this.#p.examination[r] ?? 0);
      let satisfied = false;
      if (looks && random() < this.attraction(query, item)) {
        clicked.push(item);
        if (random() < this.#conversionOf(query, item)) converted.push(item);
        satisfied = this.kind === 'dynamic-bayesian' && random() < this.#satisfactionOf(query, item);
      }
      if (satisfied || (this.kind === 'dynamic-bayesian' && random() >= this.#p.perseverance)) break;
    }
    return { query, items: list, clicked, ...(Number.isNaN(this.#means.conversion) ? {} : { converted }) };
  }

  /** How well it predicts sessions; those it was fitted on say little. @throws ERR_BAD_ROW, ERR_EMPTY */
  evaluate(sessions: Iterable<ClickSession>): ClickQuality {
    checkIterable('A click model', 'sessions { items, clicked }', sessions);
    const list = [...sessions];
    const data = columnsOf(list);
    const rate = Math.min(1 - 1e-9, Math.max(1e-9, this.#means.clickRate));
    let [own, baseline, perRank, perRankBaseline] = [0, 0, 0, 0];
    for (const [at, { query = '', items }] of list.entries()) {
      const [from, end] = [data.offsets[at], data.offsets[at + 1]];
      const { clicks } = this.expect(query, items);
      for (let e = from; e < end; e++) {
        const chance = Math.min(1 - 1e-9, Math.max(1e-9, clicks[e - from]));
        perRank += Math.log(data.clicks[e] ? chance : 1 - chance);
        perRankBaseline += Math.log(data.clicks[e] ? rate : 1 - rate);
      }
      own += this.kind === 'position-based' ? 0 : this.#logChance(query, items, data.clicks.subarray(from, end));
    }
    if (this.kind === 'position-based') own = perRank;
    baseline = perRankBaseline;
    const perplexity = (sum: number) => Math.exp(-sum / data.pairs.length);
    return {
      logLikelihood: own / list.length,
      perplexity: perplexity(perRank),
      baseline: { logLikelihood: baseline / list.length, perplexity: perplexity(perRankBaseline) },
    };
  }

  /** Attractions as they could be as well, given how often items were examined: one draw from their posteriors. @internal */
  drawAttractions(random: () => number): (query: string, item: Id) => number {
    const drawn = new Map<number, number>();
    return (query, item) => {
      const pair = this.#data.pairIndex.get(pairKey(query, item));
      if (pair === undefined) return this.attraction(query, item);
      let value = drawn.get(pair);
      if (value === undefined) {
        const a = this.#p.attraction[pair];
        const error = 1 / Math.sqrt(this.#p.information[pair] + 1 / Math.max(1e-9, a * (1 - a)));
        value = Math.min(1, Math.max(0, a + error * gaussian(random)));
        drawn.set(pair, value);
      }
      return value;
    };
  }

  #logChance(query: string, items: readonly Id[], clicks: Uint8Array): number {
    const p = {
      attraction: Float64Array.from(items, (item) => this.attraction(query, item)),
      satisfaction: Float64Array.from(items, (item) => this.#satisfactionOf(query, item)),
      perseverance: this.#p.perseverance,
    };
    const last = lastClick(clicks, 0, items.length);
    let sum = 0;
    for (let r = 0; r <= last; r++) {
      sum += Math.log(clicks[r] ? p.attraction[r] : 1 - p.attraction[r]);
      if (r < last) sum += Math.log(p.perseverance * (clicks[r] ? 1 - p.satisfaction[r] : 1));
    }
    return sum + Math.log(Math.max(1e-12, stops(p, { pairs: Int32Array.from(items, (_, r) => r) }, last, 0, items.length).total));
  }

  #satisfactionOf(query: string, item: Id): number {
    const pair = this.#data.pairIndex.get(pairKey(query, item));
    return pair === undefined ? this.#means.satisfaction : this.#p.satisfaction[pair];
  }

  #conversionOf(query: string, item: Id): number {
    const pair = this.#data.pairIndex.get(pairKey(query, item));
    return pair === undefined ? this.#means.conversion : this.#conversion[pair];
  }
}

function checkedKey(query: string, item: Id): string {
  if (typeof query === 'string' && ['string', 'number', 'bigint'].includes(typeof item)) return pairKey(query, item);
  throw new AttuneError('ERR_BAD_ARGUMENT', `ClickModel: expected a query and the id of an item, got ${shown(query)} and ${shown(item)}.`);
}

function checkItems(method: string, query: string, items: readonly Id[]): void {
  if (!Array.isArray(items))
    throw new AttuneError('ERR_BAD_ARGUMENT', `ClickModel.${method}: expected an array of item ids, got ${shown(items)}.`);
  for (const item of items) checkedKey(query, item);
}

/**
 * Estimates attraction and examination separately from logged lists, where a click rate confounds the two: an item may be clicked rarely because it is
 * unattractive or because it was ranked where few users look. The two can be told apart only if items changed ranks; `warnings` says when they did not.
 *
 * @param sessions lists that were shown, with what was clicked; at least a few hundred per query.
 * @throws ERR_BAD_ROW naming the session, ERR_EMPTY, ERR_BAD_OPTION
 */
export function fitClickModel(sessions: Iterable<ClickSession>, options: ClickModelOptions = {}): ClickModel {
  const o = readOptions('fitClickModel', options, {
    model: choice(['position-based', 'dynamic-bayesian'], 'position-based'),
    perseverance: optional(number({ above: 0, max: 1 })),
    prior: number({ default: 1, min: 0 }),
    iterations: integer({ default: 100, min: 1, max: 10_000 }),
    tolerance: number({ default: 1e-4, min: 0 }),
  });
  if (o.perseverance !== undefined && o.model !== 'dynamic-bayesian') {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `fitClickModel: option 'perseverance' belongs to 'dynamic-bayesian', got model ${shown(o.model)}.`,
    );
  }
  const data = columnsOf(sessions);
  const fitted = o.model === 'position-based' ? fitPositionBased(data, o) : fitDynamicBayesian(data, o);
  return new ClickModel(o.model, fitted, data, o.prior);
}

/** Probability that a click on a pair leads to a conversion, smoothed toward the mean; NaN when nothing is known of any. */
function conversionsOf({ pairs, conversions, pairIndex }: SessionColumns, prior: number): { conversion: Float64Array; mean: number } {
  const sold = new Float64Array(pairIndex.size);
  const clicked = new Float64Array(pairIndex.size);
  for (let e = 0; e < pairs.length; e++) {
    if (conversions[e] === 2) continue;
    clicked[pairs[e]]++;
    sold[pairs[e]] += conversions[e];
  }
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const mean = sum(clicked) > 0 ? sum(sold) / sum(clicked) : Number.NaN;
  const strength = Math.max(prior, 1e-9);
  return { conversion: sold.map((count, pair) => (count + strength * mean) / (clicked[pair] + strength)), mean };
}

function warningsOf(kind: ClickModel['kind'], { offsets, pairs, pairIndex, depth }: SessionColumns): string[] {
  if (kind !== 'position-based') return [];
  // Ranks that share no item with others, directly or through further ones, cannot be compared with them.
  const group = Int32Array.from({ length: depth + pairIndex.size }, (_, k) => k);
  const root = (k: number): number => {
    while (group[k] !== k) k = group[k] = group[group[k]];
    return k;
  };
  for (let session = 0; session + 1 < offsets.length; session++) {
    for (let e = offsets[session], r = 0; e < offsets[session + 1]; e++, r++) group[root(depth + pairs[e])] = root(r);
  }
  const groups = new Set(Array.from({ length: depth }, (_, r) => root(r))).size;
  if (groups === 1) return [];
  return [
    `The ranks fall into ${groups} groups between which no item ever moved, so attraction and examination cannot be told apart across them. Log some lists in random order.`,
  ];
}

/** A standard normal number (Box & Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random());
}
