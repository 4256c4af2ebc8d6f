import { type History, readHistory } from '../../contracts/history.ts';
import type { Recommendation } from '../../contracts/recommender.ts';
import { type Id, idSet, textOf } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { isVector } from '../../numeric/is-vector.ts';
import { TopK } from '../../numeric/top-k.ts';
import { abortSignal, anything, checkIterable, checkNamed, checkOptions, integer, readOptions } from '../../options.ts';
import { learn } from './bridge-fit.ts';
import {
  type BridgeListOptions,
  type BridgeRequest,
  type BridgeSettings,
  type ContentBridgeOptions,
  readBridgeOptions,
} from './bridge-options.ts';
import { BridgeScale, type Taste } from './bridge-scale.ts';
import { FactorSpace } from './factor-space.ts';
import type { BridgeFit } from './fitted-bridge.ts';

/**
 * Learns from items that have both how contents become factors. New items then have factors at once, and so have words. The score of an item
 * is (1 - content) * the dot product of factors + content * the likeness of contents to what the visitor chose, sum of value * max(0,
 * cosine)^2, both standardized over the items of the bridge. It is a snapshot of the model: make another one after `fit` or
 * `partialFit`. New items of the index are seen by themselves.
 *
 * @throws ERR_BAD_OPTION; ERR_EMPTY when fewer than two items have factors and contents.
 */
export function contentBridge(options: ContentBridgeOptions): ContentBridge {
  return new ContentBridge(options);
}

/** Number of the best items by either part that are scored by both; at least four times the list. */
const depth = 500;
/** Only this many latest entries of a history count; older ones add little and take time. */
const longestHistory = 50;

/** Factors of items without interactions; made by {@link contentBridge}. As a source of a `HybridRanker` it counts as content. */
export class ContentBridge {
  /** What kind of evidence it uses, as a source. */
  readonly role = 'content';
  readonly #settings: BridgeSettings;
  readonly #space: FactorSpace;
  readonly #fit: BridgeFit;
  readonly #probes: string[];
  readonly #columns: number;
  /** Ids of known items, then of new ones. */
  #ids: string[] = [];
  #at = new Map<string, number>();
  /** Factors of {@link #ids}, row-major. */
  #factors = new Float64Array(0);
  #scale: BridgeScale;
  #seenSize = -1;

  /** The same as {@link contentBridge}. @throws ERR_BAD_OPTION, ERR_EMPTY */
  constructor(options: ContentBridgeOptions) {
    const settings = readBridgeOptions(options);
    const { data, rows, columns } = settings.recommender.itemFactors;
    this.#settings = settings;
    this.#columns = columns;
    this.#fit = learn(settings);
    this.#space = new FactorSpace(data, rows, columns, settings.recommender.options?.regularization ?? 1);
    this.#probes = Array.from(this.#space.probes, (row) => settings.recommender.items.idAt(row));
    this.#scale = this.#refreshed();
  }

  /** The penalty in use, in units of the mean eigenvalue; undefined unless the method is `'ridge'`. */
  get penalty(): number | undefined {
    return this.#fit.penalty;
  }

  /** Share of the variance of factors that contents explain in left-out items; at most 1. `'neighbours'` measures it on 200 of them. */
  get explained(): number {
    return this.#fit.explained();
  }

