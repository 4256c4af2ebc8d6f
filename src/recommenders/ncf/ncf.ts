import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions, RecommendationList, SimilarOptions } from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Id } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { columnsOf } from '../../numeric/columns.ts';
import { cosinesTo } from '../../numeric/cosines.ts';
import { BaseRecommender, type HistoryRow } from '../shared/base.ts';
import { readLoadOptions, storedBytes } from '../shared/codec.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { popularityOf } from '../shared/item-popularity.ts';
import { likedItems, likedRows } from '../shared/liked.ts';
import { mergeInto } from '../shared/merge.ts';
import { checkInteractions, readFit } from '../shared/read-fit.ts';
import { readTrainingFitOptions, type TrainingFitOptions, type TrainingIteration, trainModel } from '../shared/training.ts';
import { ncfData, prior } from './data.ts';
import { type NcfModel, ncfFile, ncfFromBytes, ncfKind } from './model.ts';
import { type NcfOptions, type NcfSettings, readNcfOptions } from './options.ts';
import { type NcfProfile, NcfServing } from './serving.ts';
import { shapeOf } from './shape.ts';

export type { NcfOptions } from './options.ts';

/** Options of {@link NcfRecommender.fit}. */
export type NcfFitOptions = TrainingFitOptions<NcfRecommender>;

/**
 * Neural collaborative filtering (He et al. 2017): a score is the sum of a weighted inner product (GMF) and of layers over both embeddings
 * (MLP), learned by binary cross-entropy against drawn items; with `feedback: 'explicit'` by squared error of the values.
 *
 * A user has no embedding of their own. As in the paper's general form, where the input of a user may be anything known about them, it is the
 * history: the sum of its items' embeddings divided by the square root of their number, without the items that are being learned. So a visitor
 * is folded in exactly. For explicit feedback an item counts with how far its value is above its mean.
 *
 * The result is the same, bit for bit, for any number of threads. `partialFit` takes a few warm steps on the new interactions and leaves
 * the layers as they are.
 *
 * @example
 * const ncf = await new NcfRecommender({ variant: 'neumf', seed: 1 }).fit(interactions, { validation: 'auto' });
 * ncf.recommend('A1', { n: 10 });
 */
export class NcfRecommender extends BaseRecommender<NcfModel, NcfProfile> {
  /** Short name of the model family, also in model files. */
  override readonly kind = ncfKind;
  protected override readonly iterates = true;
  readonly #settings: NcfSettings;
  #serving: { model: NcfModel; serving: NcfServing } | undefined;

  /** @throws ERR_BAD_OPTION */
  constructor(options: NcfOptions = {}) {
    const settings = readNcfOptions(options);
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /** The training record. */
  get history(): readonly TrainingIteration[] {
    return this.model.history;
  }

  /**
   * Learns from interactions.
   * @throws ERR_EMPTY without interactions; ERR_NUMERIC when numbers overflow; ERR_OUT_OF_MEMORY; ERR_BAD_VALUE when `validate` gives no
   *   number; the signal's reason. The model then stays what it was.
   */
  override async fit(interactions: Interactions, options: NcfFitOptions = {}): Promise<this> {
    const settings = this.#settings;
    const { patience, seed, variant, pretrain } = settings;
    const read = readTrainingFitOptions<NcfRecommender>('NcfRecommender', options, { validateEvery: 1, patience });
    checkInteractions('NcfRecommender.fit', interactions);
    const modelOf = (data: Interactions, state: NcfModel['state'], history: TrainingIteration[]): NcfModel => {
      const base = baseOf(data);
      const { mean, biases } = ncfData(base.byUser, settings);
      return { ...base, settings, state, mean, biases, history };
    };
    const { NcfTrainer } = await import('./train.ts');
    const { state, history } = await trainModel({
      owner: 'NcfRecommender',
      epochs: settings.epochs + (variant === 'neumf' ? pretrain : 0),
      seed,
      readsOrder: false,
      interactions,
      options: read,
      start: (data) => new NcfTrainer(ncfData(data.byUser, settings), settings),
      modelOf: (...parts) => NcfRecommender.#of(modelOf(...parts)),
    });
    this.fitted = modelOf(interactions, state, history);
    return this;
  }

  /** Takes in new interactions by warm steps: rows of the embeddings that they touch change, layers do not. @throws as {@link fit} */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const work = readFit('NcfRecommender.partialFit', interactions, options);
    const { continueNcf } = await import('./update.ts');
    this.fitted = await continueNcf(model, mergeInto(model, interactions), interactions, work);
    return this;
  }

  /** Items whose embeddings as candidates point the same way, never itself. @throws ERR_UNKNOWN_ITEM */
  similarItems(item: Id, options: SimilarOptions = {}): RecommendationList {
    return this.listSimilarItems(item, options);
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return ncfFile(this.model);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): NcfRecommender {
    const own = readLoadOptions('NcfRecommender', options);
    return NcfRecommender.#of(ncfFromBytes(bytes, (stored) => readNcfOptions({ popularity: 0, ...stored, ...own })));
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<NcfRecommender> {
    return NcfRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override profileOf(user: number): NcfProfile {
    return this.profileFrom(this.historyOf(user));
  }

  protected override profileFrom(row: HistoryRow): NcfProfile {
    const { mean, biases, settings } = this.model;
    if (settings.feedback === 'implicit') return { vector: this.#answers.pool(likedItems(row), undefined), add: 0 };
    const values = row.values.map((value, k) => value - mean - biases[row.items[k]]);
    const bias = values.reduce((sum, value) => sum + value, 0) / (values.length + prior);
    return { vector: this.#answers.pool(row.items, values), add: mean + bias };
  }

  protected override scoreAll(profile: NcfProfile, scores: Float32Array): void {
    this.#answers.score(profile, undefined, scores);
  }

  protected override scoreSome(profile: NcfProfile, items: Int32Array): Float32Array {
    const scores = new Float32Array(items.length);
    this.#answers.score(profile, items, scores);
    return scores;
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const { state, settings } = this.model;
    const { width, itemWidth } = shapeOf(settings);
    cosinesTo(columnsOf(state.items, itemWidth, 0, width), width, item, metric, scores);
  }

  get #answers(): NcfServing {
    const { model } = this;
    if (this.#serving?.model !== model)
      this.#serving = { model, serving: new NcfServing(servedState(model), model.items.size, model.settings) };
    return this.#serving.serving;
  }

  static #of(model: NcfModel): NcfRecommender {
    const ncf = new NcfRecommender(model.settings);
    ncf.fitted = model;
    return ncf;
  }
}

/** What is added to an item's score in one place: its learned bias, and that of its values or of its popularity. */
function servedState({ state, biases, byUser, settings }: NcfModel): NcfModel['state'] {
  const { feedback, popularity } = settings;
  if (feedback === 'implicit' && popularity === 0) return state;
  const { width, itemWidth } = shapeOf(settings);
  const items = state.items.slice();
  const added = feedback === 'implicit' ? popularityOf(likedRows(byUser), popularity) : biases;
  added.forEach((bias, item) => {
    items[item * itemWidth + width] += bias;
  });
  return { ...state, items };
}
