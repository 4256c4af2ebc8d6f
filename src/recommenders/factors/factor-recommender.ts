import type { ModelStore } from '../../contracts/model-store.ts';
import type {
  Factors,
  FitOptions,
  History,
  LoadOptions,
  RecommendationList,
  RecommenderOptions,
  RecommendOptions,
} from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import { anything, readOptions, recommenderOptions, workOptions } from '../../options.ts';
import { Pace } from '../../work/pace.ts';
import type { HistoryRow } from '../shared/base.ts';
import { fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { checkInteractions } from '../shared/read-fit.ts';
import { type FactorAnswers, FactorBase } from './base.ts';
import { type FactorModel, factorKind, factorsFile, factorsFromBytes, meanOf, userMeans } from './factor-model.ts';
import { type FactorInput, factorInputNames, readFactors } from './input.ts';
import { type FactorProfile, FactorServing } from './serving.ts';
import type { UserRows } from './similar-users.ts';

/** An item of a history with its factors; JSON. */
export interface HistoryFactors {
  /** Id. */
  item: string;
  /** Its value in the history. */
  value: number;
  /** One number per factor. */
  factors: number[];
}

/** Options of {@link FactorRecommender}. */
export type FactorOptions = RecommenderOptions;

/**
 * Serves factors that were trained elsewhere, in Spark or Python, by attune's exact and pruned lists: a score is the inner product of a
 * user's and an item's factors, plus biases if there are any.
 *
 * It does not know how the factors were learned, so a visitor without factors gets the mean of the factors of
 * the items they chose, weighted by value. For factors of alternating least squares use `AlsRecommender.fromFactors`, which solves the
 * equation of a history exactly, explains, and takes in new interactions.
 *
 * @example
 * const model = FactorRecommender.from({ userIds, itemIds, userFactors, itemFactors, history });
 * model.recommend('A1', { n: 10 });
 */
export class FactorRecommender extends FactorBase<FactorModel, FactorAnswers> {
  /** Short name of the model family, also in model files. */
  override readonly kind = factorKind;
  readonly #options: Required<Omit<FactorOptions, 'seed'>>;

  /** A recommender without factors yet; {@link FactorRecommender.from} makes one with them. @throws ERR_BAD_OPTION */
  constructor(options: FactorOptions = {}) {
    const { seed: _, ...read } = readOptions('FactorRecommender', options, recommenderOptions);
    super(read.onUnknown);
    this.#options = read;
  }

  /**
   * A recommender of given factors.
   * @param input ids, factors, biases and the history of users, which may be left out; and {@link FactorOptions}
   * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_DUPLICATE, ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_EMPTY, ERR_BAD_OPTION, ERR_NUMERIC when
   *   products of factors overflow float32
   */
  static from(input: FactorInput & FactorOptions): FactorRecommender {
    const owner = 'FactorRecommender.from';
    const known = Object.fromEntries(factorInputNames.map((name) => [name, anything()]));
    const { threads, onUnknown } = readOptions(owner, input, { ...known, ...recommenderOptions });
    const model = new FactorRecommender({ threads, onUnknown });
    const read = readFactors(owner, input);
    model.replace({ ...read, userFactors: read.userFactors ?? userMeans(read) });
    return model;
  }

  /** The options in use, defaults filled in. */
  get options(): Readonly<Required<Omit<FactorOptions, 'seed'>>> {
    return this.#options;
  }

  /** users x factors in id order. Do not write to it. */
  get userFactors(): Factors {
    const { userFactors, users, factors } = this.model;
    return { data: userFactors, rows: users.size, columns: factors };
  }

  /** items x factors in id order. Do not write to it. */
  get itemFactors(): Factors {
    const { itemFactors, items, factors } = this.model;
    return { data: itemFactors, rows: items.size, columns: factors };
  }

  /**
   * Takes other users and their history for the same items: item factors stay, and each user of `interactions` becomes the mean of the
   * factors of their items, as a visitor is. Items without factors are ignored.
   * @throws ERR_NOT_FITTED before there are item factors; ERR_EMPTY without interactions; the signal's reason. The model then stays what
   *   it was.
   */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const owner = 'FactorRecommender.fit';
    const work = readOptions(owner, options, workOptions);
    work.signal?.throwIfAborted();
    checkInteractions(owner, interactions);
    const { items, itemFactors, biases, factors } = this.model;
    const pace = new Pace('folding in', interactions.userCount, work);
    await pace.rest(0);
    const matrix = { data: itemFactors, rows: items.size, columns: factors };
    const read = readFactors(owner, { userIds: interactions.users, itemIds: items, itemFactors: matrix, history: interactions });
    const model = {
      ...read,
      userFactors: userMeans(read),
      biases: biases && { ...biases, users: new Float32Array(read.users.size) },
    };
    await pace.finish();
    this.replace(model);
    return this;
  }

  /**
   * The factors of those items of a history that are known here, for a visitor whose items lie in several parts; see `ShardFoldIn`. Empty
   * when none is.
   * @throws ERR_BAD_ID, ERR_BAD_VALUE
   */
  historyFactors(history: History): HistoryFactors[] {
    const { itemFactors, factors: f } = this.model;
    const { items, values } = this.readHistory(history);
    return Array.from(items, (item, k) => ({
      item: this.items.idAt(item),
      value: values[k],
      factors: Array.from(itemFactors.subarray(item * f, (item + 1) * f)),
    }));
  }

  /**
   * Best-first list for factors that come from elsewhere, such as `ShardFoldIn`. Nothing counts as seen: pass it as `exclude`.
   * @param factors one number per factor
   * @throws ERR_BAD_ARGUMENT when there are more or fewer, or one is not finite
   */
  recommendByFactors(factors: ArrayLike<number>, options: RecommendOptions = {}): RecommendationList {
    const owner = 'FactorRecommender.recommendByFactors';
    const { factors: f, biases } = this.model;
    const vector = factors?.length === f && Array.prototype.every.call(factors, Number.isFinite) ? Float32Array.from(factors) : undefined;
    if (!vector?.every(Number.isFinite)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected ${f} finite numbers, got ${shown(factors)}.`);
    }
    return this.listOf(owner, { vector, add: biases?.global ?? 0 }, options);
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return factorsFile(this.model, this.#options);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT, ERR_BAD_OPTION */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): FactorRecommender {
    const own = readLoadOptions('FactorRecommender', options);
    const { model, options: stored } = factorsFromBytes(bytes);
    const recommender = fromSettings(factorKind, { ...stored, ...own }, (settings) => new FactorRecommender(settings));
    recommender.replace(model);
    return recommender;
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Afterwards all that answers need is made, with chances for others
   * to work meanwhile.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<FactorRecommender> {
    return FactorRecommender.fromBytes(await storedBytes(store, reference), options).prepared();
  }

  protected override *serving({ itemFactors, biases, factors: f }: FactorModel): Generator<void, FactorAnswers> {
    const biasOf = biases && ((item: number) => biases.items[item]);
    return { factors: yield* FactorServing.copying({ rows: itemFactors, stride: f, f, ...(biasOf && { biasOf }) }, this.#options.threads) };
  }

  protected override userRowsOf({ userFactors, factors: f }: FactorModel): UserRows {
    return { rows: userFactors, stride: f, f };
  }

  protected override profileOf(user: number): FactorProfile {
    const { userFactors, biases, factors: f } = this.model;
    return { vector: userFactors.subarray(user * f, (user + 1) * f), add: biases ? biases.global + biases.users[user] : 0 };
  }

  protected override profileFrom({ items, values }: HistoryRow): FactorProfile {
    const { itemFactors, biases, factors: f } = this.model;
    return { vector: meanOf(itemFactors, f, items, values), add: biases?.global ?? 0 };
  }
}
