import { fallingOrder } from '../../numeric/falling-order.ts';
import { FactorServing, normsOf } from '../factors/serving.ts';
import type { HistoryRow } from '../shared/base.ts';
import type { AlsModel } from './model.ts';
import type { AlsSettings } from './options.ts';
import { type Counting, lambdaOf, observations, weigh } from './solver/equations.ts';
import { RowExplainer } from './solver/row-explainer.ts';
import { type RowEquation, RowSolver } from './solver/row-solver.ts';

/** The item side of a model and nothing of its users, since it outlives those that are forgotten. */
interface ItemSide {
  settings: AlsSettings;
  itemCount: number;
  itemBiases: Float32Array | undefined;
  counting: Counting;
}

/**
 * Answers of a fitted model. Holds the items a second time, the only copy there is besides the model itself, in WebAssembly
 * memory: rotated into the eigenbasis of their Gram matrix, in which histories are solved, and by falling norm, as lists want them.
 */
export class AlsServing {
  /** Lists, scores and similar items. */
  readonly factors: FactorServing;
  readonly #side: ItemSide;
  readonly #solver: RowSolver;
  readonly #explainer: RowExplainer;

  /** By steps between which others may work. */
  static *making({ itemFactors, settings, items, biases, countsAll }: AlsModel): Generator<void, AlsServing> {
    const { factors: f, threads } = settings;
    const count = items.size;
    const hasBias = biases !== undefined;
    const norms = normsOf({ rows: itemFactors, stride: f, f, ...(biases && { biasOf: (item: number) => biases.items[item] }) });
    yield;
    const order = yield* fallingOrder(norms);
    const width = RowSolver.widthOf(f, hasBias);
    const longest = Math.max(1, count);
    const prefilters = FactorServing.prefilters(count, f, hasBias);
    yield;
    const solver = yield* RowSolver.making({
      rows: itemFactors,
      f,
      gram: settings.feedback === 'implicit',
      extra: biases?.items,
      order,
      longest,
      moreFamilies: prefilters ? [prefilters.prefilterKernels] : [],
      spareBytes: FactorServing.bytes({ count, f, width, hasBias, threads, prefilters }) + RowExplainer.layout(width, longest).bytes,
    });
    const { engine, source, vector } = solver;
    const serving = yield* FactorServing.making({
      engine,
      rows: source,
      f,
      width,
      hasBias,
      order,
      vector,
      toInner: (given) => solver.toInner(given),
      threads,
      prefilters,
      prefiltersLists: !hasBias,
    });
    const side = { settings, itemCount: count, itemBiases: biases?.items, counting: { feedback: settings.feedback, countsAll } };
    return new AlsServing(serving, side, solver, new RowExplainer(solver, longest));
  }

  private constructor(factors: FactorServing, side: ItemSide, solver: RowSolver, explainer: RowExplainer) {
    this.factors = factors;
    this.#side = side;
    this.#solver = solver;
    this.#explainer = explainer;
  }

  /** The normal equation of a user's history, less the biases of explicit feedback. */
  equation({ items, values }: HistoryRow, bias: number): RowEquation {
    const { settings, itemBiases, itemCount, counting } = this.#side;
    const d = new Float32Array(items.length);
    const r = new Float32Array(items.length);
    for (let e = 0; e < items.length; e++) {
      const residual = itemBiases ? values[e] - bias - itemBiases[items[e]] : values[e];
      const w = weigh(residual, settings);
      d[e] = w.d;
      r[e] = w.r;
    }
    return { indices: items, d, r, lambda: lambdaOf(observations(values, 0, values.length, counting), itemCount, settings) };
  }

  /** Factors of a history, in the caller's basis. */
  foldIn(row: HistoryRow, bias: number): Float32Array {
    if (row.items.length === 0) return new Float32Array(this.#side.settings.factors);
    return this.#solver.toCaller(this.#solver.solve(this.equation(row, bias)));
  }

  /** Parts of the scores of some items by the items of a history; `each` must not keep them. */
  contributions(row: HistoryRow, bias: number, items: Int32Array, each: (k: number, parts: Float32Array) => void): void {
    this.#explainer.contributions(this.equation(row, bias), items, each);
  }
}
