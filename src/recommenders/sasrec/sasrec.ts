import type { ModelStore } from '../../contracts/model-store.ts';
import type { Factors, FitOptions, LoadOptions } from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { type FactorAnswers, FactorBase } from '../factors/base.ts';
import { withColumn } from '../factors/columns.ts';
import { type FactorProfile, FactorServing } from '../factors/serving.ts';
import type { UserRows } from '../factors/similar-users.ts';
import type { HistoryRow } from '../shared/base.ts';
import { readLoadOptions, storedBytes } from '../shared/codec.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { popularityOf } from '../shared/item-popularity.ts';
import { inOrder, lastMet } from '../shared/order.ts';
import { checkInteractions, readFit } from '../shared/read-fit.ts';
import { readTrainingFitOptions, type TrainingFitOptions, type TrainingIteration, trainModel } from '../shared/training.ts';
import { SasRecEncoder } from './encoder.ts';
import { type SasRecModel, sasRecFile, sasRecFromBytes, sasRecKind } from './model.ts';
import { readSasRecOptions, type SasRecOptions, type SasRecSettings } from './options.ts';

export type { SasRecOptions } from './options.ts';

/** Options of {@link SasRecRecommender.fit}. */
export type SasRecFitOptions = TrainingFitOptions<SasRecRecommender>;

/** What answers for a model. */
interface SasRecAnswers extends FactorAnswers {
  encoder: SasRecEncoder;
  /** items x factors, what a history is compared with. */
  candidates: Float32Array;
  /** What the popularity of each item adds to its scores, if it does. */
  biases: Float32Array | undefined;
  /** What users are compared by, made when it is first needed. */
  users: Float32Array | undefined;
}

/**
 * The next item by a small transformer: SASRec (Kang & McAuley 2018, "Self-Attentive Sequential Recommendation"), where attention looks back
 * over the items of a history, and the score of an item is the cosine of its vector with what comes out at the last position, plus what its
 * popularity adds (with `temperature: 0` their inner product, as in the paper). Learned by a softmax over the next item and drawn ones (see `loss`).
 *
 * Order comes from the timestamps, or from the order of the rows where there are none; values do not count, and an item that is in a history several times counts where it was met last. A visitor gets the list of a known
 * user with the same history: both go through the same network. The result is the same, bit for bit, for any number of threads. `partialFit`
 * takes a few warm steps on the histories that grew and leaves the network as it is.
 *
 * @example
 * const next = await new SasRecRecommender({ seed: 1 }).fit(interactions, { validation: 'auto' });
 * next.recommendFor([{ item: 'B01', timestamp: 1.7e12 }, 'B07'], { n: 10 });
 */
export class SasRecRecommender extends FactorBase<SasRecModel, SasRecAnswers> {
  /** Short name of the model family, also in model files. */
  override readonly kind = sasRecKind;
  protected override readonly iterates = true;
  protected override readonly readsOrder = true;
  readonly #settings: SasRecSettings;

