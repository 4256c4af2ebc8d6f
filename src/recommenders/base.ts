import type { Csr } from '../data/csr.ts';
import type { IdMap } from '../data/id-map.ts';
import type { Interactions } from '../data/interactions.ts';
import { type Ranked, topK } from '../engine/top-k.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, choice, flag, integer, optional, readOptions } from '../options.ts';
import type { ModelInfo, ModelStore } from '../storage/model-store.ts';
import type {
  FitOptions,
  History,
  Recommendation,
  RecommendationBatch,
  Recommender,
  RecommendManyOptions,
  RecommendOptions,
  SimilarOptions,
  SimilarUser,
  UnknownOptions,
  UnknownPolicy,
} from './recommender.ts';

/** What every fitted model has. A model is this plus what its family adds, replaced as a whole by `fit`. */
export interface FittedBase {
  /** Users; the index is the row of `byUser`. */
  users: IdMap;
  /** Items; the index is the column of `byUser`. */
  items: IdMap;
  /** What each user did: needed to leave out what was seen, and to fold in. */
  byUser: Csr;
}

/** A history in dense indices: ascending items, one value each. */
export interface HistoryRow {
  /** Dense item indices, ascending, distinct. */
  items: Int32Array;
  /** Values beside them. */
  values: Float32Array;
}

/** What may be in a list, in dense indices. */
export interface RankRequest {
  /** How many at most; never more than there are items. */
  n: number;
  /** A mark a dense index; not 0 = never return. undefined = nothing is left out. */
  skip: Uint8Array | undefined;
  /** Rank these only; ascending and distinct. */
  only: Int32Array | undefined;
}

/**
 * The half of the contract that is the same for all models: ids, options, filters, unknown ids, batches. A family says how
 * to make a profile (whatever stands for a user: a factor row, a history, nothing) and how to score items for it.
 */
export abstract class BaseRecommender<Fitted extends FittedBase, Profile> implements Recommender {
  abstract readonly kind: string;
  /** The model, or undefined before `fit`. Replaced as a whole. */
  protected fitted: Fitted | undefined;
  /** Default of `onUnknown` for all calls. */
  protected readonly onUnknown: UnknownPolicy;

  constructor(onUnknown: UnknownPolicy) {
    this.onUnknown = onUnknown;
  }

  abstract fit(interactions: Interactions, options?: FitOptions): Promise<this>;
  abstract toBytes(): Uint8Array<ArrayBuffer>;

  /** The profile of a known user. */
  protected abstract profileOf(user: number): Profile;
  /** The profile that a known user with this history would have. */
  protected abstract profileFrom(row: HistoryRow): Profile;
  /** Writes the score of every item. */
  protected abstract scoreAll(profile: Profile, scores: Float32Array): void;
  /** The scores of some items. */
  protected abstract scoreSome(profile: Profile, items: Int32Array): Float32Array;
  /** Writes the similarity of every item to this one. */
  protected abstract similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void;
  /** Writes the similarity of every user to this one, in models that can. */
  protected userSimilarityAll?(user: number, metric: 'cosine' | 'dot', scores: Float32Array): void;

  get isFitted(): boolean {
    return this.fitted !== undefined;
  }

  get users(): IdMap {
    return this.model.users;
  }

  get items(): IdMap {
    return this.model.items;
  }

  recommend(user: string, options: RecommendOptions = {}): Recommendation[] {
    const o = readOptions(`${this.kind}.recommend`, options, recommendChecks);
    const index = this.userIndex(user, o.onUnknown);
    if (index < 0) return [];
    const row = this.historyOf(index);
    return this.#named(this.rank(this.profileOf(index), this.#request(o, row.items)));
  }

