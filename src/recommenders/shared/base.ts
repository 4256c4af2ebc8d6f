import type { ModelInfo, ModelStore } from '../../contracts/model-store.ts';
import type {
  FitOptions,
  History,
  KnownInteraction,
  Recommendation,
  RecommendationBatch,
  Recommender,
  RecommendManyOptions,
  RecommendOptions,
  SimilarOptions,
  SimilarUser,
  UnknownOptions,
  UnknownPolicy,
} from '../../contracts/recommender.ts';
import { checkIsInteractions } from '../../data/check-interactions.ts';
import type { Csr } from '../../data/csr.ts';
import type { IdMap } from '../../data/id-map.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Ranked, topK } from '../../numeric/top-k.ts';
import { readOptions } from '../../options.ts';
import { readMetadata, readModelStore } from '../../storage/shared/model-names.ts';
import { Batch } from './batch.ts';
import { manyChecks, recommendChecks, similarChecks, unknownCheck } from './call-options.ts';
import { type Filter, filterOf, indicesOf, iterable, perUser, union } from './filters.ts';

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
  /** A mark a dense index; not 0 = never return. undefined = nothing is left out. Valid during the call only. */
  skip: Uint8Array | undefined;
  /** The same as distinct dense indices, in no order. */
  skipped: Int32Array;
  /** Rank these only; ascending and distinct. */
  only: Int32Array | undefined;
}

/** The list of a known user that `recommendMany` is to make. */
export interface WantedList extends Filter {
  /** Dense index. */
  user: number;
  /** Whether items of the user's own history may come. */
  includeSeen: boolean;
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
  /** Whether `recommendFor` needs at least one known item. false in models that have an answer for everybody. */
  protected readonly needsHistory: boolean = true;
  /** Marks of what a list leaves out; all 0 between calls. One array for all calls, because a new one a user costs more than its list. */
  #marks = new Uint8Array(0);
  /** Scores of one profile, reused for the same reason. */
  #scores = new Float32Array(0);

  /** Makes a model that is not fitted. @param onUnknown what happens on unknown ids when a call does not say. */
  constructor(onUnknown: UnknownPolicy) {
    this.onUnknown = onUnknown;
  }

  abstract fit(interactions: Interactions, options?: FitOptions): Promise<this>;
  abstract toBytes(): Uint8Array<ArrayBuffer>;

