import { type Block, Engine } from '../../engine/engine.ts';
import type { BprSettings } from './options.ts';
import { biasColumn, userStep, widthOf } from './rows.ts';

/**
 * Turns histories into rows with the kernel that finds the rows of users in training. It draws items by their index, so it wants them in
 * that order, which lists do not: a copy of its own, made when the first visitor comes.
 */
export class BprFoldIn {
  readonly #settings: BprSettings;
  readonly #engine: Engine;
  readonly #items: Block<Float32Array>;
  readonly #user: Block<Float32Array>;
  readonly #liked: Block<Int32Array>;
  readonly #offsets: Block<Int32Array>;

  /** @param items items x width, as `widthOf` says */
  constructor(items: Float32Array, settings: BprSettings) {
    const width = widthOf(settings);
    const count = items.length / width;
    this.#settings = settings;
    this.#engine = new Engine(4 * (items.length + count + width + 2), { threads: 1, scratchBytes: 4 * width });
    this.#items = this.#engine.f32(items.length);
    this.#items.array.set(items);
    this.#user = this.#engine.f32(width);
    this.#liked = this.#engine.i32(count);
    this.#offsets = this.#engine.i32(2);
  }

  /** The row of somebody who likes these items; ascending. */
  rowOf(liked: Int32Array): Float32Array {
    const width = widthOf(this.#settings);
    this.#liked.array.set(liked);
    this.#offsets.array[1] = liked.length;
    const count = this.#items.array.length / width;
    const data = [this.#offsets.at, this.#liked.at, this.#items.at, count, this.#user.at, width, biasColumn(this.#settings)];
    this.#engine.kernels.bprUsers(0, 1, 0, this.#engine.scratch, ...data, ...userStep(this.#settings));
    return this.#user.array.slice();
  }
}
