import type { ModelStore } from '../../contracts/model-store.ts';
import type { FitOptions, LoadOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import { type ModelFile, writeModelFile } from '../../data/files/model-file.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { AttuneError } from '../../errors.ts';
import { choice, integer, number, optional, readOptions, recommenderOptions } from '../../options.ts';
import type { FittedBase, HistoryRow } from '../shared/base.ts';
import { ClosedFormRecommender } from '../shared/closed-form-base.ts';
import { decodeModel, fileOf, fromSettings, readLoadOptions, storedBytes } from '../shared/codec.ts';
import { bytesAnEntry } from '../shared/largest-entries.ts';
import { blockedBytes, invertByBlocks } from './blocked.ts';
import { invertDirectly } from './direct.ts';
import { invertIteratively, iterativeBytes } from './iterative.ts';
import { allWeights, type EaseWeights, largestWeights, weightsFromTensors } from './weights.ts';

/** Options of {@link EaseRecommender}. */
export interface EaseOptions extends RecommenderOptions {
  /** Added to the diagonal of XᵀX; larger trusts rare items less. Above 0, default 250. */
  regularization?: number | undefined;
  /**
   * Keeps only this many weights per item on average, those of the largest magnitude: the model then takes items x this x 8 bytes, and a list a
   * fraction of the time. Measure the loss of quality on your data. Default: all weights, items x items.
   */
  weightsPerItem?: number | undefined;
  /**
   * How P is found. `'direct'`: by inverting the dense matrix in 64 bits, items^3 / 2 multiply-adds on one thread. `'blocked'`: the same in
   * 32 bits, on all `threads`, which takes a tenth of the processor time. `'iterative'`: column by column by
   * conjugate gradients on the sparse data in 32 bits, to a relative residual of 1e-5, on all `threads`; some 40 x entries x items
   * multiply-adds, and no dense matrix unless all weights are kept. `'auto'` (default): `'direct'` below 1,024 items, and what takes less time
   * beyond.
   */
  solver?: 'auto' | 'direct' | 'blocked' | 'iterative' | undefined;
  /** Maximum memory that fitting may take, in bytes. Default 2 GiB: 16,384 items when all weights are kept, some hundred thousand when 200 are. */
  maxBytes?: number | undefined;
}

const optionChecks = {
  regularization: number({ default: 250, above: 0 }),
  weightsPerItem: optional(integer({ min: 1 })),
  solver: choice(['auto', 'direct', 'blocked', 'iterative'] as const, 'auto'),
  maxBytes: number({ default: 2 ** 31, min: 0 }),
  ...recommenderOptions,
};

/** How P is found. */
const solvers = { direct: invertDirectly, blocked: invertByBlocks, iterative: invertIteratively };

/** Items whose matrix is inverted in 64 bits, in up to half a minute, where 32 bits are not enough. */
const mostInverted = 4096;

/**
 * Few items go the old way, to the last bit. Beyond, a multiply-add of the dense inverse takes about a twelfth of the time of one of
 * conjugate gradients, which need some 40 x entries of them per column where the inverse needs items^2 / 2.
 */
function fastest(items: number, entries: number): keyof typeof solvers {
  if (items < 1024) return items * items <= 40 * entries ? 'direct' : 'iterative';
  return items * items <= 900 * entries && blockedBytes(items) < 2 ** 31 ? 'blocked' : 'iterative';
}

interface Fitted extends FittedBase {
  /** B. */
  weights: EaseWeights;
}

const kind = 'ease';
const format = { kind, formatVersion: 1 };

/**
 * EASE, a linear model in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): with P = (XᵀX +
 * regularization I)^-1, the weight from item j to item i is B_ji = -P_ji / P_ii, and 0 on the diagonal; the score of an item is the
 * sum over the user's items of value x weight. Up to some thousands of items it works as the paper does; on larger, sparse catalogues it
 * solves for P without ever making XᵀX, and `weightsPerItem` keeps the model small. `similarItems` gives the partial correlation
 * -P_ij / sqrt(P_ii P_jj) of the items whose weights were kept, and knows no `'dot'`.
 */
export class EaseRecommender extends ClosedFormRecommender<Fitted> {
  /** Short name of the model family, also in model files. */
  override readonly kind = kind;
  protected override readonly className = 'EaseRecommender';
  readonly #options: Required<Omit<EaseOptions, 'weightsPerItem' | 'seed'>> & { weightsPerItem: number | undefined };

  /** @throws ERR_BAD_OPTION */
  constructor(options: EaseOptions = {}) {
    const { seed: _, ...o } = readOptions('EaseRecommender', options, optionChecks);
    super(o.onUnknown);
    this.#options = o;
  }

  /** The whole model as one safetensors file. @throws ERR_NOT_FITTED */
  override toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile(this.file());
  }

  /** The parts of that file. @internal */
  file(): ModelFile {
    return fileOf(format, this.model, { settings: this.#options, tensors: this.model.weights.toTensors() });
  }

  /** Reads a model that {@link toBytes} wrote. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): EaseRecommender {
    const own = readLoadOptions('EaseRecommender', options);
    const { file, base } = decodeModel(format, bytes);
    const model = fromSettings(kind, { ...file.settings, ...own }, (settings) => new EaseRecommender(settings));
    model.fitted = { ...base, weights: weightsFromTensors(file, base.items.size) };
    return model;
  }

  /** Loads a model from a store: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND and what {@link fromBytes} throws */
  static async load(store: ModelStore, reference: string, options: LoadOptions = {}): Promise<EaseRecommender> {
    return EaseRecommender.fromBytes(await storedBytes(store, reference), options);
  }

  protected override scoreAll(row: HistoryRow, scores: Float32Array): void {
    const { weights } = this.model;
    for (let k = 0; k < row.items.length; k++) weights.add(row.items[k], row.values[k], scores);
  }

  protected override weightBetween(from: number, to: number): number {
    return this.model.weights.at(from, to);
  }

  protected override similarityAll(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    if (metric === 'dot') throw new AttuneError('ERR_NOT_SUPPORTED', `A model of kind '${kind}' has no vectors. Use metric: 'cosine'.`);
    this.model.weights.similarity(item, scores);
  }

  protected override async solve(base: FittedBase, work: FitOptions): Promise<void> {
    const { byUser } = base;
    const size = base.items.size;
    const { regularization, weightsPerItem = size, solver, threads } = this.#options;
    const way = solver === 'auto' ? fastest(size, byUser.indices.length) : solver;
    const all = weightsPerItem >= size - 1;
    const options = { ...work, regularization, threads: threads === 'auto' ? availableThreads() : threads };
    const weightsBy = async (solver: keyof typeof solvers) => {
      this.#checkMemory(size, byUser.indices.length, solver, all ? undefined : weightsPerItem);
      const collector = all ? allWeights(size) : largestWeights(size, weightsPerItem);
      await solvers[solver](byUser, options, collector.take);
      return collector.done();
    };
    const weights = await weightsBy(way).catch((error: unknown) => {
      // Values of very different sizes, such as numbers of plays, may need 64 bits.
      const mayHelp = solver === 'auto' && way !== 'direct' && size <= mostInverted;
      if (mayHelp && error instanceof AttuneError && error.code === 'ERR_NUMERIC') return weightsBy('direct');
      throw error;
    });
    this.fitted = { ...base, weights };
  }

  #checkMemory(items: number, entries: number, way: keyof typeof solvers, kept: number | undefined): void {
    const inverse = { direct: () => 8 * items ** 2, blocked: () => blockedBytes(items), iterative: () => iterativeBytes(items, entries) }[
      way
    ]();
    const weights = kept === undefined ? (way === 'direct' ? 0 : 4 * items ** 2) : kept * items * bytesAnEntry;
    const { maxBytes } = this.#options;
    if (inverse + weights <= maxBytes) return;
    throw new AttuneError(
      'ERR_OUT_OF_MEMORY',
      `EaseRecommender: expected a fit that takes at most ${maxBytes} bytes, got ${items} items with ${entries} interactions, which take ${
        inverse + weights
      }. Pass weightsPerItem${kept === undefined ? ', such as 200' : ' of a smaller number'}, filter rare items, use an ItemKnnRecommender, or raise maxBytes.`,
    );
  }
}
