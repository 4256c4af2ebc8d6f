import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions } from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { HistoryFactorBase } from '../factors/history-factors.ts';
import type { FittedBase } from '../shared/base.ts';
import { readLoadOptions, storedBytes } from '../shared/codec.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { likedRows } from '../shared/liked.ts';
import { mergeInto } from '../shared/merge.ts';
import { checkInteractions, readFit } from '../shared/read-fit.ts';
import { readTrainingFitOptions, type TrainingFitOptions, type TrainingIteration, trainModel } from '../shared/training.ts';
import { type LightGcnModel, lightGcnFile, lightGcnFromBytes, lightGcnKind, lightGcnModel } from './model.ts';
import { type LightGcnOptions, readLightGcnOptions } from './options.ts';
import type { LightGcnVectors } from './train.ts';

export type { LightGcnOptions } from './options.ts';

/** Options of {@link LightGcnRecommender.fit}. */
export type LightGcnFitOptions = TrainingFitOptions<LightGcnRecommender>;

/** The part of the epochs that a `partialFit` takes. */
const partial = 0.1;

/**
 * LightGCN (He et al. 2020): vectors of items, smoothed over the graph of users and items, of which a user is the sum. With R the values
 * above 0 and N = Du^-1/2 R Di^-1/2, items are z = (x + NᵀN x + ...) / (1 + hops), users are Du^-1/2 R Di^-a z with `historyExponent` a, and
 * scores their inner products plus what the popularity of the item adds to all. Only x is learned, by Adam; users have no vectors of their own
 * (as in Wu et al. 2022), so that a visitor gets exactly the list of a known user with the same history, and a score is a sum over the history,
 * which `explain` gives. The item itself is left out of the history that predicts it.
 *
 * The result is the same, bit for bit, for any number of threads. Values above 0 count alike; others are known and never in a list.
 * `partialFit` takes in new rows by a tenth of the epochs, from the vectors of now.
 *
 * @example
 * const gcn = await new LightGcnRecommender({ factors: 64, layers: 3, seed: 1 }).fit(train, { validation: 'auto' });
 * gcn.recommend('A1', { n: 10 });
 */
export class LightGcnRecommender extends HistoryFactorBase<LightGcnModel> {
  /** Short name of the model family, also in model files. */
  override readonly kind = lightGcnKind;
  protected override readonly iterates = true;
  protected override readonly listThreads: number | 'auto';
  readonly #settings: LightGcnModel['settings'];

  /** @throws ERR_BAD_OPTION */
  constructor(options: LightGcnOptions = {}) {
    const settings = readLightGcnOptions(options);
    super(settings.onUnknown);
    this.listThreads = settings.threads;
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
  override async fit(interactions: Interactions, options: LightGcnFitOptions = {}): Promise<this> {
    const { epochs, seed, patience } = this.#settings;
    const owner = 'LightGcnRecommender';
    const read = readTrainingFitOptions<LightGcnRecommender>(owner, options, { validateEvery: 1, patience });
    read.signal?.throwIfAborted();
    checkInteractions(`${owner}.fit`, interactions);
    const settings = this.#settings;
    const partsOf = (base: FittedBase, vectors: LightGcnVectors, history: TrainingIteration[]) =>
      lightGcnModel({ ...base, ...vectors, settings, history });
    const { LightGcnTrainer } = await import('./train.ts');
    const { state, history } = await trainModel<LightGcnVectors, LightGcnRecommender>({
      owner,
      epochs,
      seed,
      readsOrder: false,
      interactions,
      options: read,
      start: (data) => new LightGcnTrainer(likedRows(data.byUser), settings),
      modelOf: (data, vectors, lines) => LightGcnRecommender.#of(partsOf(baseOf(data), vectors, lines)),
    });
    this.replace(partsOf(baseOf(interactions), state, history));
    return this;
  }

  /**
   * Takes in new rows, of which the newer of one pair counts: a tenth of the epochs over all rows, from the vectors of now; new items begin
   * as in `fit`. After an abort the model stays what it was. @throws as `fit`
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const o = readFit('LightGcnRecommender.partialFit', interactions, options);
    const base = mergeInto(model, interactions);
    const total = Math.ceil(this.#settings.epochs * partial);
    const { LightGcnTrainer } = await import('./train.ts');
    const trainer = new LightGcnTrainer(likedRows(base.byUser), { ...this.#settings, epochs: total }, model.vectors);
    try {
      for (let epoch = 1; epoch <= total; epoch++) {
        o.onProgress?.({ phase: 'training', done: epoch - 1, total });
        await trainer.epoch(epoch, o.signal);
      }
      const vectors = await trainer.state();
      o.signal?.throwIfAborted();
      this.replace(lightGcnModel({ ...base, ...vectors, settings: this.#settings, history: model.history }));
      o.onProgress?.({ phase: 'training', done: total, total });
    } finally {
      trainer.close();
    }
    return this;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return lightGcnFile(this.model);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): LightGcnRecommender {
    const own = readLoadOptions('LightGcnRecommender', options);
    return LightGcnRecommender.#of(lightGcnFromBytes(bytes, (stored) => readLightGcnOptions({ ...stored, ...own })));
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Afterwards all that answers need is made, with chances for others
   * to work meanwhile.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<LightGcnRecommender> {
    return LightGcnRecommender.fromBytes(await storedBytes(store, reference), options).prepared();
  }

  static #of(model: LightGcnModel): LightGcnRecommender {
    const gcn = new LightGcnRecommender(model.settings);
    gcn.replace(model);
    return gcn;
  }
}
