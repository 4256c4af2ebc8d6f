import { isInteractions } from '../data/check-interactions.ts';
import { type Id, readId } from '../data/ids.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { type ItemDistance, itemDistance } from '../metrics/beyond-accuracy/diversity.ts';
import type { GainRule } from '../metrics/ranking/gain.ts';
import { anything, choice, flag, integer, number, optional, type Progress, readOptions, text, workOptions } from '../options.ts';
import type { Candidates } from './lists.ts';
import type { DefaultMetric, MetricName } from './metric-names.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions<M extends MetricName = MetricName> {
  /** What the model was fitted on: its items are left out of each user's list; novelty and related metrics use its interaction counts. */
  train?: Interactions | undefined;
  /** The held-out interactions that lists are compared with. */
  test: Interactions;
  /** Default precision, recall, ndcg, map, mrr, hitRate, and with `train` coverage and novelty. */
  metrics?: readonly M[] | undefined;
  /** Where lists are cut. Default 10. */
  k?: number | readonly number[] | undefined;
  /** Test rows with a smaller value are not relevant. Default: every value above 0 is. */
  relevantFrom?: number | undefined;
  /** How test values enter `ndcg`: not at all (`'binary'`, default), as they are (`'linear'`), or as 2^value - 1 (`'exponential'`). */
  gain?: GainRule | undefined;
  /** What is ranked for each user. Default `'all'`: every item of the model that is not in the user's training data. */
  candidates?: Candidates | undefined;
  /** Users to evaluate: ids, or how many to draw at random. Default all of the test part. */
  users?: number | Iterable<Id> | undefined;
  /** Whether items of the training data may be in the lists and count. Default false. */
  includeSeen?: boolean | undefined;
  /** `'stored'` (default): the model's own users. `'fold-in'`: lists come from `recommendFor` with the user's training rows, for users held out as a whole. */
  protocol?: 'stored' | 'fold-in' | undefined;
  /** How far items are apart, for `diversity`. Default: by who chose them in the training data (1 - cosine of their columns of users). */
  diversity?: ItemDistance | undefined;
  /** Confidence of the intervals. Default 0.95. */
  level?: number | undefined;
  /** Seed of samples and intervals. Default 1. */
  seed?: number | undefined;
  /** Name in tables. Default the model's kind. */
  name?: string | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with phase `'evaluating'` in users. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What is measured when nothing is asked for. */
export const defaultMetrics: DefaultMetric[] = ['precision', 'recall', 'ndcg', 'map', 'mrr', 'hitRate', 'coverage'];
/** And what as well, where there is training data. */
export const trainMetrics: DefaultMetric[] = ['novelty'];

const interactions = (value: unknown, name: string): Interactions => {
  if (isInteractions(value)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be Interactions, got ${shown(value)}. Make them with Interactions.from or split.`);
};

/** How the options of {@link evaluate} are read. */
export const evaluateChecks = {
  train: optional(interactions),
  test: interactions,
  metrics: anything<readonly MetricName[] | undefined>(),
  k: (value: unknown, name: string): number[] => {
    const cuts = Array.isArray(value) ? value : [value ?? 10];
    const check = integer({ min: 1 });
    if (cuts.length === 0)
      throw new AttuneError('ERR_BAD_OPTION', `${name} must hold at least one whole number from 1, got an empty array.`);
    return [...new Set(cuts.map((cut) => check(cut, name)))].sort((a, b) => a - b);
  },
  relevantFrom: optional(number({})),
  gain: choice(['binary', 'linear', 'exponential'], 'binary'),
  candidates: (value: unknown, name: string): Candidates => {
    if (value === undefined || value === 'all') return 'all';
    if (typeof value === 'function') return value as Candidates;
    if (typeof value === 'object' && value !== null && 'negatives' in value)
      return readOptions(name, value, { negatives: integer({ min: 1 }) });
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'all', { negatives: 99 } or a function of the user, got ${shown(value)}.`);
  },
  users: (value: unknown, name: string): number | ReadonlySet<string> | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number') return integer({ min: 1 })(value, name);
    if (typeof value === 'object' && value !== null && Symbol.iterator in value)
      return new Set(Array.from(value as Iterable<Id>, (id) => readId(id, name)));
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a number of users or their ids, got ${shown(value)}.`);
  },
  includeSeen: flag(false),
  protocol: choice(['stored', 'fold-in'], 'stored'),
  diversity: (value: unknown): ItemDistance | undefined => {
    if (value !== undefined) itemDistance(value as ItemDistance);
    return value as ItemDistance | undefined;
  },
  level: number({ default: 0.95, min: 0.5, max: 0.9999 }),
  seed: integer({ default: 1 }),
  name: optional(text()),
  ...workOptions,
};
