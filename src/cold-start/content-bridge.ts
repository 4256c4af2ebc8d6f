import type { IdMap } from '../data/id-map.ts';
import { TopK } from '../engine/top-k.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, integer, number, optional, readOptions } from '../options.ts';
import type { History, Recommendation, RecommendOptions } from '../recommenders/recommender.ts';
import { learn } from './bridge-fit.ts';
import { FactorSpace } from './factor-space.ts';
import type { RidgeFit } from './ridge.ts';

/** What a bridge needs of a factor model, such as `AlsRecommender`. */
export interface BridgeRecommender {
  /** One row an item of `items`, row-major. Scores are dot products with them. */
  readonly itemFactors: {
    /** Row-major. */
    data: ArrayLike<number>;
    /** Number of items. */
    rows: number;
    /** Number of factors. */
    columns: number;
  };
  /** Its items, whose index is the row of the factors. */
  readonly items: Pick<IdMap, 'indexOf' | 'idAt' | 'has'>;
  /** Its users. */
  readonly users: Pick<IdMap, 'has'>;
  /** The list of a user it knows. */
  recommend(user: string, options?: RecommendOptions): readonly Recommendation[];
  /** The list of somebody with this history. */
  recommendFor(history: History, options?: RecommendOptions): readonly Recommendation[];
  /** What it knows that a user did. Without it, what it does not recommend. */
  interactionsOf?(user: string): Iterable<Pick<Recommendation, 'item'>>;
  /** `alpha` and `regularization` place words among users. */
  readonly options?: {
    /** Confidence is 1 + alpha * value. */
    readonly alpha?: number;
    /** Weight of the squared factors in the loss. */
    readonly regularization?: number;
  };
}

/** What a bridge needs of an index of contents, such as `SemanticIndex`. */
export interface BridgeIndex {
  /** Number of items. */
  readonly size: number;
  /** Ids of the items. */
  readonly items: Iterable<string>;
  /** The vector of an item's contents. */
  vectorOf(item: string): ArrayLike<number> | undefined;
  /** Makes vectors of words. Without it there are no answers to interests. */
  readonly embedder?: {
    /** One row a text, row-major. */
    embed(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<ArrayLike<number>>;
  };
}

/** Options of {@link contentBridge}. */
export interface ContentBridgeOptions {
  /** A fitted factor model for implicit feedback. */
  recommender: BridgeRecommender;
  /** Contents of its items, and of new ones. */
  vectors: BridgeIndex;
  /**
   * How often each item was chosen, by which its factors are believed (weight log(1 + count), 0 = left out): the interactions the model was
   * fitted on, or a function. Default: all alike.
   */
  counts?:
    | {
        /** Item ids. */
        items: Pick<IdMap, 'indexOf'>;
        /** Item of each interaction. */
        itemIndices: Int32Array;
      }
    | ((item: string) => number);
  /** Penalty in units of the mean eigenvalue of the contents' covariance. Above 0; default the best of seven by leave-one-out. */
  penalty?: number;
  /** Learn from at most so many items, the most chosen ones. From 2, default 5000. */
  maxItems?: number;
}

/** Options of the lists of a bridge. */
export interface BridgeListOptions {
  /** How many at most. Default 10. */
  n?: number;
  /** Item ids never to return. */
  exclude?: Iterable<string>;
  /** Rank these items and no others. */
  only?: Iterable<string>;
}

/** What a bridge is told when it is a source of a ranker. */
export interface BridgeRequest extends BridgeListOptions {
  /** User id. */
  user?: string | undefined;
  /** What the visitor did. */
  history: readonly {
    /** Item id. */
    item: string;
    /** Rating, count or weight. */
    value: number;
  }[];
  /** Words for what the visitor likes. */
  interests: readonly string[];
  /** What the visitor looks for. */
  query: string | undefined;
  /** Aborts when the answer is no longer waited for. */
  signal?: AbortSignal;
}

/**
 * Learns from items that have both how contents become factors (weighted ridge regression, as in "Learning attribute-to-feature mappings for
 * cold-start recommendations", Gantner et al., ICDM 2010). New items then have factors at once, and so have words. It is a snapshot of the
 * model: make another one after `fit` or `partialFit`. New items of the index are seen by themselves.
 *
 * @throws ERR_BAD_OPTION; ERR_EMPTY when fewer than two items have factors and contents.
 */
export function contentBridge(options: ContentBridgeOptions): ContentBridge {
  return new ContentBridge(options);
}

/** Factors of items without interactions; made by {@link contentBridge}. As a source of a `HybridRanker` it counts as content. */
export class ContentBridge {
  /** What it stands on, as a source. */
  readonly role = 'content';
  readonly #model: BridgeRecommender;
  readonly #index: BridgeIndex;
  readonly #space: FactorSpace;
  readonly #fit: RidgeFit;
  readonly #probes: string[];
  readonly #columns: number;
  readonly #known: number;
  /** Ids of known items, then of new ones. */
  #ids: string[] = [];
  #at = new Map<string, number>();
  /** Factors of {@link #ids}, row-major. */
  #factors = new Float64Array(0);
  #seenSize = -1;

