import type { Recommendation } from '../contracts/recommender.ts';
import { type Id, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { solve } from '../numeric/solve.ts';
import { anything, checkIterable, number, readOptions, workOptions } from '../options.ts';
import { eachUntilAborted } from '../work/until-aborted.ts';
import { byName, type NamesIn, type SourceFusion, type SourceList } from './fusion.ts';
import { HybridRanker } from './hybrid-ranker.ts';
import type { HybridRankerOptions, HybridSources, SourceNames } from './ranker-options.ts';
import type { RankRequest } from './request.ts';

/** What {@link fitFusion} learns: plain JSON. `Name` is the type of the names of its sources. */
export interface LearnedFusionModel<Name extends string = string> {
  /** Always `'learned-fusion'`. */
  kind: 'learned-fusion';
  /** Version of this form. */
  formatVersion: 1;
  /** What each source counts. */
  sources: Record<
    Name,
    {
      /** Of its score, scaled to 0 to 1. */
      score: number;
      /** Of its rank, as 1 / log2(rank + 1). */
      rank: number;
    }
  >;
  /** How many events it was fitted on. */
  events: number;
  /** Events left out because no source had found what was chosen. */
  missed: number;
}

/** One page that was shown, or could have been, and what was chosen. */
export interface FusionEvent {
  /** Who asked. Items of the history are not shown, so what was chosen must not be in it. */
  request: RankRequest;
  /** The items that were chosen; a number stands for its decimal digits. */
  items: Iterable<Id>;
}

/** Options of {@link fitFusion}. */
export interface FitFusionOptions<Sources extends HybridSources = HybridSources>
  extends Omit<HybridRankerOptions<Sources>, 'fusion' | 'rerank' | 'reasons' | 'relevanceBand'> {
  /** Events that the sources were not fitted on. */
  events: Iterable<FusionEvent> | AsyncIterable<FusionEvent>;
  /** L2 penalty. Above 0, default 1. */
  regularization?: number | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each event with phase `'asking'`. */
  onProgress?: ((progress: { phase: string; done: number; total?: number | undefined }) => void) | undefined;
}

/**
 * Finds what each source should count by what was chosen: a conditional logit (McFadden 1974), in which the probability of a choice among the
 * candidates of its page is the softmax of their fused scores; fitted by Newton's method with an L2 penalty. Features are each source's score
 * scaled to 0 to 1 and 1 / log2(rank + 1), times the evidence of the source for that visitor.
 *
 * @throws ERR_EMPTY when no event has a choice that a source found; ERR_BAD_OPTION, and what `rank` throws.
 */
export async function fitFusion<const Sources extends HybridSources>(
  options: FitFusionOptions<Sources>,
): Promise<LearnedFusionModel<SourceNames<Sources>>> {
  if (typeof options !== 'object' || options === null) {
    throw new AttuneError('ERR_BAD_OPTION', `fitFusion: expected an options object, got ${shown(options)}.`);
  }
  const { events, regularization, signal, onProgress, ...rankerOptions } = options;
  const o = readOptions(
    'fitFusion',
    { events, regularization, signal, onProgress },
    {
      events: anything<FitFusionOptions['events']>(),
      regularization: number({ default: 1, above: 0 }),
      ...workOptions,
    },
  );
  if (typeof o.events !== 'object' || o.events === null || !(Symbol.iterator in o.events || Symbol.asyncIterator in o.events)) {
    throw new AttuneError('ERR_BAD_OPTION', `fitFusion: option 'events' must be a list of { request, items }, got ${shown(o.events)}.`);
  }
  const names = Object.keys(options.sources ?? {});
  let lists: readonly SourceList[] = [];
  const spy: SourceFusion = {
    kind: 'spy',
    sources: names,
    weightOf: () => 1,
    fuse(given) {
      lists = given;
      return new Map();
    },
  };
  const ranker = new HybridRanker({ ...(rankerOptions as HybridRankerOptions), fusion: spy });
  const pages: Page[] = [];
  let missed = 0;
  for await (const event of eachUntilAborted(o.events as AsyncIterable<FusionEvent>, o.signal)) {
    if (typeof event !== 'object' || event === null) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `fitFusion: expected events { request, items }, got ${shown(event)}.`);
    }
    const { request, items } = event;
    const ids = checkIterable('fitFusion', 'item ids as items of an event', items);
    await ranker.rank(request, { signal: o.signal, n: 0 });
    const features = featuresOf(lists, names);
    const chosen = [...new Set(Array.from(ids, (item) => readId(item, 'fitFusion: items of an event')))].flatMap(
      (item) => features.get(item) ?? [],
    );
    if (chosen.length > 0) pages.push({ chosen, all: [...features.values()] });
    else missed++;
    o.onProgress?.({ phase: 'asking', done: pages.length + missed });
  }
  if (pages.length === 0) {
    throw new AttuneError(
      'ERR_EMPTY',
      `fitFusion: expected events with a choice that a source finds, got ${missed} without. Raise 'candidates'.`,
    );
  }
  const coefficients = conditionalLogit(pages, 2 * names.length, o.regularization);
  const sources = Object.fromEntries(names.map((name, k) => [name, { score: coefficients[2 * k], rank: coefficients[2 * k + 1] }]));
  return {
    kind: 'learned-fusion',
    formatVersion: 1,
    sources: sources as LearnedFusionModel<SourceNames<Sources>>['sources'],
    events: pages.length,
    missed,
  };
}