  /** @throws ERR_BAD_OPTION */
  constructor(options: SasRecOptions = {}) {
    const settings = readSasRecOptions(options);
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /** The training record. */
  get history(): readonly TrainingIteration[] {
    return this.model.history;
  }

  /**
   * items x factors in id order, what scores are made of: of length 1 with a `temperature`. Where popularity counts, a last column has what it adds.
   * Made anew at each access.
   */
  get itemFactors(): Factors {
    const { candidates, biases } = this.answers;
    return withColumn(candidates, this.model.settings.factors, biases);
  }

  /**
   * Learns from interactions.
   * @throws ERR_EMPTY without interactions; ERR_NUMERIC when numbers overflow; ERR_OUT_OF_MEMORY; ERR_BAD_VALUE when `validate` gives no
   *   number; the signal's reason. The model then stays what it was.
   */
  override async fit(interactions: Interactions, options: SasRecFitOptions = {}): Promise<this> {
    const settings = this.#settings;
    const { patience, seed, epochs } = settings;
    const read = readTrainingFitOptions<SasRecRecommender>('SasRecRecommender', options, { validateEvery: 1, patience });
    checkInteractions('SasRecRecommender.fit', interactions);
    const modelOf = (data: Interactions, state: SasRecModel['state'], history: TrainingIteration[]): SasRecModel => {
      return { ...baseOf(data), order: data.sequences.items.slice(), settings, state, history };
    };
    const { SasRecTrainer } = await import('./train.ts');
    const { state, history } = await trainModel({
      owner: 'SasRecRecommender',
      epochs,
      seed,
      readsOrder: true,
      interactions,
      options: read,
      start: (data) => new SasRecTrainer({ offsets: data.sequences.offsets, order: data.sequences.items, items: data.itemCount }, settings),
      modelOf: (...parts) => SasRecRecommender.#of(modelOf(...parts)),
    });
    this.replace(modelOf(interactions, state, history));
    return this;
  }

  /** Takes in new interactions by warm steps: vectors of items change, the network does not. @throws as {@link fit} */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const work = readFit('SasRecRecommender.partialFit', interactions, options);
    const { continueSasRec } = await import('./update.ts');
    this.replace(await continueSasRec(model, interactions, work));
    return this;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return sasRecFile(this.model);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): SasRecRecommender {
    const own = readLoadOptions('SasRecRecommender', options);
    return SasRecRecommender.#of(sasRecFromBytes(bytes, (stored) => readSasRecOptions({ ...stored, ...own })));
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Afterwards all that answers need is made, with chances for others
   * to work meanwhile.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<SasRecRecommender> {
    return SasRecRecommender.fromBytes(await storedBytes(store, reference), options).prepared();
  }

  protected override *serving({ state, settings, byUser }: SasRecModel): Generator<void, SasRecAnswers> {
    const { factors: f, threads, temperature, popularity } = settings;
    const candidates = temperature > 0 ? unitRows(state.items, f) : state.items;
    const biases = popularity > 0 ? popularityOf(byUser, popularity * (temperature > 0 ? temperature : 1)) : undefined;
    const rows = { rows: candidates, stride: f, f, ...(biases && { biasOf: (item: number) => biases[item] }) };
    return {
      factors: yield* FactorServing.copying(rows, threads),
      encoder: new SasRecEncoder(state, settings),
      candidates,
      biases,
      users: undefined,
    };
  }

  protected override historyOf(user: number): HistoryRow {
    return inOrder(this.model, user, super.historyOf(user));
  }

  /** Sums of the vectors of what users did last: what comes out of the network says what is next, and not who someone is. */
  protected override userRowsOf({ users, settings }: SasRecModel): UserRows {
    const { answers } = this;
    const { factors: f, maxLength } = settings;
    answers.users ??= sumsOf(
      Array.from({ length: users.size }, (_, user) => lastMet(this.historyOf(user)).slice(-maxLength)),
      answers.candidates,
      f,
    );
    return { rows: answers.users, stride: f, f };
  }

  protected override profileOf(user: number): FactorProfile {
    return this.profileFrom(this.historyOf(user));
  }

  protected override profileFrom(row: HistoryRow): FactorProfile {
    const vector = this.answers.encoder.vectorOf(lastMet(row));
    return { vector: this.model.settings.temperature > 0 ? unitRows(vector, vector.length) : vector, add: 0 };
  }

  static #of(model: SasRecModel): SasRecRecommender {
    const own = new SasRecRecommender(model.settings);
    own.replace(model);
    return own;
  }
}

function sumsOf(histories: Int32Array[], items: Float32Array, f: number): Float32Array {
  const sums = new Float32Array(histories.length * f);
  histories.forEach((history, user) => {
    for (const item of history) for (let k = 0; k < f; k++) sums[user * f + k] += items[item * f + k];
  });
  return sums;
}

/** The rows divided by their lengths. */
function unitRows(rows: Float32Array, f: number): Float32Array {
  const units = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += f) {
    let square = 0;
    for (let k = at; k < at + f; k++) square += rows[k] * rows[k];
    const inverse = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let k = at; k < at + f; k++) units[k] = inverse * rows[k];
  }
  return units;
}