  /** The same as {@link contentBridge}. @throws ERR_BAD_OPTION, ERR_EMPTY */
  constructor(options: ContentBridgeOptions) {
    const o = readOptions('contentBridge', options, {
      recommender: (value, name): BridgeRecommender => {
        const given = value as BridgeRecommender | undefined;
        if (given?.itemFactors?.data && typeof given.recommendFor === 'function') return given;
        throw new AttuneError(
          'ERR_BAD_OPTION',
          `${name} must be a fitted model with item factors, such as AlsRecommender, got ${shown(value)}.`,
        );
      },
      vectors: (value, name): BridgeIndex => {
        const given = value as BridgeIndex | undefined;
        if (typeof given?.vectorOf === 'function') return given;
        throw new AttuneError('ERR_BAD_OPTION', `${name} must be an index with vectors, such as SemanticIndex, got ${shown(value)}.`);
      },
      counts: anything<ContentBridgeOptions['counts']>(),
      penalty: optional(number({ above: 0 })),
      maxItems: integer({ default: 5000, min: 2 }),
    });
    const { data, rows, columns } = o.recommender.itemFactors;
    this.#model = o.recommender;
    this.#index = o.vectors;
    this.#columns = columns;
    this.#known = rows;
    this.#fit = learn(o);
    this.#space = new FactorSpace(data, rows, columns, o.recommender.options?.regularization ?? 1);
    this.#probes = Array.from(this.#space.probes, (row) => o.recommender.items.idAt(row));
    this.refresh();
  }

  /** The penalty in use, in units of the mean eigenvalue. */
  get penalty(): number {
    return this.#fit.penalty;
  }

  /** Share of the weighted variance of factors that contents explain, measured by leaving each item out; at most 1. */
  get explained(): number {
    return this.#fit.explained;
  }

  /** Factors of contents: intercept + coefficients' vector. */
  factorsOf(vector: ArrayLike<number>): Float64Array {
    const f = this.#columns;
    const factors = this.#fit.intercept.slice();
    if (vector.length * f !== this.#fit.coefficients.length) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `ContentBridge.factorsOf: expected a vector of ${this.#fit.coefficients.length / f} numbers, got ${vector.length}.`,
      );
    }
    for (let k = 0; k < vector.length; k++) for (let q = 0; q < f; q++) factors[q] += vector[k] * this.#fit.coefficients[k * f + q];
    return factors;
  }

  /**
   * The best items for a known user, new ones among the others. Items the model knows the user to have had are left out.
   * @throws what the model throws for an unknown user.
   */
  recommend(user: string, options: BridgeListOptions = {}): Recommendation[] {
    return this.#rank(this.#ofUser(user), options, this.#seenBy(user));
  }

  /** The best items for a history, new ones among the others; without those of the history. Contents stand in for new items of it. */
  recommendFor(history: History, options: BridgeListOptions = {}): Recommendation[] {
    const entries = [...history].map((entry) => (typeof entry === 'string' ? { item: entry, value: 1 } : { value: 1, ...entry }));
    const seen = new Set(entries.map(({ item }) => item));
    const vector = this.#sum([this.#ofHistory(entries), ...this.#ofNew(entries)]);
    return vector ? this.#rank(vector, options, seen) : [];
  }

  /** The best items for words, as if their author liked an item with such contents. */
  async recommendForInterests(interests: string, options: BridgeListOptions & { signal?: AbortSignal } = {}): Promise<Recommendation[]> {
    const { signal, ...rest } = options;
    const vector = await this.#ofWords(interests, signal);
    return vector ? this.#rank(vector, rest, new Set()) : [];
  }