  recommendFor(history: History, options: RecommendOptions = {}): Recommendation[] {
    const o = readOptions(`${this.kind}.recommendFor`, options, recommendChecks);
    const row = this.readHistory(history);
    if (row.items.length === 0) {
      if ((o.onUnknown ?? this.onUnknown) === 'empty') return [];
      throw new AttuneError(
        'ERR_UNKNOWN_HISTORY',
        "Expected a history with at least one item the model was fitted on, got none. Fall back to popular items, fit again with newer data, or pass onUnknown: 'empty'.",
      );
    }
    return this.#named(this.rank(this.profileFrom(row), this.#request(o, row.items)));
  }

  recommendMany(users: Iterable<string>, options: RecommendManyOptions = {}): RecommendationBatch {
    const o = readOptions(`${this.kind}.recommendMany`, options, manyChecks);
    const asked = [...iterable(users, 'users')];
    const lists: Ranked[] = asked.map((user) => {
      const index = this.userIndex(user, o.onUnknown);
      if (index < 0) return { indices: new Int32Array(0), scores: new Float32Array(0) };
      const own = readOptions(
        `${this.kind}.recommendMany`,
        {
          n: valueFor(o.n, user),
          exclude: valueFor(o.exclude, user),
          only: valueFor(o.only, user),
          includeSeen: valueFor(o.includeSeen, user),
        },
        recommendChecks,
      );
      return this.rank(this.profileOf(index), this.#request(own, this.historyOf(index).items));
    });
    return new Batch(asked, lists, this.items);
  }

  score(user: string, items: Iterable<string>, options: UnknownOptions = {}): Float32Array {
    const o = readOptions(`${this.kind}.score`, options, { onUnknown: unknownCheck });
    const asked = [...iterable(items, 'items')];
    const indices = Int32Array.from(asked, (item) => this.itemIndex(item, o.onUnknown));
    const index = this.userIndex(user, o.onUnknown);
    const scores = new Float32Array(asked.length).fill(Number.NaN);
    if (index < 0) return scores;
    const known = indices.filter((i) => i >= 0);
    const some = this.scoreSome(this.profileOf(index), known);
    for (let k = 0, next = 0; k < indices.length; k++) if (indices[k] >= 0) scores[k] = some[next++];
    return scores;
  }

  similarItems(item: string, options: SimilarOptions = {}): Recommendation[] {
    const o = readOptions(`${this.kind}.similarItems`, options, similarChecks);
    const index = this.itemIndex(item, o.onUnknown);
    if (index < 0) return [];
    const { items } = this.model;
    const scores = new Float32Array(items.size);
    this.similarityAll(index, o.metric, scores);
    return this.#named(rankScores(scores, requestFor(items, o, [index])));
  }

  /** Users like this one. @throws ERR_NOT_SUPPORTED in models that have no picture of a user. */
  similarUsers(user: string, options: SimilarOptions = {}): SimilarUser[] {
    const o = readOptions(`${this.kind}.similarUsers`, options, similarChecks);
    const index = this.userIndex(user, o.onUnknown);
    if (!this.userSimilarityAll) {
      throw new AttuneError('ERR_NOT_SUPPORTED', `A model of kind '${this.kind}' cannot compare users. Use an AlsRecommender for that.`);
    }
    if (index < 0) return [];
    const { users } = this.model;
    const scores = new Float32Array(users.size);
    this.userSimilarityAll(index, o.metric, scores);
    const best = rankScores(scores, requestFor(users, o, [index]));
    return Array.from(best.indices, (u, k) => ({ user: users.idAt(u), score: best.scores[k] }));
  }

  async save(store: ModelStore, name: string, metadata: Record<string, unknown> = {}): Promise<ModelInfo> {
    return store.put(name, this.toBytes(), { kind: this.kind, ...metadata });
  }

  /** The fitted model. @throws ERR_NOT_FITTED */
  protected get model(): Fitted {
    if (this.fitted) return this.fitted;
    throw new AttuneError(
      'ERR_NOT_FITTED',
      `This model of kind '${this.kind}' has not been fitted. Await fit(interactions) first, or load one.`,
    );
  }

  /** The best items of a profile. Families with something faster than scoring everything override it, with the same answer. */
  protected rank(profile: Profile, request: RankRequest): Ranked {
    if (request.only) {
      const scores = this.scoreSome(profile, request.only);
      const skip = request.skip && Uint8Array.from(request.only, (i) => (request.skip as Uint8Array)[i]);
      const best = topK(scores, request.n, skip);
      return { indices: best.indices.map((k) => (request.only as Int32Array)[k]), scores: best.scores };
    }
    const scores = new Float32Array(this.model.items.size);
    this.scoreAll(profile, scores);
    return rankScores(scores, request);
  }

  /** What a known user did. Views, not copies. */
  protected historyOf(user: number): HistoryRow {
    const { offsets, indices, values } = this.model.byUser;
    return { items: indices.subarray(offsets[user], offsets[user + 1]), values: values.subarray(offsets[user], offsets[user + 1]) };
  }

  /** A history in dense indices; unknown items are left out, of a repeated item the last value stays. */
  protected readHistory(history: History): HistoryRow {
    const { items } = this.model;
    const byItem = new Map<number, number>();
    for (const entry of iterable<History extends Iterable<infer E> ? E : never>(history, 'history')) {
      const item = typeof entry === 'string' ? entry : entry?.item;
      const value = typeof entry === 'string' ? 1 : (entry?.value ?? 1);
      if (typeof item !== 'string') {
        throw new AttuneError('ERR_BAD_ARGUMENT', `Expected a history of item ids or { item, value }, got ${shown(entry)} in it.`);
      }
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw new AttuneError('ERR_BAD_VALUE', `Expected a finite value for item ${shown(item)} of the history, got ${shown(value)}.`);
      }
      const index = items.indexOf(item);
      if (index >= 0) byItem.set(index, value);
    }
    const indices = Int32Array.from(byItem.keys()).sort();
    return { items: indices, values: Float32Array.from(indices, (i) => byItem.get(i) as number) };
  }

