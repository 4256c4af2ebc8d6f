import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import { type ModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { topK } from '../../numeric/top-k.ts';
import { choice, number, optional, readOptions, recommenderOptions } from '../../options.ts';
import { Pace } from '../../work/pace.ts';
import { BaseRecommender, type FittedBase, type RankRequest } from '../shared/base.ts';
import { decodeModel, fileOf, fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { readFit } from '../shared/read-fit.ts';

/** What popular means: see {@link PopularityOptions.method}. */
export type PopularityMethod = 'count' | 'sum' | 'bayesian-mean' | 'decay';

/** Options of {@link PopularityRecommender}. */
export interface PopularityOptions extends RecommenderOptions {
  /**
   * What the score of an item is. Default `'count'`.
   * - `'count'`: its number of rows with a value above 0.
   * - `'sum'`: the sum of its values.
   * - `'bayesian-mean'`: (m mu + sum of its values) / (m + its number of rows), with m = `priorWeight` and mu the mean of all
   *   values. A single rating of 5 does not beat a hundred that average 4.8.
   * - `'decay'`: its rows with a value above 0, each counted as 2^(-age / `halfLifeDays`). Needs timestamps.
   */
  method?: PopularityMethod | undefined;
  /** m of `'bayesian-mean'`: how many ratings of average value every item starts with. From 0, default 10. */
  priorWeight?: number | undefined;
  /** Half-life of a row in days, for `'decay'`. Above 0, default 30. */
  halfLifeDays?: number | undefined;
  /** The moment from which ages are counted in `'decay'`, in milliseconds since 1970; later rows count 1. Default: the newest row. */
  now?: number | undefined;
}

const optionChecks = {
  method: choice(['count', 'sum', 'bayesian-mean', 'decay'] as const, 'count'),
  priorWeight: number({ default: 10, min: 0 }),
  halfLifeDays: number({ default: 30, above: 0 }),
  now: optional(number({})),
  ...recommenderOptions,
};

interface Fitted extends FittedBase {
  /** Score of each item. */
  popularity: Float32Array;
  /** All items, best first. */
  order: Int32Array;
}

const kind = 'popularity';
const format = { kind, formatVersion: 1 };
const msPerDay = 86_400_000;

/**
 * The same list for all users, apart from what each has seen: the baseline that every other model must beat, and what to show
 * when nothing is known. An empty or unknown history is answered, too. There is no
 * `similarItems`, because it compares neither items nor users.
 */
export class PopularityRecommender extends BaseRecommender<Fitted, undefined> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly needsHistory = false;
  readonly #options: Required<Omit<PopularityOptions, 'now' | 'seed' | 'threads'>> & { now: number | undefined };

  /** @throws ERR_BAD_OPTION */
  constructor(options: PopularityOptions = {}) {
    const { seed: _, threads: __, ...o } = readOptions('PopularityRecommender', options, optionChecks);
    super(o.onUnknown);
    this.#options = o;
  }

  /**
   * Counts.
   * @throws ERR_EMPTY without rows; ERR_BAD_ARGUMENT when `method` is `'decay'` and the rows have no timestamps.
   */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readFit('PopularityRecommender.fit', interactions, options);
    const pace = new Pace('counting', interactions.size, o);
    await pace.rest(0);
    const base = baseOf(interactions);
    const popularity = Float32Array.from(this.#count(interactions));
    await pace.finish();
    this.fitted = { ...base, popularity, order: topK(popularity, popularity.length).indices };
    return this;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    const { popularity } = this.model;
    const tensors = { popularity: { data: popularity, shape: [popularity.length] } };
    return fileOf(format, this.model, { settings: this.#options, tensors });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): PopularityRecommender {
    const own = readLoadOptions('PopularityRecommender', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new PopularityRecommender(settings));
    const popularity = tensorOf(file, 'popularity', Float32Array, base.items.size);
    model.fitted = { ...base, popularity, order: topK(popularity, popularity.length).indices };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<PopularityRecommender> {
    return PopularityRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override profileOf(): undefined {}

  protected override profileFrom(): undefined {}

  protected override scoreAll(_: undefined, scores: Float32Array): void {
    scores.set(this.model.popularity);
  }

  protected override scoreSome(_: undefined, items: Int32Array): Float32Array {
    const { popularity } = this.model;
    return Float32Array.from(items, (i) => popularity[i]);
  }

  /** The order is the same for all, so a list is its prefix without the excluded items. */
  protected override rank(profile: undefined, request: RankRequest): Ranked {
    if (request.only) return super.rank(profile, request);
    const { order, popularity } = this.model;
    const indices = new Int32Array(request.n);
    let size = 0;
    for (let k = 0; k < order.length && size < request.n; k++) if (!request.skip?.[order[k]]) indices[size++] = order[k];
    const found = indices.subarray(0, size);
    return { indices: found, scores: Float32Array.from(found, (i) => popularity[i]) };
  }

  #count({ itemIndices, values, timestamps, itemCount }: Interactions): Float64Array {
    const { method, priorWeight, halfLifeDays } = this.#options;
    const counts = new Float64Array(itemCount);
    const sums = new Float64Array(itemCount);
    if (method === 'decay' && !timestamps) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        "PopularityRecommender.fit: expected interactions with timestamps for method 'decay', got none. Name their column with the option 'timestamp' of Interactions.from, or choose method 'count'.",
      );
    }
    const now = this.#options.now ?? timestamps?.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) ?? 0;
    let total = 0;
    for (let row = 0; row < values.length; row++) {
      const item = itemIndices[row];
      total += values[row];
      sums[item] += values[row];
      if (method === 'bayesian-mean') counts[item]++;
      else if (values[row] > 0) {
        const age = method === 'decay' && timestamps ? Math.max(0, now - timestamps[row]) : 0;
        counts[item] += 2 ** (-age / (halfLifeDays * msPerDay));
      }
    }
    if (method === 'sum') return sums;
    if (method !== 'bayesian-mean') return counts;
    const mean = total / values.length;
    return sums.map((sum, item) => (priorWeight * mean + sum) / (priorWeight + counts[item]));
  }
}
