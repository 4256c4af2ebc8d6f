import type { ModelStore } from '../../contracts/model-store.ts';
import type { Factors, LoadOptions } from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { columnsOf } from '../../numeric/columns.ts';
import { readOptions } from '../../options.ts';
import { FactorBase } from '../factors/base.ts';
import type { FactorProfile } from '../factors/serving.ts';
import type { UserRows } from '../factors/similar-users.ts';
import type { HistoryRow } from '../shared/base.ts';
import { readLoadOptions, storedBytes } from '../shared/codec.ts';
import { EarlyStopping } from '../shared/early-stopping.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { likedItems, likedRows } from '../shared/liked.ts';
import { checkInteractions } from '../shared/read-fit.ts';
import { type BprModel, bprFile, bprFromBytes, bprKind } from './model.ts';
import { type BprFitOptionsOf, type BprIteration, type BprOptions, type BprSettings, bprChecks, readBprFitOptions } from './options.ts';
import { widthOf } from './rows.ts';
import { BprServing } from './serving.ts';
import type { AfterIteration, BprFactors } from './train.ts';

export type { BprIteration, BprOptions } from './options.ts';

/** Options of {@link BprRecommender.fit}. */
export type BprFitOptions = BprFitOptionsOf<BprRecommender>;

/**
 * Matrix factorization by Bayesian personalized ranking (Rendle et al. 2009): stochastic gradient descent on the mean of
 * -ln sigma(x.p + b_p - x.q - b_q) over triples of a user x, an item p they like (value above 0) and an item q drawn from the others, with
 * `regularization` / 2 times the squares of all three rows. It learns the order of items, not values.
 *
 * At the end, users are solved once more with the items held fixed, so a stored user and a visitor with the same history get the same
 * list. The result is the same, bit for bit, for any number of threads. There is no `partialFit`: fit again, or fold in.
 *
 * @example
 * const bpr = await new BprRecommender({ factors: 64, candidates: 4 }).fit(interactions);
 * bpr.recommend('A1', { n: 10 });
 */
export class BprRecommender extends FactorBase<BprModel, BprServing> {
  /** Short name of the model family, also in model files. */
  override readonly kind = bprKind;
  protected override readonly iterates = true;
  readonly #settings: BprSettings;

  /** @throws ERR_BAD_OPTION */
  constructor(options: BprOptions = {}) {
    const settings = readOptions('BprRecommender', options, bprChecks);
    super(settings.onUnknown);
    this.#settings = settings;
  }

  /** The training record. */
  get history(): readonly BprIteration[] {
    return this.model.history;
  }

  /** users x factors in id order; computed on each access. */
  get userFactors(): Factors {
    return this.#factorsOf(this.model.userRows);
  }

  /** items x factors in id order, without biases; computed on each access. */
  get itemFactors(): Factors {
    return this.#factorsOf(this.model.itemRows);
  }

  /**
   * Learns from interactions.
   * @throws ERR_EMPTY without interactions; ERR_NUMERIC when numbers overflow; ERR_OUT_OF_MEMORY; ERR_BAD_VALUE when `validate` gives no
   *   number; the signal's reason. The model then stays what it was.
   */
  override async fit(interactions: Interactions, options: BprFitOptions = {}): Promise<this> {
    const { validate, validation, validateEvery, patience, ...work } = readBprFitOptions<BprRecommender>(options);
    work.signal?.throwIfAborted();
    checkInteractions('BprRecommender.fit', interactions);
    const base = baseOf(interactions);
    const settings = this.#settings;
    const modelOf = ({ users, items }: BprFactors, history: BprIteration[]): BprModel => ({
      ...base,
      settings,
      userRows: users,
      itemRows: items,
      history,
    });
    const { trialFit, validateOn } = await import('../shared/trial-fit.ts');
    const trial =
      validation === 'auto'
        ? await trialFit(interactions, settings.seed, (part, held) =>
            new BprRecommender(settings).fit(part, {
              signal: work.signal,
              validation: held,
              validateEvery,
              patience,
              onProgress: work.onProgress && ((progress) => work.onProgress?.({ ...progress, phase: 'validating' })),
            }),
          )
        : undefined;
    const measure = validation && validation !== 'auto' ? validateOn(validation, work.signal) : validate;
    const watch =
      measure && watcher((factors, history) => measure(BprRecommender.#of(modelOf(factors, history))), { validateEvery, patience });
    const { trainBpr } = await import('./train.ts');
    const iterations = trial?.iterations ?? settings.iterations;
    const trained = await trainBpr(likedRows(base.byUser), { ...settings, iterations }, work, watch ?? (async () => undefined));
    work.signal?.throwIfAborted();
    this.replace(modelOf(trained, trial?.annotate(trained.history) ?? trained.history));
    return this;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return bprFile(this.model);
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): BprRecommender {
    const own = readLoadOptions('BprRecommender', options);
    return BprRecommender.#of(bprFromBytes(bytes, (stored) => readOptions('BprRecommender', { ...stored, ...own }, bprChecks)));
  }

  /**
   * Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. Afterwards all that answers need is made, with chances for others
   * to work meanwhile.
   * @throws ERR_NOT_FOUND and what {@link fromBytes} throws
   */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<BprRecommender> {
    return BprRecommender.fromBytes(await storedBytes(store, reference), options).prepared();
  }

  protected override serving({ itemRows, settings }: BprModel): Generator<void, BprServing> {
    return BprServing.making(itemRows, settings);
  }

  protected override userRowsOf({ userRows, settings }: BprModel): UserRows {
    return { rows: userRows, stride: widthOf(settings), f: settings.factors };
  }

  protected override profileOf(user: number): FactorProfile {
    const width = widthOf(this.#settings);
    return { vector: this.model.userRows.subarray(user * width, (user + 1) * width), add: 0 };
  }

  protected override profileFrom(row: HistoryRow): FactorProfile {
    return { vector: this.answers.foldIn(likedItems(row)), add: 0 };
  }

  #factorsOf(rows: Float32Array) {
    const { factors } = this.#settings;
    const width = widthOf(this.#settings);
    return { data: columnsOf(rows, width, 0, factors), rows: rows.length / width, columns: factors };
  }

  static #of(model: BprModel): BprRecommender {
    const bpr = new BprRecommender(model.settings);
    bpr.replace(model);
    return bpr;
  }
}

/** The hook of `trainBpr` that measures and stops. */
function watcher(
  measure: (factors: BprFactors, history: BprIteration[]) => number | Promise<number>,
  options: { validateEvery: number; patience: number },
): AfterIteration {
  const history: BprIteration[] = [];
  const stopping = new EarlyStopping<BprFactors>('BprRecommender', (factors) => measure(factors, [...history]), options);
  return (line, factors, final) => {
    history.push(line);
    return stopping.after({ line, final, factors });
  };
}
