import { FactorServing } from '../factors/serving.ts';
import { BprFoldIn } from './fold-in.ts';
import type { BprSettings } from './options.ts';
import { widthOf } from './rows.ts';

/** Answers of a fitted model. */
export class BprServing {
  /** Lists, scores and similar items. */
  readonly factors: FactorServing;
  readonly #items: Float32Array;
  readonly #settings: BprSettings;
  #foldIn: BprFoldIn | undefined;

  /** By steps between which others may work. @param items items x width, as `widthOf` says */
  static *making(items: Float32Array, settings: BprSettings): Generator<void, BprServing> {
    const { factors: f, biases, threads } = settings;
    const stride = widthOf(settings);
    const rows = { rows: items, stride, f, ...(biases && { biasOf: (item: number) => items[item * stride + f] }) };
    return new BprServing(yield* FactorServing.copying(rows, threads), items, settings);
  }

  private constructor(factors: FactorServing, items: Float32Array, settings: BprSettings) {
    this.factors = factors;
    this.#items = items;
    this.#settings = settings;
  }

  /** The row of a user who likes these items; `items` ascending. */
  foldIn(liked: Int32Array): Float32Array {
    this.#foldIn ??= new BprFoldIn(this.#items, this.#settings);
    return this.#foldIn.rowOf(liked);
  }
}