  /** Dense index of a user, or -1 under 'empty'. @throws ERR_UNKNOWN_USER */
  protected userIndex(user: string, onUnknown: UnknownPolicy | undefined): number {
    const index = this.model.users.indexOf(user);
    if (index >= 0 || (onUnknown ?? this.onUnknown) === 'empty') return index;
    throw new AttuneError(
      'ERR_UNKNOWN_USER',
      `Expected a user the model was fitted on, got ${shown(user)}. Use recommendFor(history) for a visitor, fit again with newer data, or pass onUnknown: 'empty'.`,
    );
  }

  /** Dense index of an item, or -1 under 'empty'. @throws ERR_UNKNOWN_ITEM */
  protected itemIndex(item: string, onUnknown: UnknownPolicy | undefined): number {
    const index = this.model.items.indexOf(item);
    if (index >= 0 || (onUnknown ?? this.onUnknown) === 'empty') return index;
    throw new AttuneError(
      'ERR_UNKNOWN_ITEM',
      `Expected an item the model was fitted on, got ${shown(item)}. Fit again with newer data, use content for new items, or pass onUnknown: 'empty'.`,
    );
  }

  #request(
    o: { n: number; exclude: Iterable<string> | undefined; only: Iterable<string> | undefined; includeSeen: boolean },
    seen: Int32Array,
  ): RankRequest {
    return requestFor(this.model.items, o, o.includeSeen ? [] : seen);
  }

  #named(ranked: Ranked): Recommendation[] {
    const { items } = this.model;
    return Array.from(ranked.indices, (i, k) => ({ item: items.idAt(i), score: ranked.scores[k] }));
  }
}

/** The check of `onUnknown` in options of calls, and, with a default, of constructors. */
export const unknownCheck = optional(choice(['throw', 'empty'] as const));

const recommendChecks = {
  n: integer({ default: 10, min: 0 }),
  exclude: anything<Iterable<string> | undefined>(),
  only: anything<Iterable<string> | undefined>(),
  includeSeen: flag(false),
  onUnknown: unknownCheck,
};

