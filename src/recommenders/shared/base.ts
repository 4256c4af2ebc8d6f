import { type History, type HistoryRow, readHistory, rowOf, sequenceOf } from '../../contracts/history.ts';
import type { ModelInfo, ModelStore } from '../../contracts/model-store.ts';
import {
  type Capability,
  capabilities,
  type FitOptions,
  type KnownInteraction,
  type RecommendationBatch,
  type RecommendationList,
  type Recommender,
  type RecommendManyOptions,
  type RecommendOptions,
  type SimilarOptions,
  type SimilarUser,
  type UnknownOptions,
  type UnknownPolicy,
  type WhyNot,
} from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import type { IdMap } from '../../data/id-map.ts';
import { type Id, indexOfId, textOf } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { checkIterable, readOptions } from '../../options.ts';
import { readMetadata, readModelStore } from '../../storage/shared/model-names.ts';
import { putSections } from '../../storage/shared/sections.ts';
import { Batch } from './batch.ts';
import { manyChecks, recommendChecks, similarChecks, unknownCheck } from './call-options.ts';
import { Exclusions, none } from './exclusions.ts';
import { type Filter, filterOf, indicesOf, perUser } from './filters.ts';
import { namedList, type RankRequest, rankScores, rankSome } from './lists.ts';
import { sectionsOf } from './sections.ts';
import { unknownHistory, unknownItem, unknownUser } from './unknown.ts';
import { whyNot } from './why-not.ts';

export type { HistoryRow } from '../../contracts/history.ts';
export { type RankRequest, rankScores } from './lists.ts';

/** What every fitted model has. A model is this plus what its family adds, replaced as a whole by `fit`. */
export interface FittedBase {
  /** Users; the index is the row of `byUser`. */
  users: IdMap;
  /** Items; the index is the column of `byUser`. */
  items: IdMap;
  /** What each user did: needed to leave out what was seen, and to fold in. */
  byUser: Csr;
}

/** The list of a known user that `recommendMany` is to make. */
export interface WantedList extends Filter {
  /** Dense index. */
  user: number;
  /** Whether items of the user's own history may be returned. */
  includeSeen: boolean;
}

