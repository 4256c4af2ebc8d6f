import type { History } from '../../contracts/history.ts';
import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions } from '../../contracts/recommender.ts';
import type { VectorIndex } from '../../contracts/vector-index.ts';
import { type ModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import { type Id, textOf } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { HistoryFactorBase, type HistoryFactors, historyFactors } from '../factors/history-factors.ts';
import { decodeTrained, readLoadOptions, storedBytes, trainedFile } from '../shared/codec.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { readFeatures, widened, withoutFeatures } from '../shared/item-features.ts';
import { likedRows } from '../shared/liked.ts';
import { mergeInto } from '../shared/merge.ts';
import { checkInteractions, readFit } from '../shared/read-fit.ts';
import { readTrainingFitOptions, type TrainingFitOptions, type TrainingIteration, trainModel, warmSteps } from '../shared/training.ts';
import { readTwoTowerOptions, type StoredSettings, type TwoTowerOptions, type TwoTowerSettings } from './options.ts';

export type { AttributesOf, ItemFeatures } from '../shared/item-features.ts';
export type { TwoTowerOptions } from './options.ts';

/** Options of {@link TwoTowerRecommender.fit}. */
export type TwoTowerFitOptions = TrainingFitOptions<TwoTowerRecommender>;

interface Model extends HistoryFactors {
  settings: StoredSettings;
  history: TrainingIteration[];
}

const kind = 'two-tower';
const format = { kind, formatVersion: 1 };

/**
 * Two towers: the vector of an item is learned from its id, the vector of its text and its attributes; that of a user is the sum of the
 * vectors of a history, so a visitor gets exactly the list of a known user with the same history. Scores are inner products, plus what the
 * popularity of the item adds to all (see `popularity`). Items that nobody has touched but `itemFeatures` knows are items of the model: their
 * vectors come from text and attributes alone, so they can be recommended, found as similar items, and put into a vector index.
 *
 * The result is the same, bit for bit, for any number of threads. Features are functions and indexes of the caller and no part of a file: a
 * loaded model answers, but is fitted anew by a new recommender with its features. `partialFit` moves the vectors of items by a few warm steps and
 * leaves features as they were read.
 *
 * @example
 * const towers = await new TwoTowerRecommender({ itemFeatures: index, itemAttributes: (item) => ({ brand: brands.get(item) }) }).fit(train);
 * towers.recommend('A1', { n: 10 });
 */
export class TwoTowerRecommender extends HistoryFactorBase<Model> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly iterates = true;
  protected override readonly listThreads: number | 'auto';
  readonly #settings: TwoTowerSettings;

  /** @throws ERR_BAD_OPTION */
  constructor(options: TwoTowerOptions = {}) {
    const settings = readTwoTowerOptions(options);
    super(settings.onUnknown);
    this.#settings = settings;
    this.listThreads = settings.threads;
  }

  /** The training record. */
  get history(): readonly TrainingIteration[] {
    return this.model.history;
  }

  /**
   * Learns from interactions and features, which are read once.
   * @throws ERR_EMPTY without interactions; ERR_BAD_VALUE for features that are none; ERR_NUMERIC; ERR_OUT_OF_MEMORY; the signal's reason.
   *   The model then stays what it was.
   */
  override async fit(interactions: Interactions, options: TwoTowerFitOptions = {}): Promise<this> {
    const owner = 'TwoTowerRecommender';
    const { itemFeatures, itemAttributes, ...settings } = this.#settings;
    const read = readTrainingFitOptions<TwoTowerRecommender>(owner, options, { validateEvery: 1, patience: settings.patience });
    read.signal?.throwIfAborted();
    checkInteractions(`${owner}.fit`, interactions);
    const readAll = (data: Interactions) => readFeatures(owner, data.items, { itemFeatures, itemAttributes });
    const partsOf = (data: Interactions, itemRows: Float32Array, history: TrainingIteration[]) =>
      modelOf({ ...widened(baseOf(data), readAll(data)), settings, itemRows, history });
    const { TwoTowerTrainer } = await import('./train.ts');
    const { state, history } = await trainModel<Float32Array, TwoTowerRecommender>({
      owner,
      epochs: settings.epochs,
      seed: settings.seed,
      readsOrder: false,
      interactions,
      options: read,
      start: (data) => {
        const features = readAll(data);
        return new TwoTowerTrainer(likedRows(widened(baseOf(data), features).byUser), features, data.itemCount, settings);
      },
      modelOf: (data, itemRows, lines) => TwoTowerRecommender.#of(partsOf(data, itemRows, lines)),
    });
    this.replace(partsOf(interactions, state, history));
    return this;
  }

  /**
   * Takes in new rows, of which the newer of one pair counts: a few warm steps over all rows, from the vectors of now. Features are not read
   * again, so that an item they learned of since has a vector after the next `fit`. After an abort the model is as before. @throws as
   * {@link fit}
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const work = readFit('TwoTowerRecommender.partialFit', interactions, options);
    const base = mergeInto(model, interactions);
    const liked = likedRows(base.byUser);
    const touched = liked.indices.reduce((most, item) => Math.max(most, item + 1), 0);
    const { TwoTowerTrainer } = await import('./train.ts');
    const itemRows = await warmSteps(
      model.settings,
      work,
      (settings) => new TwoTowerTrainer(liked, withoutFeatures(base.items), touched, settings, model.itemRows),
    );
    this.replace(modelOf({ ...base, settings: model.settings, itemRows, history: model.history }));
    return this;
  }

  /** The vector of an item; a copy. Where popularity counts, it is the last number. @throws ERR_UNKNOWN_ITEM */
  vectorOf(item: Id): Float32Array {
    const { factors, itemRows, itemBiases } = this.model;
    const index = this.itemIndex(textOf(item, `${kind}.vectorOf: item`), 'throw');
    const row = itemRows.slice(index * factors, (index + 1) * factors);
    return itemBiases ? Float32Array.of(...row, itemBiases[index]) : row;
  }

  /**
   * The vector of a visitor, whose inner products with those of items are the scores. Where popularity counts, its last number is 1, which meets that
   * of items. @throws ERR_UNKNOWN_HISTORY
   */
  vectorFor(history: History): Float32Array {
    const row = this.knownHistory(history, 'throw');
    const { vector } = this.profileFrom(row as NonNullable<typeof row>);
    return this.model.itemBiases ? Float32Array.of(...vector, 1) : vector;
  }

  /**
   * Adds the vectors of all items to a vector index, under their places in `items`. A search with {@link vectorFor} then gives the list of
   * the visitor, those of the history included.
   */
  async addTo(index: VectorIndex): Promise<void> {
    const keys = Int32Array.from({ length: this.items.size }, (_, item) => item);
    await index.prepare?.();
    await index.add(keys, this.itemFactors.data);
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    const { itemRows, items, factors } = this.model;
    return trainedFile(format, this.model, { item_factors: { data: itemRows, shape: [items.size, factors] } });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): TwoTowerRecommender {
    const own = readLoadOptions('TwoTowerRecommender', options);
    // Models of before there were these options.
    const read = (stored: object): StoredSettings =>
      readTwoTowerOptions({ temperature: 0, popularity: 0, historyExponent: 0.5, ...stored, ...own });
    const { file, trained } = decodeTrained<StoredSettings, TrainingIteration>(format, bytes, read);
    const itemRows = tensorOf(file, 'item_factors', Float32Array, trained.items.size * trained.settings.factors);
    return TwoTowerRecommender.#of(modelOf({ ...trained, itemRows }));
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Afterwards all that answers need is made, with chances for others
   * to work meanwhile.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<TwoTowerRecommender> {
    return TwoTowerRecommender.fromBytes(await storedBytes(store, reference), options).prepared();
  }

  static #of(model: Model): TwoTowerRecommender {
    const towers = new TwoTowerRecommender(model.settings);
    towers.replace(model);
    return towers;
  }
}

function modelOf(parts: Omit<Model, 'userRows' | 'itemShares' | 'itemBiases' | 'userLength' | 'factors'>): Model {
  const { factors } = parts.settings;
  return { ...parts, factors, ...historyFactors({ ...parts, factors }, parts.settings) };
}
