import { type Ranked, TopK } from '../../engine/top-k.ts';
import type { HistoryRow, RankRequest } from '../base.ts';
import type { AlsModel } from './model.ts';
import type { AlsSettings } from './options.ts';
import { lambdaOf, weigh } from './problem.ts';
import { type RowEquation, RowSolver } from './row-solver.ts';
import { Screen } from './screen.ts';

const blockRows = 256;

/**
 * Answers of a fitted model. Holds the items a second time, the only copy there is besides the model itself, in WebAssembly
 * memory: turned into the eigenbasis of their Gram matrix, in which histories are solved, and by falling norm. |score| <= |user|
 * |item|, so a scan for the best stops where no later item can enter the list. What comes before is screened by codes of one
 * byte a factor, made when they are first needed; what survives is scored exactly. The answer is that of a full scan, ties
 * included.
 */
export class AlsServing {
  /** The item side of the model and nothing of its users, since it outlives those that are forgotten. */
  readonly #side: { settings: AlsSettings; itemCount: number; itemBiases: Float32Array | undefined };
  readonly #solver: RowSolver;
  /** Position -> item index, by falling norm. */
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  /** By position; with biases they count as one more factor. */
  readonly #norms: Float64Array;
  /** By position, without biases; 0 where a row is too small to have a direction. */
  readonly #factorNorms: Float64Array;
  readonly #out: { at: number; array: Float32Array };
  readonly #some: { at: number; array: Int32Array };
  #screen: Screen | undefined;

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
    this.#solver = new RowSolver({
      rows: itemFactors,
      f,
      gram: settings.feedback === 'implicit',
      extra: biases?.items,
      order: this.#order,
      longest: Math.max(1, count),
      spare: 2 * Math.max(blockRows, count) + Screen.size(count, f),
    });
    // Of the rows as they lie there now, since these are what bounds must hold for.
    const { source, width } = this.#solver;
    this.#norms = Float64Array.from(this.#order, (_, k) => normOf(source.array, k * width, width));
    this.#factorNorms = Float64Array.from(this.#order, (_, k) => {
      const norm = normOf(source.array, k * width, f);
      return norm > tiny ? norm : 0;
    });
    // Turning rounds, so the order may be off by as much; a bound has to hold for all that follow.
    for (let k = count - 2; k >= 0; k--) this.#norms[k] = Math.max(this.#norms[k], this.#norms[k + 1]);
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

  /** The best items of a vector under a request; `only` is not looked at. */
  rank(vector: Float32Array, request: RankRequest, add: number): Ranked {
    return this.#rankInner(this.#solver.toInner(vector), request, add);
  }

  /** The items most similar to one, which the request must leave out itself; `only` is not looked at. */
  rankSimilar(item: number, metric: 'cosine' | 'dot', request: RankRequest): Ranked {
    const vector = this.#itemVector(item);
    if (metric === 'dot') return this.#rankInner(vector, request, 0);
    const norm = this.#factorNorms[this.#position[item]];
    const screen = norm > 0 && request.n <= 256 ? this.#screenOf() : undefined;
    if (screen) {
      screen.aim(vector, norm);
      const seed = new TopK(request.n);
      this.#offerCosines(screen.look(request.n + 48), norm, request.skip, seed);
      const threshold = seed.threshold;
      if (threshold > 0) {
        const best = new TopK(request.n);
        this.#offerCosines(screen.survivorsOfAll(threshold - this.#slack), norm, request.skip, best);
        return best.take();
      }
    }
    const best = new TopK(request.n);
    const scores = new Float32Array(this.#order.length);
    this.similarity(item, metric, scores);
    for (let i = 0; i < scores.length; i++) if (!request.skip || request.skip[i] === 0) best.offer(i, scores[i]);
    return best.take();
  }

  /** Similarity of every item to one, by item index. */
  similarity(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    this.#itemVector(item);
    const { engine, source, width } = this.#solver;
    const count = this.#order.length;
    engine.kernels.scoreRows(0, count, this.#solver.vector.at, source.at, width, this.#out.at);
    const norm = this.#factorNorms[this.#position[item]];
    for (let k = 0; k < count; k++) {
      scores[this.#order[k]] = metric === 'dot' ? this.#out.array[k] : cosine(this.#out.array[k], norm, this.#factorNorms[k]);
    }
  }

  #rankInner(vector: Float32Array, { n, skip }: RankRequest, add: number): Ranked {
    // Rounding of the sums may lift a score over the exact bound, by no more than this.
    const norm = normOf(vector, 0, vector.length) * (1 + this.#slack);
    const { engine, source, width } = this.#solver;
    const count = this.#order.length;
    const best = new TopK(n);
    const screen = add === 0 && norm > tiny && n <= 256 ? this.#screenOf() : undefined;
    let aimed = false;
    for (let lo = 0; lo < count && n > 0; lo += blockRows) {
      const threshold = best.threshold;
      const bound = norm * this.#norms[lo];
      if (bound + add < threshold) break;
      const hi = Math.min(count, lo + blockRows);
      const limit = bound > tiny ? threshold / bound - this.#slack : 0;
      if (screen && limit > 0 && !aimed) screen.aim(vector, norm);
      aimed ||= limit > 0;
      if (screen && limit > 0 && screen.worthIt(limit)) {
        const found = screen.survivors(lo, hi, limit);
        engine.kernels.scoreSome(found, screen.found.at, this.#solver.vector.at, source.at, width, this.#out.at);
        for (let k = 0; k < found; k++) {
          const item = this.#order[screen.found.array[k]];
          if (!skip || skip[item] === 0) best.offer(item, this.#out.array[k]);
        }
        continue;
      }
      engine.kernels.scoreRows(lo, hi, this.#solver.vector.at, source.at, width, this.#out.at);
      for (let k = lo; k < hi; k++) {
        const score = Math.fround(this.#out.array[k - lo] + add);
        if (score < threshold) continue;
        const item = this.#order[k];
        if (!skip || skip[item] === 0) best.offer(item, score);
      }
    }
    return best.take();
  }

  /** Scores what the screen found and offers it. */
  #offerCosines(found: number, norm: number, skip: Uint8Array | undefined, best: TopK): void {
    const { engine, source, width, vector } = this.#solver;
    const positions = (this.#screen as Screen).found;
    engine.kernels.scoreSome(found, positions.at, vector.at, source.at, width, this.#out.at);
    for (let k = 0; k < found; k++) {
      const position = positions.array[k];
      const item = this.#order[position];
      if (!skip || skip[item] === 0) best.offer(item, cosine(this.#out.array[k], norm, this.#factorNorms[position]));
    }
  }

  /** The row of an item, without its bias, as the vector that is scored with. */
  #itemVector(item: number): Float32Array {
    const { source, width, vector } = this.#solver;
    const at = this.#position[item] * width;
    vector.array.set(source.array.subarray(at, at + width));
    if (this.#side.itemBiases) vector.array[this.#side.settings.factors] = 0;
    return vector.array;
  }

  /** How far the rounding of sums may be off, as a share of the product of the norms. */
  get #slack(): number {
    return this.#solver.width * 2e-7 + 1e-6;
  }

  #screenOf(): Screen | undefined {
    const { engine, source, width } = this.#solver;
    const f = this.#side.settings.factors;
    const count = this.#order.length;
    if (this.#side.itemBiases || !Screen.helps(count, f)) return undefined;
    this.#screen ??= new Screen(engine, source.array, this.#factorNorms, width, f);
    return this.#screen;
  }
}

/** Below this, products of single-precision numbers lose their digits and bounds their meaning. */
const tiny = 1e-18;

/** 0 where one of the two has no direction. */
function cosine(product: number, a: number, b: number): number {
  return a * b > 0 ? Math.max(-1, Math.min(1, product / (a * b))) : 0;
}

function normOf(rows: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let q = from; q < from + length; q++) sum += rows[q] * rows[q];
  return Math.sqrt(sum);
}
