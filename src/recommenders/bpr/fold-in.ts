import { bprKernels } from '../../engine/generated/families/bpr.ts';
import { bprUsers } from '../../engine/generated/jobs.ts';
import { LocalEngine } from '../../engine/local-engine.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import type { BprSettings } from './options.ts';
import { biasColumn, userSolving, widthOf } from './rows.ts';

/**
 * Turns histories into rows with the kernel that finds the rows of users in training. It draws items by their index, so it wants them in
 * that order, which lists do not: a separate copy, made at the first fold-in.
 */
export class BprFoldIn {
  readonly #settings: BprSettings;
  readonly #engine: LocalEngine<'bpr'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;

  /** @param items items x width, as `widthOf` says */
  constructor(items: Float32Array, settings: BprSettings) {
    const width = widthOf(settings);
    const memory = memoryOf(items, width);
    this.#settings = settings;
    this.#engine = new LocalEngine(memory, { families: [bprKernels], threads: 1, scratchBytes: 4 * width });
    this.#memory = this.#engine.place(memory);
  }

  /** The row of a user who likes these items; `items` ascending. */
  rowOf(liked: Int32Array): Float32Array {
    const width = widthOf(this.#settings);
    const { items, user, indices, offsets } = this.#memory;
    indices.array.set(liked);
    offsets.array[1] = liked.length;
    const data = { offsets, indices, items, count: indices.array.length, users: user, width, biasAt: biasColumn(this.#settings) };
    this.#engine.runHere(bprUsers, { lo: 0, hi: 1 }, { ...data, ...userSolving(this.#settings) });
    return user.array.slice();
  }
}

function memoryOf(items: Float32Array, width: number) {
  return layout({ items: f32(items), user: f32(width), indices: i32(items.length / width), offsets: i32(2) });
}