/**
 * The part of the contract that all models share: ids, options, filters, unknown ids, batches. A family says how
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
  /** Whether the order and the times of a history count. */
  protected readonly readsOrder: boolean = false;
  /** Whether `fit` iterates, and takes `validate` and `patience`. */
  protected readonly iterates: boolean = false;
  readonly #exclusions = new Exclusions();
  /** Scores of one profile. One array for all calls, because a new one takes longer than a list. */
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
  /** Writes the similarity of every item to this one, in models that can; `scores` comes filled with 0, NaN = not similar at all. */
  protected similarityAll?(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void;
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

  can(capability: Capability): boolean {
    if (!capabilities.includes(capability)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `${this.kind}.can: expected one of ${capabilities.map(shown).join(', ')}, got ${shown(capability)}.`,
      );
    }
    if (capability === 'foldIn') return this.needsHistory;
    if (capability === 'sequence') return this.readsOrder;
    if (capability === 'earlyStopping') return this.iterates;
    return typeof (this as Recommender)[capability] === 'function';
  }

  recommend(user: Id, options: RecommendOptions = {}): RecommendationList {
    const owner = `${this.kind}.recommend`;
    const o = readOptions(owner, options, recommendChecks);
    const index = this.userIndex(user, o.onUnknown);
    if (index < 0) return [];
    const filter = filterOf(owner, this.items, o);
    return this.#named(this.#list(this.profileOf(index), this.historyOf(index), filter));
  }

  recommendFor(history: History, options: RecommendOptions = {}): RecommendationList {
    const owner = `${this.kind}.recommendFor`;
    const o = readOptions(owner, options, recommendChecks);
    const row = this.knownHistory(history, o.onUnknown);
    if (!row) return [];
    const filter = filterOf(owner, this.items, o);
    return this.#named(this.#list(this.profileFrom(row), row, filter));
  }

  /** The list of a profile that is no user's and no history's. */
  protected listOf(owner: string, profile: Profile, options: RecommendOptions): RecommendationList {
    const filter = filterOf(owner, this.items, readOptions(owner, options, recommendChecks));
    return this.#named(this.#list(profile, { items: new Int32Array(0), values: new Float32Array(0) }, filter));
  }

  whyNot(who: Id | History, item: Id, options: RecommendOptions = {}): WhyNot {
    const owner = `${this.kind}.whyNot`;
    const o = readOptions(owner, options, recommendChecks);
    const { items, users } = this.model;
    const isHistory = typeof who === 'object' && who !== null;
    const user = isHistory ? -1 : indexOfId(users, who, `${owner}: user`);
    const index = indexOfId(items, item, `${owner}: item`);
    const filter = { ...filterOf(owner, items, o), n: o.n };
    if (!isHistory && user < 0) return { reason: 'unknown-user' };
    const row = isHistory ? this.knownHistory(who, 'empty') : this.historyOf(user);
    if (!row) return { reason: 'unknown-history' };
    if (index < 0) return { reason: 'unknown-item' };
    const scores = () => this.#allScores(isHistory ? this.profileFrom(row) : this.profileOf(user));
    return whyNot({ item: index, filter, history: row, scores });
  }

  recommendMany(users: Iterable<Id>, options: RecommendManyOptions = {}): RecommendationBatch {
    const owner = `${this.kind}.recommendMany`;
    const o = readOptions(owner, options, manyChecks);
    const { items } = this.model;
    const n = perUser(o.n, (value) => recommendChecks.n(value, `${owner}: option 'n'`));
    const includeSeen = perUser(o.includeSeen, (value) => recommendChecks.includeSeen(value, `${owner}: option 'includeSeen'`));
    const exclude = perUser(o.exclude, (ids) => indicesOf(owner, items, ids, 'exclude'));
    const only = perUser(o.only, (ids) => indicesOf(owner, items, ids, 'only'));
    const asked = Array.from(checkIterable(owner, 'user ids', users), (user) => textOf(user, `${owner}: user`));
    const wanted = asked.map((user) => {
      const index = this.userIndex(user, o.onUnknown);
      if (index < 0) return undefined;
      return { user: index, n: Math.min(n(user), items.size), exclude: exclude(user), only: only(user), includeSeen: includeSeen(user) };
    });
    const lists = this.rankMany(wanted);
    return new Batch(asked, lists, items);
  }

  score(user: Id, items: Iterable<Id>, options: UnknownOptions = {}): Float32Array {
    const owner = `${this.kind}.score`;
    const o = readOptions(owner, options, { onUnknown: unknownCheck });
    const asked = [...checkIterable(owner, 'item ids', items)];
    const indices = Int32Array.from(asked, (item) => this.itemIndex(item, o.onUnknown));
    const index = this.userIndex(user, o.onUnknown);
    const scores = new Float32Array(asked.length).fill(Number.NaN);
    if (index < 0) return scores;
    const known = indices.filter((i) => i >= 0);
    const some = this.scoreSome(this.profileOf(index), known);
    for (let k = 0, next = 0; k < indices.length; k++) if (indices[k] >= 0) scores[k] = some[next++];
    return scores;
  }

  interactionsOf(user: Id, options: UnknownOptions = {}): KnownInteraction[] {
    const o = readOptions(`${this.kind}.interactionsOf`, options, { onUnknown: unknownCheck });
    const index = this.userIndex(user, o.onUnknown);
    if (index < 0) return [];
    const { items, values } = this.historyOf(index);
    return Array.from(items, (item, k) => ({ item: this.items.idAt(item), value: values[k] }));
  }

  async save(store: ModelStore, name: string, metadata: Record<string, unknown> = {}): Promise<ModelInfo> {
    return putSections(readModelStore(store), name, sectionsOf(this), { kind: this.kind, ...readMetadata(metadata) });
  }

  /**
   * The scores of all items for each of some known users, in dense indices; NaN where the model has none. For models made of models.
   * @internal
   */
  scoresOfUsers(users: readonly number[]): Float32Array[] {
    return users.map((user) => this.#allScores(this.profileOf(user)).slice());
  }

  /** The same for a visitor. @internal */
  scoresOfHistory(row: HistoryRow): Float32Array {
    return this.#allScores(this.profileFrom(row)).slice();
  }

  /** How similar all items are to one; undefined in models that cannot say. @internal */
  similaritiesOf(item: number, metric: 'cosine' | 'dot'): Float32Array | undefined {
    if (!this.similarityAll) return undefined;
    const scores = new Float32Array(this.model.items.size);
    this.similarityAll(item, metric, scores);
    return scores;
  }

  /** What a known user did, in dense indices. @internal */
  rowOfUser(user: number): HistoryRow {
    return this.historyOf(user);
  }

  /** Ids and rows. @internal */
  ownBase(): FittedBase {
    const { users, items, byUser } = this.model;
    return { users, items, byUser };
  }

  /** A function that brings back the model of now, for models made of models that are replaced together or not at all. @internal */
  remembered(): () => void {
    const { fitted } = this;
    return () => {
      if (this.fitted !== fitted) this.restore(fitted);
    };
  }

  /** Puts an earlier model back. Families that keep something beside their model override it. */
  protected restore(fitted: Fitted | undefined): void {
    this.fitted = fitted;
  }

  /** `similarItems` of models that can; they make it public. */
  protected listSimilarItems(item: Id, options: SimilarOptions): RecommendationList {
    const o = readOptions(`${this.kind}.similarItems`, options, similarChecks);
    const index = this.itemIndex(item, o.onUnknown);
    return this.#named(
      this.#othersLike(index, this.model.items, 'similarItems', o, (request) => this.rankSimilar(index, o.metric, request)),
    );
  }

  /** `similarUsers` of models that can; they make it public. */
  protected listSimilarUsers(user: Id, options: SimilarOptions): SimilarUser[] {
    const o = readOptions(`${this.kind}.similarUsers`, options, similarChecks);
    const index = this.userIndex(user, o.onUnknown);
    const { users } = this.model;
    const best = this.#othersLike(index, users, 'similarUsers', o, (request) => this.rankSimilarUsers(index, o.metric, request));
    return Array.from(best.indices, (u, k) => ({ user: users.idAt(u), score: best.scores[k] }));
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
    const { only } = request;
    return only ? rankSome(this.scoreSome(profile, only), { ...request, only }) : rankScores(this.#allScores(profile), request);
  }

  /** The lists of known users; none where nobody is known. Families that can make many together override it, with the same answers. */
  protected rankMany(wanted: readonly (WantedList | undefined)[]): Ranked[] {
    return wanted.map((list) => this.rankOne(list));
  }

  /** One of them. */
  protected rankOne(list: WantedList | undefined): Ranked {
    return list ? this.#list(this.profileOf(list.user), this.historyOf(list.user), list) : nothing;
  }

  /** One of them from scores that were made already, those of `scoreAll`. */
  protected rankScored(list: WantedList, scores: Float32Array): Ranked {
    const seen = list.includeSeen ? none : this.historyOf(list.user).items;
    return this.#exclusions.rank(scores.length, seen, list, (request) => rankScores(scores, request));
  }

  /** The items most similar to one, which the request leaves out. Families with something faster override it, with the same answer. */
  protected rankSimilar(item: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    const scores = this.#zeros(this.model.items.size);
    this.similarityAll?.(item, metric, scores);
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

  /** A history in dense indices, or undefined under 'empty' where the model needs a known item and has none. @throws ERR_UNKNOWN_HISTORY */
  protected knownHistory(history: History, onUnknown: UnknownPolicy | undefined): HistoryRow | undefined {
    const row = this.readHistory(history);
    if (row.items.length > 0 || !this.needsHistory) return row;
    if ((onUnknown ?? this.onUnknown) === 'empty') return undefined;
    throw unknownHistory();
  }

  /** A history in dense indices; unknown items are left out, of a repeated item the last value stays. */
  protected readHistory(history: History): HistoryRow {
    const { items } = this.model;
    return rowOf(sequenceOf(readHistory(this.kind, history), (item) => items.indexOf(item)));
  }

  /** Dense index of a user, or -1 under 'empty'. @throws ERR_UNKNOWN_USER, ERR_BAD_ID */
  protected userIndex(user: Id, onUnknown: UnknownPolicy | undefined): number {
    const index = indexOfId(this.model.users, user, `${this.kind}: user`);
    if (index >= 0 || (onUnknown ?? this.onUnknown) === 'empty') return index;
    throw unknownUser(user);
  }

  /** Dense index of an item, or -1 under 'empty'. @throws ERR_UNKNOWN_ITEM, ERR_BAD_ID */
  protected itemIndex(item: Id, onUnknown: UnknownPolicy | undefined): number {
    const index = indexOfId(this.model.items, item, `${this.kind}: item`);
    if (index >= 0 || (onUnknown ?? this.onUnknown) === 'empty') return index;
    throw unknownItem(item);
  }

  #list(profile: Profile, history: HistoryRow, filter: Filter & { includeSeen: boolean }): Ranked {
    const seen = filter.includeSeen ? none : history.items;
    return this.#exclusions.rank(this.model.items.size, seen, filter, (request) => this.rank(profile, request));
  }

  #allScores(profile: Profile): Float32Array {
    const scores = this.#zeros(this.model.items.size);
    this.scoreAll(profile, scores);
    return scores;
  }

  #zeros(size: number): Float32Array {
    if (this.#scores.length !== size) this.#scores = new Float32Array(size);
    else this.#scores.fill(0);
    return this.#scores;
  }

  /** The best of a ranking of items or users by how like one of them they are, never itself. */
  #othersLike(index: number, ids: IdMap, call: string, o: Parameters<typeof filterOf>[2], rank: (request: RankRequest) => Ranked): Ranked {
    if (index < 0) return nothing;
    return this.#exclusions.rank(ids.size, Int32Array.of(index), filterOf(`${this.kind}.${call}`, ids, o), rank);
  }

  #named(ranked: Ranked): RecommendationList {
    return namedList(this.model.items, ranked);
  }
}

const nothing: Ranked = { indices: none, scores: new Float32Array(0) };