  /** Factors of contents. @throws ERR_BAD_ARGUMENT when the vector is of another length than those of the index, or not of finite numbers. */
  factorsOf(vector: ArrayLike<number>): Float64Array {
    if (isVector(vector, this.#fit.inputs)) return this.#fit.predict(vector);
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `ContentBridge.factorsOf: expected a vector of ${this.#fit.inputs} finite numbers, got ${isVector(vector as unknown) ? (vector as ArrayLike<number>).length : shown(vector)}.`,
    );
  }

  /**
   * The best items for a known user, new ones among the others. Items the model knows the user to have had are left out.
   * @throws what the model throws for an unknown user.
   */
  recommend(user: Id, options: BridgeListOptions = {}): Recommendation[] {
    const id = textOf(user, 'ContentBridge.recommend: user');
    return this.#rank(this.#ofUser(id), options, this.#seenBy(id));
  }

  /** The best items for a history, new ones among the others; without those of the history. Contents stand in for new items of it. */
  recommendFor(history: History, options: BridgeListOptions = {}): Recommendation[] {
    const entries = readHistory('ContentBridge.recommendFor', history);
    return this.#rank(this.#ofHistory(entries), options, new Set(entries.map(({ item }) => item)));
  }

  /** The best items for words, as if their author liked an item with such contents. */
  async recommendForInterests(
    interests: string,
    options: BridgeListOptions & { signal?: AbortSignal | undefined } = {},
  ): Promise<Recommendation[]> {
    const { signal, ...rest } = checkOptions('ContentBridge.recommendForInterests', options) as typeof options;
    abortSignal(signal, "ContentBridge.recommendForInterests: option 'signal'");
    if (typeof interests !== 'string') {
      throw new AttuneError('ERR_BAD_ARGUMENT', `ContentBridge.recommendForInterests: expected a text, got ${shown(interests)}.`);
    }
    return this.#rank(await this.#ofWords(interests, signal), rest, new Set());
  }

  /** The scores of items for a known user, in the order asked; NaN for an item without factors and contents. */
  score(user: Id, items: Iterable<Id>): Float32Array {
    checkIterable('ContentBridge.score', 'item ids', items);
    const taste = this.#ofUser(textOf(user, 'ContentBridge.score: user'));
    this.#see();
    const scoreOf = this.#scorer(taste);
    return Float32Array.from(items, (item) => {
      const row = this.#at.get(textOf(item, 'ContentBridge.score: item'));
      return row === undefined ? Number.NaN : scoreOf(row);
    });
  }

  /** Whether there is anything to go by. @throws ERR_BAD_ARGUMENT */
  canAnswer(request: BridgeRequest): boolean {
    const { user, history, interests, query } = checkedRequest('ContentBridge.canAnswer', request);
    const { recommender, vectors } = this.#settings;
    const hasWords = vectors.embedder !== undefined && (interests.length > 0 || query !== undefined);
    if (hasWords || (user !== undefined && recommender.users.has(user))) return true;
    return history.some(({ item }) => recommender.items.has(item) || vectors.vectorOf(item) !== undefined);
  }

  /** What the model says that a user has had, as a source of a `HybridRanker`; undefined when it cannot tell or does not know the user. */
  interactionsOf(user: string): BridgeHistoryEntry[] | undefined {
    const { recommender } = this.#settings;
    if (!recommender.interactionsOf || !recommender.users.has(user)) return undefined;
    return Array.from(recommender.interactionsOf(user), ({ item, value = 1 }) => ({ item, value }));
  }

  /** Answers as a source of a `HybridRanker`: what is known of the user or the history, and of the words, added up. @throws ERR_BAD_ARGUMENT */
  async answer(request: BridgeRequest): Promise<Recommendation[]> {
    const { user, history, interests, query, signal, n, exclude, only } = checkedRequest('ContentBridge.answer', request);
    const words = query ?? interests.join(' ');
    const tastes = [await this.#ofWords(words, signal)];
    if (history.length > 0) tastes.push(this.#ofHistory(history));
    else if (user !== undefined && this.#settings.recommender.users.has(user)) tastes.push(this.#ofUser(user));
    return this.#rank(joined(tastes), { n, exclude, only }, new Set());
  }

  /**
   * Takes new items of the index in. Happens by itself when the number of its items has changed; call it after items were replaced.
   */
  refresh(): void {
    this.#scale = this.#refreshed();
  }

  #refreshed(): BridgeScale {
    const { recommender, vectors: index, content } = this.#settings;
    const { data, rows } = recommender.itemFactors;
    const fresh: [string, Float64Array][] = [];
    for (const item of index.items) {
      const vector = recommender.items.has(item) ? undefined : index.vectorOf(item);
      if (vector) fresh.push([item, this.factorsOf(vector)]);
    }
    this.#ids = Array.from({ length: rows }, (_, row) => recommender.items.idAt(row));
    this.#factors = new Float64Array((rows + fresh.length) * this.#columns);
    for (let at = 0; at < rows * this.#columns; at++) this.#factors[at] = data[at];
    for (const [item, factors] of fresh) {
      this.#factors.set(factors, this.#ids.length * this.#columns);
      this.#ids.push(item);
    }
    this.#at = new Map(this.#ids.map((id, row) => [id, row]));
    this.#seenSize = index.size;
    return new BridgeScale({
      content,
      size: this.#ids.length,
      vectorOf: (row) => index.vectorOf(this.#ids[row]),
      dot: (taste, row) => this.#dot(taste, row),
    });
  }

  #see(): void {
    if (this.#settings.vectors.size !== this.#seenSize) this.refresh();
  }

  #ofUser(user: string): Taste {
    const { recommender } = this.#settings;
    const list = recommender.recommend(user, { n: this.#probes.length, only: this.#probes, includeSeen: true });
    return { factors: this.#vectorFrom(list), ...this.#likesOf([...(recommender.interactionsOf?.(user) ?? [])]) };
  }

  /** What a user has had: what the model says, or all that it does not recommend. */
  #seenBy(user: string): Set<string> {
    const { recommender } = this.#settings;
    if (recommender.interactionsOf) return new Set(Array.from(recommender.interactionsOf(user), ({ item }) => item));
    const { rows } = recommender.itemFactors;
    const seen = new Set(this.#ids.slice(0, rows));
    for (const { item } of recommender.recommend(user, { n: rows })) seen.delete(item);
    return seen;
  }

  /** The taste by the model for the items it knows, and by content for the others. */
  #ofHistory(history: readonly Entry[]): Taste {
    const { recommender, vectors } = this.#settings;
    const known = history.filter(({ item }) => recommender.items.has(item));
    const parts: Float64Array[] = [];
    if (known.length > 0) {
      parts.push(this.#vectorFrom(recommender.recommendFor(known, { n: this.#probes.length, only: this.#probes, includeSeen: true })));
    }
    for (const { item, value = 1 } of history) {
      const vector = value > 0 && !recommender.items.has(item) ? vectors.vectorOf(item) : undefined;
      if (vector) parts.push(this.#space.likes(this.factorsOf(vector), this.#alpha * value));
    }
    return { factors: sum(parts), ...this.#likesOf(history) };
  }

  async #ofWords(words: string, signal: AbortSignal | undefined): Promise<Taste> {
    const vector = words.trim() ? await this.#settings.vectors.embedder?.embed([words], { signal }) : undefined;
    if (!vector || Array.prototype.every.call(vector, (value) => value === 0)) return { factors: undefined, likes: [], history: [] };
    return { factors: this.#space.likes(this.factorsOf(vector), this.#alpha), likes: [{ vector, value: 1 }], history: [] };
  }

  #likesOf(history: readonly Entry[]): Omit<Taste, 'factors'> {
    if (this.#settings.content === 0) return { likes: [], history: [] };
    const entries = history.slice(-longestHistory).flatMap(({ item, value = 1 }) => {
      const vector = this.#settings.vectors.vectorOf(item);
      return vector ? [{ item, value, vector }] : [];
    });
    return { likes: entries, history: entries.map(({ item, value }) => ({ item, value })) };
  }

  get #alpha(): number {
    return this.#settings.recommender.options?.alpha ?? 10;
  }

  #vectorFrom(list: readonly Recommendation[]): Float64Array {
    const scores = new Map(list.map(({ item, score }) => [item, score]));
    return this.#space.vectorFrom(this.#probes.map((item) => scores.get(item) ?? 0));
  }

  #dot(factors: Float64Array, row: number): number {
    let score = 0;
    for (let q = 0, at = row * this.#columns; q < this.#columns; q++) score += factors[q] * this.#factors[at + q];
    return score;
  }

  #scorer(taste: Taste): (row: number) => number {
    const { vectors } = this.#settings;
    return this.#scale.scorer(taste, (row) => vectors.vectorOf(this.#ids[row]));
  }

  #rank(taste: Taste, options: BridgeListOptions, seen: ReadonlySet<string>): Recommendation[] {
    const o = readOptions('ContentBridge', options, {
      n: integer({ default: 10, min: 0 }),
      exclude: anything<Iterable<Id> | undefined>(),
      only: anything<Iterable<Id> | undefined>(),
    });
    if (!taste.factors && taste.likes.length === 0) return [];
    this.#see();
    const never = new Set([...seen, ...idSet(o.exclude ?? [], "ContentBridge: option 'exclude'")]);
    const only = o.only && idSet(o.only, "ContentBridge: option 'only'");
    const rows = only ? Array.from(only, (item) => this.#at.get(item) ?? -1).sort((a, b) => a - b) : this.#ids.keys();
    const allowed = Array.from(rows).filter((row) => row >= 0 && !never.has(this.#ids[row]));
    const scoreOf = this.#scorer(taste);
    const best = new TopK(Math.min(o.n, allowed.length));
    for (const row of this.#candidates(taste, allowed, Math.max(depth, 4 * o.n), { exclude: never, only })) best.offer(row, scoreOf(row));
    const { indices, scores } = best.take();
    return Array.from(indices, (row, k) => ({ item: this.#ids[row], score: scores[k] }));
  }

  /** The rows worth the whole score, ascending: of a large catalogue the best by factors and the best by contents. */
  #candidates(taste: Taste, allowed: number[], size: number, options: { exclude: Set<string>; only: Set<string> | undefined }): number[] {
    const { similarTo } = this.#settings.vectors;
    const { factors, likes, history } = taste;
    // Contents of words, and of indexes that cannot search, are compared one by one.
    const canSearch = likes.length === 0 || (similarTo !== undefined && likes.length === history.length);
    if (allowed.length <= 2 * size || !canSearch) return allowed;
    const chosen = new Set<number>();
    if (factors) {
      const best = new TopK(size);
      for (const row of allowed) best.offer(row, this.#dot(factors, row));
      for (const row of best.take().indices) chosen.add(row);
    }
    const near = likes.length === 0 ? [] : this.#settings.vectors.similarTo?.(history, { ...options, n: size, includeSeen: true });
    for (const { item } of near ?? []) chosen.add(this.#at.get(item) ?? -1);
    chosen.delete(-1); // put into the index in the place of another one since the last refresh
    return [...chosen].sort((a, b) => a - b);
  }
}

/** What a user has had, and how much of it. */
export interface BridgeHistoryEntry {
  /** Item id. */
  item: string;
  /** Value of the interaction; 1 where there is none. */
  value: number;
}

/** One entry of a history. */
interface Entry {
  item: string;
  value?: number | undefined;
}

function joined(tastes: readonly Taste[]): Taste {
  const factors = sum(tastes.flatMap(({ factors }) => factors ?? []));
  return { factors, likes: tastes.flatMap(({ likes }) => likes), history: tastes.flatMap(({ history }) => history) };
}

function sum(vectors: readonly Float64Array[]): Float64Array | undefined {
  return vectors.length === 0 ? undefined : vectors[0].map((_, q) => vectors.reduce((total, vector) => total + vector[q], 0));
}

function checkedRequest(owner: string, request: BridgeRequest): BridgeRequest {
  const { history, interests, query } = checkNamed(owner, 'a request', request);
  if (!Array.isArray(history) || !Array.isArray(interests) || [...interests, query ?? ''].some((words) => typeof words !== 'string')) {
    const got = [history, interests, query].map(shown).join(', ');
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected { history, interests, query } of lists and texts, got ${got}.`);
  }
  return { ...request, history: readHistory(owner, history) };
}
