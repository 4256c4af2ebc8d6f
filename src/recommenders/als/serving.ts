import { type Ranked, TopK } from '../../engine/top-k.ts';
import type { HistoryRow, RankRequest } from '../base.ts';
import type { AlsModel } from './model.ts';
import type { AlsSettings } from './options.ts';
import { lambdaOf, weigh } from './problem.ts';
import { type RowEquation, RowSolver } from './row-solver.ts';

const blockRows = 256;

/**
 * Answers of a fitted model. Items lie in WebAssembly memory by falling norm: |score| <= |user| |item|, so a scan for the
 * best stops where no later item can enter the list, with the answer of a full scan.
 */
export class AlsServing {
  /** The item side of the model and nothing of its users, since it outlives those that are forgotten. */
  readonly #side: { settings: AlsSettings; itemCount: number; itemBiases: Float32Array | undefined };
  readonly #solver: RowSolver;
  /** Position -> item index, by falling norm. */
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  readonly #norms: Float64Array;
  readonly #out: { at: number; array: Float32Array };
  readonly #some: { at: number; array: Int32Array };

  constructor({ itemFactors, settings, items, biases }: AlsModel) {
    const f = settings.factors;
    const count = items.size;
    this.#side = { settings, itemCount: count, itemBiases: biases?.items };
    const norms = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = biases ? biases.items[i] ** 2 : 0;
      for (let q = i * f; q < (i + 1) * f; q++) sum += itemFactors[q] * itemFactors[q];
      norms[i] = Math.sqrt(sum);
    }
    this.#order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => norms[b] - norms[a] || a - b);
    this.#position = new Int32Array(count);
    this.#order.forEach((item, position) => {
      this.#position[item] = position;
    });
    this.#norms = Float64Array.from(this.#order, (item) => norms[item]);
    this.#solver = new RowSolver({
      rows: itemFactors,
      f,
      gram: settings.feedback === 'implicit',
      extra: biases?.items,
      order: this.#order,
      longest: Math.max(1, count),
      spare: 2 * Math.max(blockRows, count),
    });
    this.#out = this.#solver.engine.f32(Math.max(blockRows, count));
    this.#some = this.#solver.engine.i32(count);
  }

  /** The equation that the history of a user poses, less the biases of explicit feedback. */
  equation({ items, values }: HistoryRow, bias: number): RowEquation {
    const { settings, itemBiases, itemCount } = this.#side;
    const d = new Float32Array(items.length);
    const r = new Float32Array(items.length);
    for (let e = 0; e < items.length; e++) {
      const residual = itemBiases ? values[e] - bias - itemBiases[items[e]] : values[e];
      const w = weigh(residual, settings);
      d[e] = w.d;
      r[e] = w.r;
    }
    return { indices: items, d, r, lambda: lambdaOf(items.length, itemCount, settings) };
  }

  /** Factors of a history, in the caller's basis. */
  foldIn(row: HistoryRow, bias: number): Float32Array {
    if (row.items.length === 0) return new Float32Array(this.#side.settings.factors);
    return this.#solver.toCaller(this.#solver.solve(this.equation(row, bias)));
  }

  /** Parts of a score by the items of a history. */
  contributions(row: HistoryRow, bias: number, item: number): Float64Array {
    return this.#solver.contributions(this.equation(row, bias), item);
  }

  /** Scores of some items for a vector of the caller's basis; `add` is added to each. */
  scoreSome(vector: Float32Array, items: Int32Array, add: number): Float32Array {
    this.#solver.toInner(vector);
    for (let k = 0; k < items.length; k++) this.#some.array[k] = this.#position[items[k]];
    const { engine, source, width } = this.#solver;
    engine.kernels.scoreSome(items.length, this.#some.at, this.#solver.vector.at, source.at, width, this.#out.at);
    return Float32Array.from({ length: items.length }, (_, k) => this.#out.array[k] + add);
  }

  /** Scores of all items, by item index. */
  scoreAll(vector: Float32Array, scores: Float32Array, add: number): void {
    this.#solver.toInner(vector);
    const { engine, source, width } = this.#solver;
    const count = this.#order.length;
    engine.kernels.scoreRows(0, count, this.#solver.vector.at, source.at, width, this.#out.at);
    for (let k = 0; k < count; k++) scores[this.#order[k]] = this.#out.array[k] + add;
  }

  /** The best items of a vector under a request. */
  rank(vector: Float32Array, { n, skip }: RankRequest, add: number): Ranked {
    const inner = this.#solver.toInner(vector);
    let norm = 0;
    for (const v of inner) norm += v * v;
    // Rounding of the sums may lift a score over the exact bound, by no more than this.
    norm = Math.sqrt(norm) * (1 + inner.length * 2e-7);
    const { engine, source, width } = this.#solver;
    const out = this.#out.array;
    const count = this.#order.length;
    const best = new TopK(n);
    for (let lo = 0; lo < count && n > 0; lo += blockRows) {
      if (norm * this.#norms[lo] + add < best.threshold) break;
      const hi = Math.min(count, lo + blockRows);
      engine.kernels.scoreRows(lo, hi, this.#solver.vector.at, source.at, width, this.#out.at);
      const threshold = best.threshold;
      for (let k = lo; k < hi; k++) {
        const score = Math.fround(out[k - lo] + add);
        if (score < threshold) continue;
        const item = this.#order[k];
        if (!skip || skip[item] === 0) best.offer(item, score);
      }
    }
    return best.take();
  }
}
