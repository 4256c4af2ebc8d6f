import type { Recommendation } from '../contracts/recommender.ts';
import { AttuneError, shown } from '../errors.ts';
import { choice, number, readOptions } from '../options.ts';

/** What one source answered, cleaned. */
export interface SourceList {
  /** Name of the source. */
  source: string;
  /** What it counts for this visitor: {@link SourceFusion.weightOf}, blended by what is known. */
  weight: number;
  /** Its items, best first, each once, scores finite. */
  items: readonly Recommendation[];
}

/** The names in an object of weights or roles; `any` where they are not known before the program runs, since these must go with any ranker. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export type NamesIn<Named> = string extends keyof Named ? any : keyof Named & string;

/** Makes one score of an item out of those of several sources. `Name` is the type of the names of sources that it was given. */
// biome-ignore lint/suspicious/noExplicitAny: one whose names are not known must go with any ranker.
export interface SourceFusion<Name extends string = any> {
  /** Short name, such as `'weighted'`. */
  readonly kind: string;
  /** The sources it names; a ranker without one of them refuses it. */
  readonly sources: readonly Name[];
  /** Whether no weights were given, so that the ranker chooses what each kind of source counts. */
  readonly isUnweighted?: boolean | undefined;
  /** The weight of a source, from 0. One with 0 only fills up a page that the others leave short. */
  weightOf(source: string): number;
  /** The score of every item in the lists, larger is better. Must not depend on the order of the lists. */
  fuse(lists: readonly SourceList[]): Map<string, number>;
}

/** How scores of different sources are made comparable: see {@link weighted}. */
export type Normalization = 'min-max' | 'z-score' | 'rank';

/** Options of {@link weighted}. */
export interface WeightedOptions {
  /** Default `'min-max'`. */
  normalize?: Normalization | undefined;
}

/**
 * Adds up weight * normalized score.
 * - `'min-max'`: (s - min) / (max - min) over the source's candidates, 1 when all are equal. Missing items count 0.
 * - `'z-score'`: (s - mean) / standard deviation, 0 when all are equal. Missing items count as the source's last.
 * - `'rank'`: 1 - (rank - 1) / number of candidates (Borda). Missing items count 0.
 *
 * @param weights by name of source, from 0, not all 0; their sum does not matter. A source that is not named has 0: it fills up what the
 *   others leave. Without weights all count 1, but content sources 0.4 where there is no query, and popular ones 0.
 * @throws ERR_BAD_OPTION
 */
export function weighted<Weights extends Readonly<Record<string, number>> = Record<never, number>>(
  weights?: Weights,
  options: WeightedOptions = {},
): SourceFusion<NamesIn<Weights>> {
  const own = weights === undefined ? undefined : readWeights('weighted', weights);
  const { normalize } = readOptions('weighted', options, { normalize: choice(['min-max', 'z-score', 'rank'] as const, 'min-max') });
  return {
    kind: 'weighted',
    sources: (own ? [...own.keys()] : []) as NamesIn<Weights>[],
    isUnweighted: own === undefined,
    weightOf: (source) => (own ? (own.get(source) ?? 0) : 1),
    fuse: (lists) => addUp(lists, normalizers[normalize]),
  };
}

/** Options of {@link reciprocalRank}. */
export interface ReciprocalRankOptions<Weights extends Readonly<Record<string, number>> = Readonly<Record<string, number>>> {
  /** How little the first ranks stand out. Above 0, default 60. */
  k?: number | undefined;
  /** By name of source, as in {@link weighted}, and without them as there. */
  weights?: Weights | undefined;
}

/**
 * Reciprocal rank fusion: adds up weight / (k + rank), ranks from 1 (Cormack, Clarke & Büttcher, SIGIR 2009). Looks at no score.
 * @throws ERR_BAD_OPTION
 */
export function reciprocalRank<Weights extends Readonly<Record<string, number>> = Record<never, number>>(
  options: ReciprocalRankOptions<Weights> = {},
): SourceFusion<NamesIn<Weights>> {
  const { k, weights: own } = readOptions('reciprocalRank', options, {
    k: number({ default: 60, above: 0 }),
    weights: (given) => (given === undefined ? undefined : readWeights('reciprocalRank', given)),
  });
  return {
    kind: 'reciprocal-rank',
    sources: (own ? [...own.keys()] : []) as NamesIn<Weights>[],
    isUnweighted: own === undefined,
    weightOf: (source) => (own ? (own.get(source) ?? 0) : 1),
    fuse: (lists) => addUp(lists, (items) => ({ of: items.map((_, at) => 1 / (k + 1 + at)), missing: 0 })),
  };
}

/** The normalized scores of a list, and what an item counts that is not in it. */
type Normalize = (items: readonly Recommendation[]) => { of: number[]; missing: number };

const normalizers: Record<Normalization, Normalize> = {
  'min-max': (items) => {
    const { low, high } = rangeOf(items);
    return { of: items.map(({ score }) => (high > low ? (score / 2 - low / 2) / (high / 2 - low / 2) : 1)), missing: 0 };
  },
  'z-score': (items) => {
    const scale = items.reduce((most, { score }) => Math.max(most, Math.abs(score)), 0) || 1; // so that no square overflows
    const values = items.map(({ score }) => score / scale);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const { low, high } = rangeOf(items);
    const of = values.map((value) => (high > low && deviation > 0 ? (value - mean) / deviation : 0));
    return { of, missing: of.reduce((least, value) => Math.min(least, value), 0) };
  },
  rank: (items) => ({ of: items.map((_, at) => 1 - at / items.length), missing: 0 }),
};

/** Lists are added in the order of their names, so that rounding does not depend on the order in which sources were given. */
function addUp(lists: readonly SourceList[], normalize: Normalize): Map<string, number> {
  const places = new Map<string, number>();
  for (const { items } of lists) for (const { item } of items) if (!places.has(item)) places.set(item, places.size);
  const sums = new Float64Array(places.size);
  const own = new Float64Array(places.size);
  for (const { items, weight } of byName(lists)) {
    if (items.length === 0) continue;
    const { of, missing } = normalize(items);
    own.fill(missing);
    items.forEach(({ item }, at) => {
      own[places.get(item) as number] = of[at];
    });
    for (let at = 0; at < sums.length; at++) sums[at] += weight * own[at];
  }
  return new Map(Array.from(places, ([item, at]) => [item, sums[at]]));
}

/** Sorted by name. */
export function byName<L extends { source: string }>(lists: readonly L[]): L[] {
  return [...lists].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

function rangeOf(items: readonly Recommendation[]): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { score } of items) {
    low = Math.min(low, score);
    high = Math.max(high, score);
  }
  return { low, high };
}

/** Weights by source. A Map, because `__proto__` is a name like any other. @throws ERR_BAD_OPTION */
export function readWeights(owner: string, weights: unknown): Map<string, number> {
  const bad = (what: string) =>
    new AttuneError('ERR_BAD_OPTION', `${owner}: expected weights by name of source, such as { als: 0.7, semantic: 0.3 }, got ${what}.`);
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) throw bad(shown(weights));
  const entries = Object.entries(weights as Record<string, number>);
  for (const [source, weight] of entries) {
    if (!(typeof weight === 'number' && Number.isFinite(weight) && weight >= 0)) {
      throw bad(`${shown(weight)} for ${shown(source)}; a weight is a number from 0`);
    }
  }
  if (!entries.some(([, weight]) => weight > 0)) throw bad(entries.length === 0 ? 'none' : 'only zeros; one must be above');
  return new Map(entries);
}
