import { AttuneError, shown } from '../errors.ts';
import { choleskyFactor, choleskySubstitute } from '../numeric/cholesky.ts';
import { isVector } from '../numeric/is-vector.ts';
import { checkIterable } from '../options.ts';
import type { AlsRecommender } from '../recommenders/als/als.ts';
import type { AlsSettings } from '../recommenders/als/options.ts';
import { extraConfidence, lambdaOf, observations, weighedPreference } from '../recommenders/als/solver/equations.ts';
import type { HistoryFactors } from '../recommenders/factors/factor-recommender.ts';

/** What a {@link ShardFoldIn} is made of; JSON. */
export interface ShardFoldInState {
  /** Options of the model that the equation of a history reads. */
  settings: Pick<AlsSettings, 'factors' | 'feedback' | 'alpha' | 'regularization' | 'regularizationScaling' | 'regularizationExponent'>;
  /** Number of items of the whole model. */
  itemCount: number;
  /** Gram matrix of the factors of all items, factors x factors, row-major; empty for explicit feedback. */
  gram: number[];
  /** Whether values of 0 and below count as observations: true of some models of old files. */
  countsAll: boolean;
}

/**
 * Factors of visitors where the items of an `AlsRecommender` lie in several parts ({@link shardByItem}). The equation of a history,
 * (YᵀY + Σ (c − 1) y yᵀ + λI) x = Σ c p y (Hu, Koren & Volinsky 2008, eq. 4), needs the factors y of the history's own items, which each
 * part knows for those it holds, and of all others only their Gram matrix, which does not change: factors² numbers, kept here.
 *
 * @example
 * const foldIn = ShardFoldIn.of(als); // or ShardFoldIn.from(json)
 * const rows = parts.flatMap((part) => part.historyFactors(history)); // asked of each part
 * const factors = foldIn.solve(rows);
 * const lists = parts.map((part) => part.recommendByFactors(factors, { n: 10, exclude: history })); // asked again
 * mergeShards(lists, 10, als.items); // als.recommendFor(history, { n: 10 })
 */
export class ShardFoldIn {
  readonly #state: ShardFoldInState;

  private constructor(state: ShardFoldInState) {
    this.#state = state;
  }

  /** That of a fitted model. @throws ERR_NOT_FITTED; ERR_NOT_SUPPORTED for a model with biases, which cannot be split either */
  static of(als: AlsRecommender): ShardFoldIn {
    if (!(als?.options && als.itemFactors))
      throw new AttuneError('ERR_BAD_ARGUMENT', `ShardFoldIn.of: expected a fitted AlsRecommender, got ${shown(als)}.`);
    const { factors, feedback, alpha, regularization, regularizationScaling, regularizationExponent, biases } = als.options;
    if (biases) throw new AttuneError('ERR_NOT_SUPPORTED', 'ShardFoldIn: expected a model without biases. Fit it with biases: false.');
    const { data, rows } = als.itemFactors;
    return new ShardFoldIn({
      settings: { factors, feedback, alpha, regularization, regularizationScaling, regularizationExponent },
      itemCount: rows,
      gram: feedback === 'implicit' ? Array.from(gramOf(data, rows, factors)) : [],
      countsAll: als.countsAll,
    });
  }

  /** One that was written as JSON, parsed. @throws ERR_BAD_FILE */
  static from(state: ShardFoldInState): ShardFoldIn {
    const { settings, itemCount, gram, countsAll } = (state ?? {}) as Partial<ShardFoldInState>;
    const { factors, feedback, alpha, regularization, regularizationScaling, regularizationExponent } = settings ?? ({} as never);
    const areNumbers = isVector([factors, alpha, regularization, regularizationExponent, itemCount]);
    const areWords = ['none', 'count', 'frequency'].includes(regularizationScaling) && typeof countsAll === 'boolean';
    if (areNumbers && areWords && isVector(gram, feedback === 'implicit' ? factors ** 2 : 0)) return new ShardFoldIn(state);
    throw new AttuneError('ERR_BAD_FILE', `ShardFoldIn.from: expected what toJSON() gave, got ${shown(state)}.`);
  }

  /** For `JSON.stringify`. */
  toJSON(): ShardFoldInState {
    return this.#state;
  }

  /**
   * The factors of a visitor.
   * @param rows what `historyFactors` of all parts gave, in any order
   * @throws ERR_UNKNOWN_HISTORY without a row; ERR_BAD_ARGUMENT for factors of another length; ERR_NUMERIC when numbers overflow
   */
  solve(rows: Iterable<HistoryFactors>): Float32Array {
    const { settings, itemCount, gram, countsAll } = this.#state;
    const f = settings.factors;
    const matrix = gram.length > 0 ? Float64Array.from(gram) : new Float64Array(f * f);
    const right = new Float64Array(f);
    const values: number[] = [];
    for (const row of checkIterable('ShardFoldIn.solve', '{ item, value, factors }', rows)) {
      const { value, factors: y } = (row ?? {}) as HistoryFactors;
      if (!isVector(y, f)) throw new AttuneError('ERR_BAD_ARGUMENT', `ShardFoldIn.solve: expected ${f} factors, got ${shown(y)}.`);
      if (!isVector([value])) throw new AttuneError('ERR_BAD_ARGUMENT', `ShardFoldIn.solve: expected a finite value, got ${shown(value)}.`);
      const d = extraConfidence(value, settings);
      const r = weighedPreference(value, d, settings);
      for (let i = 0; i < f; i++) {
        right[i] += r * y[i];
        for (let j = 0; j <= i; j++) matrix[i * f + j] += d * y[i] * y[j];
      }
      values.push(value);
    }
    if (values.length === 0) throw new AttuneError('ERR_UNKNOWN_HISTORY', 'No item of the history is known to any part.');
    const count = observations(values, 0, values.length, { feedback: settings.feedback, countsAll });
    const lambda = Math.max(lambdaOf(count, itemCount, settings as AlsSettings), 1e-6);
    for (let i = 0; i < f; i++) matrix[i * f + i] += lambda;
    if (choleskyFactor(matrix, f)) choleskySubstitute(matrix, f, right);
    else right.fill(Number.NaN);
    if (right.every(Number.isFinite)) return Float32Array.from(right);
    throw new AttuneError('ERR_NUMERIC', 'ShardFoldIn.solve: the equation of the history has no finite solution. Use smaller values.');
  }
}

/** Y^T Y. */
function gramOf(y: Float32Array, rows: number, f: number): Float64Array {
  const gram = new Float64Array(f * f);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < f; i++) for (let j = 0; j <= i; j++) gram[i * f + j] += y[row * f + i] * y[row * f + j];
  }
  for (let i = 0; i < f; i++) for (let j = 0; j < i; j++) gram[j * f + i] = gram[i * f + j];
  return gram;
}
