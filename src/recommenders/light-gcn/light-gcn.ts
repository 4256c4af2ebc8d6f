import type { History } from '../../contracts/history.ts';
import type { ModelStore } from '../../contracts/model-store.ts';
import type { ExplainOptions, Explanation, Factors, FitOptions, LoadOptions } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { checkIterable, readOptions, workOptions } from '../../options.ts';
import { FactorBase } from '../factors/base.ts';
import { type FactorProfile, FactorServing } from '../factors/serving.ts';
import type { UserRows } from '../factors/similar-users.ts';
import { checkInteractions, type FittedBase, type HistoryRow } from '../shared/base.ts';
import { readLoadOptions, storedBytes } from '../shared/codec.ts';
import { explainChecks, explanation, unexplained } from '../shared/explanation.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { likedItems, likedRows } from '../shared/liked.ts';
import { mergeInto } from '../shared/merge.ts';
import { readTrainingFitOptions, type TrainingFitOptions, type TrainingIteration, trainModel } from '../shared/training.ts';
import { historyShares, type LightGcnModel, lightGcnFromBytes, lightGcnKind, lightGcnModel, lightGcnToBytes, writeUser } from './model.ts';
import { type LightGcnOptions, lightGcnChecks } from './options.ts';
import { LightGcnTrainer, type LightGcnVectors } from './train.ts';

export type { LightGcnOptions } from './options.ts';

/** Options of {@link LightGcnRecommender.fit}. */
export type LightGcnFitOptions = TrainingFitOptions<LightGcnRecommender>;

/** Times through the data when the model does not say. */
const epochsOf = { softmax: 30, bpr: 200 };
/** The part of them that a `partialFit` takes. */
const partial = 0.1;

/**
 * LightGCN (He et al. 2020): vectors of items, smoothed over the graph of users and items, of which a user is the sum. With R the values
 * above 0 and N = Du^-1/2 R Di^-1/2, items are z = (x + NᵀN x + ...) / (1 + hops), users are N z, and scores their inner products. Only x is
 * learned, by Adam; users have no vectors of their own (as in Wu et al. 2022), so that a visitor gets exactly the list of a known user with
 * the same history, and a score is a sum over the history, which `explain` gives. The item itself is left out of the history that predicts it.
 *
 * The result is the same, bit for bit, for any number of threads. Values above 0 count alike; others are known and never in a list.
 * `partialFit` takes in new rows by a tenth of the epochs, from the vectors of now.
 *
 * @example
 * const gcn = await new LightGcnRecommender({ factors: 64, layers: 3, seed: 1 }).fit(train, { validation: 'auto' });
 * gcn.recommend('A1', { n: 10 });
 */
export class LightGcnRecommender extends FactorBase<LightGcnModel, { factors: FactorServing }> {
  /** Short name of the model family, also in model files. */
  override readonly kind = lightGcnKind;
  protected override readonly iterates = true;
  readonly #settings: LightGcnModel['settings'];