/**
 * Fuses by what {@link fitFusion} learned.
 * @throws ERR_BAD_OPTION when it is no such model; ERR_NEWER_FORMAT when a newer version wrote it.
 */
export function learnedFusion<Name extends string>(model: LearnedFusionModel<Name>): SourceFusion<NamesIn<Record<Name, unknown>>> {
  if (model?.kind !== 'learned-fusion' || typeof model.sources !== 'object' || model.sources === null) {
    throw new AttuneError('ERR_BAD_OPTION', `learnedFusion: expected what fitFusion returned, got ${shown(model)}.`);
  }
  if (model.formatVersion !== 1) {
    throw new AttuneError(
      'ERR_NEWER_FORMAT',
      `learnedFusion: expected format version 1, got ${shown(model.formatVersion)}. Update attune.`,
    );
  }
  const names = Object.keys(model.sources) as Name[];
  const coefficients = names.flatMap((name) => [model.sources[name]?.score, model.sources[name]?.rank]);
  if (!coefficients.every(Number.isFinite)) {
    throw new AttuneError('ERR_BAD_OPTION', 'learnedFusion: expected finite numbers for every source. Fit it again.');
  }
  return {
    kind: 'learned',
    sources: names as NamesIn<Record<Name, unknown>>[],
    weightOf: (source) => (names.includes(source as Name) ? 1 : 0),
    fuse: (lists) => new Map(Array.from(featuresOf(lists, names), ([item, features]) => [item, dot(features, coefficients)])),
  };
}

/** The candidates of one event. */
interface Page {
  chosen: Float64Array[];
  all: Float64Array[];
}

/** Two features per source, in the order of `names`, for every item of any list. */
function featuresOf(lists: readonly SourceList[], names: readonly string[]): Map<string, Float64Array> {
  const features = new Map<string, Float64Array>();
  for (const { items } of lists) for (const { item } of items) features.set(item, new Float64Array(2 * names.length));
  for (const { source, items, weight } of byName(lists)) {
    const k = names.indexOf(source);
    if (k < 0 || items.length === 0) continue;
    const scaled = scaledScores(items);
    items.forEach(({ item }, at) => {
      const row = features.get(item) as Float64Array;
      row[2 * k] = weight * scaled[at];
      row[2 * k + 1] = weight / Math.log2(at + 2);
    });
  }
  return features;
}

function scaledScores(items: readonly Recommendation[]): number[] {
  const high = items[0].score;
  const low = items[items.length - 1].score;
  return items.map(({ score }) => (high > low ? (score / 2 - low / 2) / (high / 2 - low / 2) : 1));
}

/** Newton's method with halved steps; the objective is concave, so it ends at the maximum. */
function conditionalLogit(pages: readonly Page[], size: number, penalty: number): number[] {
  let w = new Array<number>(size).fill(0);
  let value = objective(pages, w, penalty);
  for (let iteration = 0; iteration < 50; iteration++) {
    const { gradient, hessian } = derivatives(pages, w, penalty);
    const step = solve(hessian, size, Float64Array.from(gradient));
    let next = w;
    let better = value;
    for (let scale = 1; scale > 1e-6; scale /= 2) {
      const tried = w.map((v, k) => v + scale * step[k]);
      const at = objective(pages, tried, penalty);
      if (at <= value) continue;
      next = tried;
      better = at;
      break;
    }
    const gain = better - value;
    w = next;
    value = better;
    if (gain < 1e-9 * Math.abs(value)) break;
  }
  return w;
}

function objective(pages: readonly Page[], w: readonly number[], penalty: number): number {
  let sum = (-penalty / 2) * dot(w, w);
  for (const { chosen, all } of pages) {
    const scores = all.map((row) => dot(row, w));
    const high = Math.max(...scores);
    const log = high + Math.log(scores.reduce((total, score) => total + Math.exp(score - high), 0));
    for (const row of chosen) sum += (dot(row, w) - log) / chosen.length;
  }
  return sum;
}

/** Gradient and negated Hessian. */
function derivatives(pages: readonly Page[], w: readonly number[], penalty: number): { gradient: number[]; hessian: Float64Array } {
  const size = w.length;
  const gradient = w.map((v) => -penalty * v);
  const hessian = new Float64Array(size * size);
  for (let k = 0; k < size; k++) hessian[k * size + k] = penalty;
  for (const { chosen, all } of pages) {
    const scores = all.map((row) => dot(row, w));
    const high = Math.max(...scores);
    const parts = scores.map((score) => Math.exp(score - high));
    const total = parts.reduce((sum, part) => sum + part, 0);
    const mean = new Float64Array(size);
    all.forEach((row, i) => {
      for (let k = 0; k < size; k++) mean[k] += (parts[i] / total) * row[k];
    });
    for (const row of chosen) for (let k = 0; k < size; k++) gradient[k] += (row[k] - mean[k]) / chosen.length;
    all.forEach((row, i) => {
      const p = parts[i] / total;
      for (let a = 0; a < size; a++) {
        for (let b = 0; b < size; b++) hessian[a * size + b] += p * (row[a] - mean[a]) * (row[b] - mean[b]);
      }
    });
  }
  return { gradient, hessian };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
