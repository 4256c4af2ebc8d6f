import type { Interactions } from '../data/interactions.ts';
import { AttuneError } from '../errors.ts';
import { choice, number, readOptions, workOptions } from '../options.ts';
import { readModelFile, tensorOf, writeModelFile } from '../storage/model-file.ts';
import type { ModelStore } from '../storage/model-store.ts';
import { BaseRecommender, checkInteractions, type FittedBase, type HistoryRow } from './base.ts';
import { explainChecks, explanation, unexplained } from './explanation.ts';
import { baseFromFile, baseOf, baseToFile } from './fitted-base.ts';
import { invert } from './inverse.ts';
import { mergeInto } from './merge.ts';
import { Pace } from './pace.ts';
import type { ExplainOptions, Explanation, FitOptions, UnknownPolicy } from './recommender.ts';

/** Options of {@link EaseRecommender}. */
export interface EaseOptions {
  /** Added to the diagonal of XᵀX; larger trusts rare items less. Above 0, default 250. */
  regularization?: number;
  /** How much memory the dense items x items matrix may take, at 8 bytes a number. Default 2 GiB, which is 16,384 items. */
  maxBytes?: number;
  /** What happens on unknown ids. Default `'throw'`. */
  onUnknown?: UnknownPolicy;
}

const optionChecks = {
  regularization: number({ default: 250, above: 0 }),
  maxBytes: number({ default: 2 ** 31, min: 0 }),
  onUnknown: choice(['throw', 'empty'] as const, 'throw'),
};

interface Fitted extends FittedBase {
  /** B, items x items row-major: row j holds what item j of a history adds to each item. */
  weights: Float32Array;
}

const kind = 'ease';
const formatVersion = 1;

/**
 * EASE, a linear model in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): with P = (XᵀX +
 * regularization I)^-1, the weight from item j to item i is B_ji = -P_ji / P_ii, and 0 on the diagonal; the score of an item is the
 * sum over the user's items of value x weight. Strong on catalogues of up to some thousands of items; time grows with their cube, memory
 * with their square. `similarItems` gives the partial correlation -P_ij / sqrt(P_ii P_jj), and knows no `'dot'`.
 */
