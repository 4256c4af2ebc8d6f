import { type Block, Engine } from '../../engine/engine.ts';
import type { BprSettings } from './options.ts';
import { biasColumn, userStep, widthOf } from './rows.ts';

/** Answers of a fitted model: its items in WebAssembly memory, where they are scored and where histories become rows. */
export class BprServing {
  readonly #settings: BprSettings;
  readonly #engine: Engine;
  readonly #width: number;
  readonly #count: number;
  readonly #items: Block<Float32Array>;
  readonly #user: Block<Float32Array>;
  readonly #scores: Block<Float32Array>;
  readonly #some: Block<Int32Array>;
  readonly #offsets: Block<Int32Array>;
  #norms: Float64Array | undefined;

  constructor(items: Float32Array, settings: BprSettings) {
    this.#settings = settings;
    this.#width = widthOf(settings);
    this.#count = items.length / this.#width;
    this.#engine = new Engine(4 * (items.length + 2 * this.#count + this.#width + 2), { threads: 1, scratchBytes: 4 * this.#width });
    this.#items = this.#engine.f32(items.length);
    this.#items.array.set(items);
    this.#user = this.#engine.f32(this.#width);
    this.#scores = this.#engine.f32(this.#count);
    this.#some = this.#engine.i32(this.#count);
    this.#offsets = this.#engine.i32(2);
  }

  /** The row of somebody who likes these items; ascending. */
  foldIn(liked: Int32Array): Float32Array {
    this.#some.array.set(liked);
    this.#offsets.array[1] = liked.length;
    const data = [this.#offsets.at, this.#some.at, this.#items.at, this.#count, this.#user.at, this.#width, biasColumn(this.#settings)];
    this.#engine.kernels.bprUsers(0, 1, 0, this.#engine.scratch, ...data, ...userStep(this.#settings));
    return this.#user.array.slice();
  }

  /** Scores of all items for a row. */
  scoreAll(row: Float32Array, scores: Float32Array): void {
    this.#user.array.set(row);
    this.#engine.kernels.scoreRows(0, this.#count, this.#user.at, this.#items.at, this.#width, this.#scores.at);
    scores.set(this.#scores.array);
  }

  /** The same of some items. */
  scoreSome(row: Float32Array, items: Int32Array): Float32Array {
    const scores = new Float32Array(items.length);
    this.#user.array.set(row);
    // In pieces, since a caller may ask for an item several times.
    for (let from = 0; from < items.length; from += this.#count) {
      const piece = items.subarray(from, from + this.#count);
      this.#some.array.set(piece);
      this.#engine.kernels.scoreSome(piece.length, this.#some.at, this.#user.at, this.#items.at, this.#width, this.#scores.at);
      scores.set(this.#scores.array.subarray(0, piece.length), from);
    }
    return scores;
  }

  /** Likeness of all items to one, by their factors without the bias. */
  similarity(item: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
    const { factors } = this.#settings;
    const row = new Float32Array(this.#width);
    row.set(this.#items.array.subarray(item * this.#width, item * this.#width + factors));
    this.scoreAll(row, scores);
    if (metric === 'dot') return;
    this.#norms ??= normsOf(this.#items.array, this.#width, factors);
    const norms = this.#norms;
    for (let i = 0; i < scores.length; i++) scores[i] = norms[i] * norms[item] > 0 ? scores[i] / (norms[i] * norms[item]) : 0;
  }
}

/** Lengths of rows by their first columns. */
export function normsOf(rows: Float32Array, width: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    let sum = 0;
    for (let k = row * width; k < row * width + columns; k++) sum += rows[k] * rows[k];
    return Math.sqrt(sum);
  });
}
