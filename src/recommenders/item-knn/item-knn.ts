import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import { choice, integer, number, readOptions, recommenderOptions } from '../../options.ts';
import { Pace } from '../../work/pace.ts';
import type { FittedBase, HistoryRow, RankRequest } from '../shared/base.ts';
import { ClosedFormRecommender } from '../shared/closed-form-base.ts';
import { decodeModel, fileOf, fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { csrFromTensors, csrToTensors } from '../shared/fitted-base.ts';
import { featuresOf, type ItemFeatures, ItemProducts, nearestItems, similarityOf } from '../shared/item-similarity.ts';

/** Options of {@link ItemKnnRecommender}. */
export interface ItemKnnOptions extends RecommenderOptions {
  /** Number of neighbours that each item keeps; memory grows with items x neighbours x 8 bytes. From 1, default 100. */
  neighbors?: number | undefined;
  /**
   * What of two items is compared, with x the values of their users. Default `'cosine'`.
   * - `'cosine'`: the values themselves.
   * - `'jaccard'`: common users over users of either; only whether a value is above 0 counts.
   * - `'tfidf'`: sqrt(value) times the rarity of the user, log(1 + items / (1 + items of the user)); values above 0 only.
   * - `'bm25'`: Okapi BM25 with items as documents and users as words (k1 = 1.2, b = 0.75); values above 0 only.
   */
  similarity?: 'cosine' | 'jaccard' | 'tfidf' | 'bm25' | undefined;
  /** A user with n items counts n^-userExponent: users with very many items say little about which belong together. From 0 to 2, default 0.7. */
  userExponent?: number | undefined;
  /**
   * The power of the recommended item's squared norm that divides. 0.5 is the cosine; less favours popular items, which suits sparse
   * data: 0.3 ranks best on Gowalla, 0.5 on MovieLens 1M. From 0 to 1, default 0.4.
   */
  popularityExponent?: number | undefined;
  /** Added to what divides, so that similarities from few users become small. From 0, default 0. */
  shrinkage?: number | undefined;
}

const optionChecks = {
  neighbors: integer({ default: 100, min: 1 }),
  similarity: choice(['cosine', 'jaccard', 'tfidf', 'bm25'] as const, 'cosine'),
  userExponent: number({ default: 0.7, min: 0, max: 2 }),
  popularityExponent: number({ default: 0.4, min: 0, max: 1 }),
  shrinkage: number({ default: 0, min: 0 }),
  ...recommenderOptions,
};

interface Fitted extends FittedBase {
  /** Row j: the items most similar to item j. */
  neighbors: Csr;
  /** Made when first asked for; follows from the rows. */
  features?: ItemFeatures | undefined;
}

const kind = 'item-knn';
const format = { kind, formatVersion: 1 };

/**
 * Item-based nearest neighbours (Sarwar et al. 2001; Deshpande & Karypis 2004): the score of item i for a user is the sum over the
 * user's items j of value(j) times the similarity from j to i,
 *
 *     s(j, i) = sum over users u of n_u^-userExponent x_uj x_ui / (|x_j| (|x_i|^2)^popularityExponent + shrinkage),
 *
 * for the `neighbors` items i most similar to j. Both exponents tame popularity as in the random walk RP3beta (Paudel et al. 2017);
 * with 0 and 0.5 it is the plain cosine. `similarItems` compares with all items, not only the kept neighbours, by the symmetric form
 * (popularityExponent 0.5), or by the bare product with `metric: 'dot'`; items without a common user are not similar at all.
 */
export class ItemKnnRecommender extends ClosedFormRecommender<Fitted> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly className = 'ItemKnnRecommender';
  readonly #options: Required<Omit<ItemKnnOptions, 'seed' | 'threads'>>;
  /** Scores of one list, all 0 between lists, and the items that got one. */
  #scores = new Float32Array(0);
  #touched = new Int32Array(0);

  /** @throws ERR_BAD_OPTION */
  constructor(options: ItemKnnOptions = {}) {
    const { seed: _, threads: __, ...o } = readOptions('ItemKnnRecommender', options, optionChecks);
    super(o.onUnknown);
    this.#options = o;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return fileOf(format, this.model, { settings: this.#options, tensors: csrToTensors('neighbors', this.model.neighbors) });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): ItemKnnRecommender {
    const own = readLoadOptions('ItemKnnRecommender', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new ItemKnnRecommender(settings));
    model.fitted = { ...base, neighbors: csrFromTensors(file, 'neighbors', base.items.size, base.items.size) };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<ItemKnnRecommender> {
    return ItemKnnRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override scoreAll(row: HistoryRow, scores: Float32Array): void {
    const { offsets, indices, values } = this.model.neighbors;
    for (let k = 0; k < row.items.length; k++) {
      const value = row.values[k];
      for (let e = offsets[row.items[k]], end = offsets[row.items[k] + 1]; e < end; e++) scores[indices[e]] += value * values[e];
    }
  }

  protected override weightBetween(from: number, to: number): number | undefined {
    const { offsets, indices, values } = this.model.neighbors;
    const at = indices.subarray(offsets[from], offsets[from + 1]).indexOf(to);
    return at < 0 ? undefined : values[offsets[from] + at];
  }

  /** Looks only at the neighbours of the history. Where they do not fill the list, items with a score of 0 or below follow. */
  protected override rank(row: HistoryRow, request: RankRequest): Ranked {
    if (request.only) return super.rank(row, request);
    const { items, neighbors } = this.model;
    const { offsets, indices, values } = neighbors;
    if (this.#scores.length !== items.size) {
      this.#scores = new Float32Array(items.size);
      this.#touched = new Int32Array(items.size);
    }
    const scores = this.#scores;
    const touched = this.#touched;
    let count = 0;
    for (let k = 0; k < row.items.length; k++) {
      const value = row.values[k];
      for (let e = offsets[row.items[k]], end = offsets[row.items[k] + 1]; e < end; e++) {
        const item = indices[e];
        if (scores[item] === 0) touched[count++] = item;
        scores[item] += value * values[e];
      }
    }
    // Values of 0, and sums that cancel out, make an item count twice.
    if (count > touched.length) {
      scores.fill(0);
      return super.rank(row, request);
    }
    const best = new TopK(request.n);
    let least = best.threshold;
    for (let k = 0; k < count; k++) {
      const item = touched[k];
      const score = scores[item];
      if (score !== 0) scores[item] = Number.NaN; // seen: sums that cancel out make an item count twice
      if (!(score > 0 && score >= least) || request.skip?.[item]) continue;
      best.offer(item, score);
      least = best.threshold;
    }
    const list = filled(best.take(), scores, request);
    for (let k = 0; k < count; k++) scores[touched[k]] = 0;
    return list ?? super.rank(row, request);
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const { model } = this;
    model.features ??= featuresOf(model.byUser, this.#options);
    const products = new ItemProducts(model.features);
    const { touched, dots } = products;
    const found = products.of(item);
    if (metric === 'cosine') similarityOf(model.features, { ...this.#options, popularityExponent: 0.5 })(item, touched, found, dots);
    scores.fill(Number.NaN);
    for (let k = 0; k < found; k++) if (dots[touched[k]] !== 0) scores[touched[k]] = dots[touched[k]];
  }

  /** O(sum over users of the square of their number of items). */
  protected override async solve(base: FittedBase, work: FitOptions): Promise<void> {
    const pace = new Pace('comparing items', base.items.size, work);
    await pace.rest(0);
    const features = featuresOf(base.byUser, this.#options);
    const neighbors = await nearestItems(features, this.#options, this.#options.neighbors, pace);
    await pace.finish();
    this.fitted = { ...base, neighbors, features };
  }
}

/**
 * A list of the items above 0, filled up with the first ones of score 0, as a ranking of all would be. Most histories have few neighbours, and a
 * look at every item took a hundred times as long as finding those.
 * @returns undefined when these do not suffice, so that items below 0 follow.
 */
function filled(list: Ranked, scores: Float32Array, { n, skip }: RankRequest): Ranked | undefined {
  let length = list.indices.length;
  if (length === n) return list;
  const indices = new Int32Array(n);
  indices.set(list.indices);
  for (let item = 0; item < scores.length && length < n; item++) if (scores[item] === 0 && !skip?.[item]) indices[length++] = item;
  if (length < n) return undefined;
  const all = new Float32Array(n);
  all.set(list.scores);
  return { indices, scores: all };
}
