import type { ContentIndex } from '../../contracts/content-index.ts';
import type { HistoryEntry } from '../../contracts/history.ts';
import type { FactorsLike, Recommendation, Recommender } from '../../contracts/recommender.ts';
import type { IdMap } from '../../data/id-map.ts';
import type { Id } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { choice, integer, number, optional, readOptions } from '../../options.ts';

/** What a bridge needs of a factor model, such as `AlsRecommender`, whose scores are dot products with `itemFactors`. */
export interface BridgeRecommender {
  /** One row per item of `items`. */
  readonly itemFactors: FactorsLike;
  /** Its items, whose index is the row of the factors. */
  readonly items: Pick<Recommender['items'], 'indexOf' | 'idAt' | 'has'>;
  /** Its users. */
  readonly users: Pick<Recommender['users'], 'has'>;
  /** The list of a user it knows. */
  recommend(...args: Parameters<Recommender['recommend']>): readonly Recommendation[];
  /** The list for a visitor with this history. */
  recommendFor(...args: Parameters<Recommender['recommendFor']>): readonly Recommendation[];
  /** The interactions it knows of a user. If missing, what it does not recommend counts as seen. */
  interactionsOf?(user: string): Iterable<Pick<HistoryEntry, 'item'> & Partial<Pick<HistoryEntry, 'value'>>>;
  /** `alpha` and `regularization` place words among users. */
  readonly options?:
    | {
        /** Confidence is 1 + alpha * value. */
        readonly alpha?: number | undefined;
        /** Weight of the squared factors in the loss. */
        readonly regularization?: number | undefined;
      }
    | undefined;
}

/** What a bridge needs of an index of contents, such as `SemanticIndex`. */
export interface BridgeIndex extends Pick<ContentIndex, 'size' | 'items' | 'vectorOf'> {
  /** Items close to a history, by which candidates are found. Without it all items are looked at. */
  similarTo?(...args: Parameters<ContentIndex['similarTo']>): readonly Recommendation[];
  /** Makes vectors of words, one row per text. Without it there are no answers to interests. */
  readonly embedder?:
    | {
        /** One row per text, row-major. */
        embed(texts: readonly string[], options?: { signal?: AbortSignal | undefined }): Promise<ArrayLike<number>>;
      }
    | undefined;
}

/** Options of {@link contentBridge}. */
export interface ContentBridgeOptions {
  /** A fitted factor model for implicit feedback. */
  recommender: BridgeRecommender;
  /** Contents of its items, and of new ones. */
  vectors: BridgeIndex;
  /**
   * How often each item was chosen (0 = not learnt from): the interactions the model was fitted on, or a function. Default: all alike.
   * `'ridge'` believes factors by log(1 + count).
   */
  counts?:
    | {
        /** Item ids. */
        items: Pick<IdMap, 'indexOf'>;
        /** Item of each interaction. */
        itemIndices: Int32Array;
      }
    | ((item: string) => number)
    | undefined;
  /**
   * How contents become factors. Default `'neighbours'`.
   * - `'neighbours'`: the mean of the factors of all learnt items, weighted by the 8th power of the cosine of their contents (Nadaraya 1964,
   *   Watson 1964).
   * - `'ridge'`: ridge regression, as in "Learning attribute-to-feature mappings for cold-start recommendations" (Gantner et al., ICDM 2010).
   */
  method?: 'neighbours' | 'ridge' | undefined;
  /**
   * What the likeness of contents counts beside factors, from 0 to 1. Default 0.6. With 0, scores are dot products with factors, for known
   * items those of the model.
   */
  content?: number | undefined;
  /** `'ridge'` only: penalty in units of the mean eigenvalue of the contents' covariance. Above 0; default the best of seven by leave-one-out. */
  penalty?: number | undefined;
  /** Maximum number of items to learn from, the most chosen ones. From 2, default 5000. */
  maxItems?: number | undefined;
}

/** Options of the lists of a bridge. */
export interface BridgeListOptions {
  /** Maximum number of items. Default 10. */
  n?: number | undefined;
  /** Item ids never to return. */
  exclude?: Iterable<Id> | undefined;
  /** Rank these items and no others. */
  only?: Iterable<Id> | undefined;
}

/** The request that a bridge receives as a source of a ranker. */
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
  /** Aborts when the answer is no longer needed. */
  signal?: AbortSignal | undefined;
}

/** Options of a bridge, read. */
export interface BridgeSettings extends Omit<ContentBridgeOptions, 'method' | 'content' | 'maxItems'> {
  method: 'neighbours' | 'ridge';
  content: number;
  maxItems: number;
}

/** @throws ERR_BAD_OPTION */
export function readBridgeOptions(options: ContentBridgeOptions): BridgeSettings {
  const o = readOptions('contentBridge', options, {
    recommender: recommenderOption,
    vectors: vectorsOption,
    counts: countsOption,
    method: choice(['neighbours', 'ridge'], 'neighbours'),
    content: number({ default: 0.6, min: 0, max: 1 }),
    penalty: optional(number({ above: 0 })),
    maxItems: integer({ default: 5000, min: 2 }),
  });
  if (o.penalty === undefined || o.method === 'ridge') return o;
  throw new AttuneError('ERR_BAD_OPTION', "contentBridge: option 'penalty' belongs to method: 'ridge'. Pass that, too, or leave it out.");
}

function recommenderOption(value: unknown, name: string): BridgeRecommender {
  const given = value as BridgeRecommender | undefined;
  if (given?.itemFactors?.data && typeof given.recommendFor === 'function') return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a fitted model with item factors, such as AlsRecommender, got ${shown(value)}.`);
}

function vectorsOption(value: unknown, name: string): BridgeIndex {
  const given = value as BridgeIndex | undefined;
  if (typeof given?.vectorOf === 'function') return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an index with vectors, such as SemanticIndex, got ${shown(value)}.`);
}

function countsOption(value: unknown, name: string): ContentBridgeOptions['counts'] {
  const given = value as Exclude<ContentBridgeOptions['counts'], (item: string) => number>;
  if (value === undefined || typeof value === 'function' || (given?.itemIndices instanceof Int32Array && given.items)) return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be Interactions or a function of the item, got ${shown(value)}.`);
}