export class EaseRecommender extends BaseRecommender<Fitted, HistoryRow> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  readonly #options: Required<EaseOptions>;

  /** @throws ERR_BAD_OPTION */
  constructor(options: EaseOptions = {}) {
    const o = readOptions('EaseRecommender', options, optionChecks);
    super(o.onUnknown);
    this.#options = o;
  }

  /** Solves for the weights. @throws ERR_EMPTY without rows, ERR_OUT_OF_MEMORY with too many items, ERR_NUMERIC */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readOptions('EaseRecommender.fit', options, workOptions);
    checkInteractions('EaseRecommender.fit', interactions);
    return this.#fit(() => baseOf(interactions), o);
  }

  /** Takes in new rows; the model is then the one that `fit` gives on all rows, where the newer of two rows of one pair counts. */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const o = readOptions('EaseRecommender.partialFit', options, workOptions);
    const { model } = this;
    checkInteractions('EaseRecommender.partialFit', interactions);
    return this.#fit(() => mergeInto(model, interactions), o);
  }

  /** The user's items with value x weight. @throws ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM */
  explain(user: string, item: string, options: ExplainOptions = {}): Explanation {
    const o = readOptions(`${kind}.explain`, options, explainChecks);
    const to = this.itemIndex(item, o.onUnknown);
    const index = this.userIndex(user, o.onUnknown);
    if (to < 0 || index < 0) return unexplained();
    const { items, weights } = this.model;
    const row = this.historyOf(index);
    const parts = Array.from(row.items, (from, k) => ({
      item: items.idAt(from),
      value: row.values[k],
      score: row.values[k] * weights[from * items.size + to],
    }));
    return explanation(this.scoreSome(row, Int32Array.of(to))[0], parts, o.n);
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    const { items, weights } = this.model;
    const { tensors, ids } = baseToFile(this.model);
    const all = { ...tensors, weights: { data: weights, shape: [items.size, items.size] } };
    return writeModelFile({ kind, formatVersion, settings: { ...this.#options }, tensors: all, ids });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array): EaseRecommender {
    const file = readModelFile(bytes, kind, formatVersion);
    const model = new EaseRecommender(file.settings);
    const base = baseFromFile(file);
    model.fitted = { ...base, weights: tensorOf(file, 'weights', Float32Array, base.items.size ** 2) };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string): Promise<EaseRecommender> {
    return EaseRecommender.fromBytes((await store.get(reference)).bytes);
  }

  protected override profileOf(user: number): HistoryRow {
    return this.historyOf(user);
  }

  protected override profileFrom(row: HistoryRow): HistoryRow {
    return row;
  }

  protected override scoreAll(row: HistoryRow, scores: Float32Array): void {
    const { weights } = this.model;
    const size = scores.length;
    for (let k = 0; k < row.items.length; k++) {
      const value = row.values[k];
      for (let i = 0, e = row.items[k] * size; i < size; i++, e++) scores[i] += value * weights[e];
    }
  }

  protected override scoreSome(row: HistoryRow, items: Int32Array): Float32Array {
    const { weights, items: ids } = this.model;
    const scores = new Float32Array(items.length);
    for (let k = 0; k < row.items.length; k++) {
      const start = row.items[k] * ids.size;
      for (let n = 0; n < items.length; n++) scores[n] += row.values[k] * weights[start + items[n]];
    }
    return scores;
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    if (metric === 'dot') throw new AttuneError('ERR_NOT_SUPPORTED', `A model of kind '${kind}' has no vectors. Use metric: 'cosine'.`);
    const { weights } = this.model;
    const size = scores.length;
    for (let i = 0; i < size; i++) {
      const there = weights[item * size + i];
      scores[i] = Math.sign(there) * Math.sqrt(Math.max(0, there * weights[i * size + item]));
    }
  }

  async #fit(makeBase: () => FittedBase, options: FitOptions): Promise<this> {
    options.signal?.throwIfAborted();
    const base = makeBase();
    const size = base.items.size;
    const needed = size * size * 8;
    if (needed > this.#options.maxBytes) {
      throw new AttuneError(
        'ERR_OUT_OF_MEMORY',
        `EaseRecommender: expected at most ${Math.floor(Math.sqrt(this.#options.maxBytes / 8))} items, got ${size}, whose matrix takes ${needed} bytes. Filter rare items, use an ItemKnnRecommender, or raise maxBytes.`,
      );
    }
    const a = await gramOf(base, this.#options.regularization, new Pace('multiplying', base.users.size, options));
    const pace = new Pace('inverting', size, options);
    if (!(await invert(a, size, pace))) {
      throw new AttuneError(
        'ERR_NUMERIC',
        'EaseRecommender: expected a positive definite matrix. Raise regularization, or scale the values down.',
      );
    }
    const weights = new Float32Array(size * size);
    for (let j = 0; j < size; j++) {
      if (pace.due) await pace.rest(size);
      for (let i = 0; i < size; i++) if (i !== j) weights[j * size + i] = -a[j * size + i] / a[i * size + i];
    }
    await pace.finish();
    this.fitted = { ...base, weights };
    return this;
  }
}

/** The lower half of XᵀX + regularization I. */
async function gramOf({ byUser, items, users }: FittedBase, regularization: number, pace: Pace): Promise<Float64Array> {
  const size = items.size;
  const a = new Float64Array(size * size);
  for (let user = 0; user < users.size; user++) {
    if (pace.due) await pace.rest(user);
    const end = byUser.offsets[user + 1];
    for (let e = byUser.offsets[user]; e < end; e++) {
      const start = byUser.indices[e] * size;
      for (let f = byUser.offsets[user]; f <= e; f++) a[start + byUser.indices[f]] += byUser.values[e] * byUser.values[f];
    }
  }
  for (let i = 0; i < size; i++) a[i * size + i] += regularization;
  await pace.finish();
  return a;
}