  /** The scores of items for a known user, in the order asked; NaN for an item without factors and contents. */
  score(user: string, items: Iterable<string>): Float32Array {
    const vector = this.#ofUser(user);
    this.#see();
    return Float32Array.from(items, (item) => this.#scoreAt(vector, this.#at.get(item)));
  }

  /** Whether there is anything to go by. */
  canAnswer({ user, history, interests, query }: BridgeRequest): boolean {
    const hasWords = this.#index.embedder !== undefined && (interests.length > 0 || query !== undefined);
    if (hasWords || (user !== undefined && this.#model.users.has(user))) return true;
    return history.some(({ item }) => this.#model.items.has(item) || this.#index.vectorOf(item) !== undefined);
  }

  /** Answers as a source of a `HybridRanker`: what is known of the user or the history, and of the words, added up. */
  async answer({ user, history, interests, query, signal, n, exclude, only }: BridgeRequest): Promise<Recommendation[]> {
    const words = query ?? interests.join(' ');
    const parts = [words.trim() ? await this.#ofWords(words, signal) : undefined];
    if (history.length > 0) parts.push(this.#ofHistory(history), ...this.#ofNew(history));
    else if (user !== undefined && this.#model.users.has(user)) parts.push(this.#ofUser(user));
    const vector = this.#sum(parts);
    return vector ? this.#rank(vector, { n, exclude, only }, new Set()) : [];
  }

  /**
   * Takes new items of the index in. Happens by itself when the number of its items has changed; call it after items were replaced.
   */
  refresh(): void {
    const { data } = this.#model.itemFactors;
    const fresh: [string, Float64Array][] = [];
    for (const item of this.#index.items) {
      const vector = this.#model.items.has(item) ? undefined : this.#index.vectorOf(item);
      if (vector) fresh.push([item, this.factorsOf(vector)]);
    }
    this.#ids = Array.from({ length: this.#known }, (_, row) => this.#model.items.idAt(row));
    this.#factors = new Float64Array((this.#known + fresh.length) * this.#columns);
    for (let at = 0; at < this.#known * this.#columns; at++) this.#factors[at] = data[at];
    for (const [item, factors] of fresh) {
      this.#factors.set(factors, this.#ids.length * this.#columns);
      this.#ids.push(item);
    }
    this.#at = new Map(this.#ids.map((id, row) => [id, row]));
    this.#seenSize = this.#index.size;
  }

  #see(): void {
    if (this.#index.size !== this.#seenSize) this.refresh();
  }

  #ofUser(user: string): Float64Array {
    return this.#vectorFrom(this.#model.recommend(user, { n: this.#probes.length, only: this.#probes, includeSeen: true }));
  }

  /** What a user has had: what the model says, or all that it does not recommend. */
  #seenBy(user: string): Set<string> {
    if (this.#model.interactionsOf) return new Set(Array.from(this.#model.interactionsOf(user), ({ item }) => item));
    const seen = new Set(this.#ids.slice(0, this.#known));
    for (const { item } of this.#model.recommend(user, { n: this.#known })) seen.delete(item);
    return seen;
  }

  /** The vector of what the model knows of a history; undefined when that is nothing. */
  #ofHistory(history: readonly { item: string; value?: number }[]): Float64Array | undefined {
    const known = history.filter(({ item }) => this.#model.items.has(item));
    if (known.length === 0) return undefined;
    return this.#vectorFrom(this.#model.recommendFor(known, { n: this.#probes.length, only: this.#probes, includeSeen: true }));
  }

  /** A vector for each liked item of a history that the model does not know but the index does. */
  #ofNew(history: readonly { item: string; value?: number }[]): Float64Array[] {
    const fresh = history.filter(({ item, value = 1 }) => value > 0 && !this.#model.items.has(item));
    return fresh.flatMap(({ item, value = 1 }) => {
      const vector = this.#index.vectorOf(item);
      return vector ? [this.#space.likes(this.factorsOf(vector), this.#alpha * value)] : [];
    });
  }

  async #ofWords(words: string, signal: AbortSignal | undefined): Promise<Float64Array | undefined> {
    const vector = await this.#index.embedder?.embed([words], { signal });
    if (!vector || Array.prototype.every.call(vector, (value) => value === 0)) return undefined;
    return this.#space.likes(this.factorsOf(vector), this.#alpha);
  }

  get #alpha(): number {
    return this.#model.options?.alpha ?? 10;
  }

  #vectorFrom(list: readonly Recommendation[]): Float64Array {
    const scores = new Map(list.map(({ item, score }) => [item, score]));
    return this.#space.vectorFrom(this.#probes.map((item) => scores.get(item) ?? 0));
  }

  #sum(vectors: readonly (Float64Array | undefined)[]): Float64Array | undefined {
    const some = vectors.filter((vector) => vector !== undefined);
    return some.length === 0 ? undefined : some[0].map((_, q) => some.reduce((sum, vector) => sum + vector[q], 0));
  }

  #scoreAt(vector: Float64Array, row: number | undefined): number {
    if (row === undefined) return Number.NaN;
    let score = 0;
    for (let q = 0, at = row * this.#columns; q < this.#columns; q++) score += vector[q] * this.#factors[at + q];
    return score;
  }

  #rank(vector: Float64Array, options: BridgeListOptions, seen: ReadonlySet<string>): Recommendation[] {
    const o = readOptions('ContentBridge', options, {
      n: integer({ default: 10, min: 0 }),
      exclude: anything<Iterable<string> | undefined>(),
      only: anything<Iterable<string> | undefined>(),
    });
    this.#see();
    const never = new Set([...seen, ...(o.exclude ?? [])]);
    const only = o.only && new Set(o.only);
    const best = new TopK(Math.min(o.n, this.#ids.length));
    for (let row = 0; row < this.#ids.length; row++) {
      if (!never.has(this.#ids[row]) && (!only || only.has(this.#ids[row]))) best.offer(row, this.#scoreAt(vector, row));
    }
    const { indices, scores } = best.take();
    return Array.from(indices, (row, k) => ({ item: this.#ids[row], score: scores[k] }));
  }
}