const manyChecks = {
  n: anything<RecommendManyOptions['n']>(),
  exclude: anything<RecommendManyOptions['exclude']>(),
  only: anything<RecommendManyOptions['only']>(),
  includeSeen: anything<RecommendManyOptions['includeSeen']>(),
  onUnknown: unknownCheck,
};

const similarChecks = {
  n: integer({ default: 10, min: 0 }),
  metric: choice(['cosine', 'dot'] as const, 'cosine'),
  exclude: anything<Iterable<string> | undefined>(),
  only: anything<Iterable<string> | undefined>(),
  onUnknown: unknownCheck,
};

/** Ids to dense indices: what is left out, and what alone may come. Unknown ids do not matter. */
function requestFor(
  ids: IdMap,
  o: { n: number; exclude: Iterable<string> | undefined; only: Iterable<string> | undefined },
  leaveOut: ArrayLike<number>,
): RankRequest {
  let skip: Uint8Array | undefined;
  const mark = (index: number) => {
    if (index < 0) return;
    skip ??= new Uint8Array(ids.size);
    skip[index] = 1;
  };
  for (let k = 0; k < leaveOut.length; k++) mark(leaveOut[k]);
  if (o.exclude !== undefined) for (const id of iterable(o.exclude, 'exclude')) mark(ids.indexOf(id));
  let only: Int32Array | undefined;
  if (o.only !== undefined) {
    const indices = new Set<number>();
    for (const id of iterable(o.only, 'only')) if (ids.has(id)) indices.add(ids.indexOf(id));
    only = Int32Array.from(indices).sort();
  }
  return { n: Math.min(o.n, ids.size), skip, only };
}

/** The best of dense scores under a request. */
export function rankScores(scores: Float32Array, { n, skip, only }: RankRequest): Ranked {
  if (!only) return topK(scores, n, skip);
  const best = topK(
    Float32Array.from(only, (i) => scores[i]),
    n,
    skip && Uint8Array.from(only, (i) => skip[i]),
  );
  return { indices: best.indices.map((k) => only[k]), scores: best.scores };
}

/** Checks that something can be iterated; a lone string is a mistake here, because it would count as its letters. */
function iterable<T>(value: Iterable<T>, what: string): Iterable<T> {
  if (typeof value !== 'string' && value !== null && typeof value === 'object' && Symbol.iterator in value) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected an array or another iterable as ${what}, got ${shown(value)}.`);
}

function valueFor<T>(value: T | ((user: string) => T), user: string): T {
  return typeof value === 'function' ? (value as (user: string) => T)(user) : value;
}

/** Lists of many users in columns. */
class Batch implements RecommendationBatch {
  readonly users: readonly string[];
  readonly items: Int32Array;
  readonly scores: Float32Array;
  readonly offsets: Int32Array;
  readonly #ids: IdMap;

  constructor(users: string[], lists: Ranked[], ids: IdMap) {
    this.users = users;
    this.offsets = new Int32Array(users.length + 1);
    lists.forEach((list, k) => {
      this.offsets[k + 1] = this.offsets[k] + list.indices.length;
    });
    this.items = new Int32Array(this.offsets[users.length]);
    this.scores = new Float32Array(this.items.length);
    lists.forEach((list, k) => {
      this.items.set(list.indices, this.offsets[k]);
      this.scores.set(list.scores, this.offsets[k]);
    });
    this.#ids = ids;
  }

  at(k: number): Recommendation[] {
    const list: Recommendation[] = [];
    for (let e = this.offsets[k]; e < this.offsets[k + 1]; e++) list.push({ item: this.#ids.idAt(this.items[e]), score: this.scores[e] });
    return list;
  }

  *[Symbol.iterator](): IterableIterator<Recommendation[]> {
    for (let k = 0; k < this.users.length; k++) yield this.at(k);
  }
}