  /** The profile of a known user. */
  protected abstract profileOf(user: number): Profile;
  /** The profile that a known user with this history would have. */
  protected abstract profileFrom(row: HistoryRow): Profile;
  /** Writes the score of every item; `scores` comes filled with 0. An item with NaN is never in a list. */
  protected abstract scoreAll(profile: Profile, scores: Float32Array): void;
  /** The scores of some items, bit for bit those of `scoreAll`. */
  protected abstract scoreSome(profile: Profile, items: Int32Array): Float32Array;
  /** Writes the similarity of every item to this one; `scores` comes filled with 0, NaN = not similar at all. */
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
    const filter = filterOf(this.items, o);
    return this.#named(this.#list(this.profileOf(index), this.historyOf(index), filter));
  }

  recommendFor(history: History, options: RecommendOptions = {}): Recommendation[] {
    const o = readOptions(`${this.kind}.recommendFor`, options, recommendChecks);
    const row = this.readHistory(history);
    if (row.items.length === 0 && this.needsHistory) {
      if ((o.onUnknown ?? this.onUnknown) === 'empty') return [];
      throw new AttuneError(
        'ERR_UNKNOWN_HISTORY',
        "Expected a history with at least one item the model was fitted on, got none. Fall back to popular items, fit again with newer data, or pass onUnknown: 'empty'.",
      );
    }
    const filter = filterOf(this.items, o);
    return this.#named(this.#list(this.profileFrom(row), row, filter));
  }

  recommendMany(users: Iterable<string>, options: RecommendManyOptions = {}): RecommendationBatch {
    const owner = `${this.kind}.recommendMany`;
    const o = readOptions(owner, options, manyChecks);
    const { items } = this.model;
    const n = perUser(o.n, (value) => recommendChecks.n(value, `${owner}: option 'n'`));
    const includeSeen = perUser(o.includeSeen, (value) => recommendChecks.includeSeen(value, `${owner}: option 'includeSeen'`));
    const exclude = perUser(o.exclude, (ids) => indicesOf(items, ids, 'exclude'));
    const only = perUser(o.only, (ids) => indicesOf(items, ids, 'only'));
    const asked = [...iterable(users, 'users')];
    const wanted = asked.map((user) => {
      const index = this.userIndex(user, o.onUnknown);
      if (index < 0) return undefined;
      return { user: index, n: Math.min(n(user), items.size), exclude: exclude(user), only: only(user), includeSeen: includeSeen(user) };
    });
    const lists = this.rankMany(wanted);
    return new Batch(asked, lists, items);
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

  interactionsOf(user: string, options: UnknownOptions = {}): KnownInteraction[] {
    const o = readOptions(`${this.kind}.interactionsOf`, options, { onUnknown: unknownCheck });
    const index = this.userIndex(user, o.onUnknown);
    if (index < 0) return [];
    const { items, values } = this.historyOf(index);
    return Array.from(items, (item, k) => ({ item: this.items.idAt(item), value: values[k] }));
  }

  similarItems(item: string, options: SimilarOptions = {}): Recommendation[] {
    const o = readOptions(`${this.kind}.similarItems`, options, similarChecks);
    const index = this.itemIndex(item, o.onUnknown);
    if (index < 0) return [];
    const { items } = this.model;
    const itself = Int32Array.of(index);
    return this.#named(this.#filtered(items.size, itself, filterOf(items, o), (request) => this.rankSimilar(index, o.metric, request)));
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
    const itself = Int32Array.of(index);
    const best = this.#filtered(users.size, itself, filterOf(users, o), (request) => this.rankSimilarUsers(index, o.metric, request));
    return Array.from(best.indices, (u, k) => ({ user: users.idAt(u), score: best.scores[k] }));
  }

  async save(store: ModelStore, name: string, metadata: Record<string, unknown> = {}): Promise<ModelInfo> {
    return readModelStore(store).put(name, this.toBytes(), { kind: this.kind, ...readMetadata(metadata) });
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
    const scores = this.#zeros(this.model.items.size);
    this.scoreAll(profile, scores);
    return rankScores(scores, request);
  }

  /** The lists of known users; none where nobody is known. Families that can make many together override it, with the same answers. */
  protected rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    return wanted.map((list) => this.rankOne(list));
  }

  /** One of them. */
  protected rankOne(list: WantedList | undefined): Ranked {
    return list ? this.#list(this.profileOf(list.user), this.historyOf(list.user), list) : nothing;
  }

  /** The items most similar to one, which the request leaves out. Families with something faster override it, with the same answer. */
  protected rankSimilar(item: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    const scores = this.#zeros(this.model.items.size);
    this.similarityAll(item, metric, scores);
    return rankScores(scores, request);
  }

  /** The same for users, in models that can. */
  protected rankSimilarUsers(user: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    const scores = this.#zeros(this.model.users.size);
    this.userSimilarityAll?.(user, metric, scores);
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
      if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
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

  #list(profile: Profile, history: HistoryRow, filter: Filter & { includeSeen: boolean }): Ranked {
    const seen = filter.includeSeen ? none : history.items;
    return this.#filtered(this.model.items.size, seen, filter, (request) => this.rank(profile, request));
  }

  /** Runs one ranking with what is left out marked, and takes the marks away again. No code of a caller runs in between. */
  #filtered(size: number, seen: Int32Array, { n, exclude = none, only }: Filter, rank: (request: RankRequest) => Ranked): Ranked {
    if (seen.length === 0 && exclude.length === 0) return rank({ n, skip: undefined, skipped: none, only });
    const skipped = union(seen, exclude);
    if (this.#marks.length !== size) this.#marks = new Uint8Array(size);
    const skip = this.#marks;
    for (let k = 0; k < skipped.length; k++) skip[skipped[k]] = 1;
    try {
      return rank({ n, skip, skipped, only });
    } finally {
      for (let k = 0; k < skipped.length; k++) skip[skipped[k]] = 0;
    }
  }

  #zeros(size: number): Float32Array {
    if (this.#scores.length !== size) this.#scores = new Float32Array(size);
    else this.#scores.fill(0);
    return this.#scores;
  }

  #named(ranked: Ranked): Recommendation[] {
    const { items } = this.model;
    return Array.from(ranked.indices, (i, k) => ({ item: items.idAt(i), score: ranked.scores[k] }));
  }
}

/**
 * Checks what `fit` and `partialFit` were given.
 * @throws ERR_BAD_ARGUMENT when it is no `Interactions`, ERR_EMPTY when it has no rows.
 */
export function checkInteractions(owner: string, interactions: Interactions): void {
  checkIsInteractions(owner, interactions);
  if (interactions.size === 0) throw new AttuneError('ERR_EMPTY', `${owner}: expected interactions with at least one row, got none.`);
}

const none = new Int32Array(0);
const nothing: Ranked = { indices: none, scores: new Float32Array(0) };

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