  /** @throws ERR_BAD_OPTION */
  constructor(options: LightGcnOptions = {}) {
    const settings = readOptions('LightGcnRecommender', options, lightGcnChecks);
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /** The training record. */
  get history(): readonly TrainingIteration[] {
    return this.model.history;
  }

  /** users x factors in id order; a copy. */
  get userFactors(): Factors {
    return { data: this.model.userRows.slice(), rows: this.users.size, columns: this.#settings.factors };
  }

  /** items x factors in id order; a copy. */
  get itemFactors(): Factors {
    return { data: this.model.smoothed.slice(), rows: this.items.size, columns: this.#settings.factors };
  }

  /**
   * Learns from interactions.
   * @throws ERR_EMPTY without interactions; ERR_NUMERIC when numbers overflow; ERR_OUT_OF_MEMORY; ERR_BAD_VALUE when `validate` gives no
   *   number; the signal's reason. The model then stays what it was.
   */
  override async fit(interactions: Interactions, options: LightGcnFitOptions = {}): Promise<this> {
    const { loss, epochs = epochsOf[loss], seed, patience } = this.#settings;
    const owner = 'LightGcnRecommender';
    const read = readTrainingFitOptions<LightGcnRecommender>(owner, options, { validateEvery: 1, patience });
    read.signal?.throwIfAborted();
    checkInteractions(`${owner}.fit`, interactions);
    const settings = this.#settings;
    const partsOf = (base: FittedBase, vectors: LightGcnVectors, history: TrainingIteration[]) =>
      lightGcnModel({ ...base, ...vectors, settings, history });
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
    const o = readOptions('LightGcnRecommender.partialFit', options, workOptions);
    const { model } = this;
    checkInteractions('LightGcnRecommender.partialFit', interactions);
    o.signal?.throwIfAborted();
    const base = mergeInto(model, interactions);
    const { loss, epochs = epochsOf[loss] } = this.#settings;
    const trainer = new LightGcnTrainer(likedRows(base.byUser), this.#settings, model.vectors);
    try {
      const total = Math.ceil(epochs * partial);
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

  /** Contributions of the user's items, which add up to the score. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explain(user: Id, item: Id, options: ExplainOptions = {}): Explanation {
    return this.explainMany(user, [item], options)[0];
  }

  /** The same for several items, in the order asked. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explainMany(user: Id, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const o = readOptions(`${this.kind}.explainMany`, options, explainChecks);
    const index = this.userIndex(user, o.onUnknown);
    return this.#explained('explainMany', index < 0 ? undefined : this.historyOf(index), items, o);
  }

  /** The same for a visitor. @throws ERR_UNKNOWN_HISTORY, ERR_UNKNOWN_ITEM */
  explainFor(history: History, items: Iterable<Id>, options: ExplainOptions = {}): Explanation[] {
    const o = readOptions(`${this.kind}.explainFor`, options, explainChecks);
    return this.#explained('explainFor', this.knownHistory(history, o.onUnknown), items, o);
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return lightGcnToBytes(this.model);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): LightGcnRecommender {
    const own = readLoadOptions('LightGcnRecommender', options);
    return LightGcnRecommender.#of(
      lightGcnFromBytes(bytes, (stored) => readOptions('LightGcnRecommender', { ...stored, ...own }, lightGcnChecks)),
    );
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<LightGcnRecommender> {
    return LightGcnRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override serve({ smoothed, settings: { factors: f, threads } }: LightGcnModel): { factors: FactorServing } {
    return { factors: FactorServing.of({ rows: smoothed, stride: f, f }, threads) };
  }

  protected override userRowsOf({ userRows, settings: { factors: f } }: LightGcnModel): UserRows {
    return { rows: userRows, stride: f, f };
  }

  protected override profileOf(user: number): FactorProfile {
    const { factors } = this.#settings;
    return { vector: this.model.userRows.subarray(user * factors, (user + 1) * factors), add: 0 };
  }

  protected override profileFrom(row: HistoryRow): FactorProfile {
    const vector = new Float32Array(this.#settings.factors);
    writeUser(likedItems(row), this.model, vector);
    return { vector, add: 0 };
  }

  #explained(call: string, row: HistoryRow | undefined, items: Iterable<Id>, { n, onUnknown }: ExplainOptions): Explanation[] {
    const asked = Array.from(checkIterable(`${this.kind}.${call}`, 'item ids', items), (item) => this.itemIndex(item, onUnknown));
    if (!row) return asked.map(unexplained);
    const { factors } = this.#settings;
    const { smoothed, itemShares } = this.model;
    const liked = likedItems(row);
    const shares = historyShares(liked, itemShares);
    const profile = this.profileFrom(row);
    const values = new Map(Array.from(row.items, (item, k) => [item, row.values[k]]));
    return asked.map((to) => {
      if (to < 0) return unexplained();
      const parts = Array.from(liked, (item, k) => {
        let product = 0;
        for (let e = 0; e < factors; e++) product += smoothed[item * factors + e] * smoothed[to * factors + e];
        return { item: this.items.idAt(item), value: values.get(item) as number, score: shares[k] * product };
      });
      return explanation(this.scoreSome(profile, Int32Array.of(to))[0], parts, n);
    });
  }

  static #of(model: LightGcnModel): LightGcnRecommender {
    const gcn = new LightGcnRecommender(model.settings);
    gcn.replace(model);
    return gcn;
  }
}
