import { Engine } from '../../engine/engine.ts';
import { ncfKernels } from '../../engine/generated/families/ncf.ts';
import { trainingKernels } from '../../engine/generated/families/training.ts';
import { linearForward, ncfProfiles, ncfScores } from '../../engine/generated/jobs.ts';
import { part } from '../../engine/memory/block.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import type { NcfSettings } from './options.ts';
import { kernelShape, type NcfShape, scratchOf, shapeOf } from './shape.ts';
import type { NcfState } from './train.ts';

/** What stands for a user: the pooled history. */
export interface NcfProfile {
  vector: Float32Array;
  /** Added to every score: mean and bias of the user, for explicit feedback. */
  add: number;
}

/** Pools histories and scores items, on one thread. What the first layer makes of items is computed once. */
export class NcfServing {
  readonly #shape: NcfShape;
  readonly #engine: Engine<'ncf' | 'training'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #count: number;

  /** @param state rows as `shapeOf` says; the last 8 numbers of an item's row begin with all that is added to its score */
  constructor(state: NcfState, count: number, settings: NcfSettings) {
    const shape = shapeOf(settings);
    const plan = memoryOf(state, count, shape);
    this.#shape = shape;
    this.#count = count;
    this.#engine = new Engine(plan, {
      families: [ncfKernels, trainingKernels],
      threads: 1,
      scratchBytes: 4 * scratchOf(shape, 64),
      lazy: true,
    });
    this.#memory = this.#engine.place(plan);
    this.#memory.shape.array.set(kernelShape(shape, count, settings));
    if (shape.mlp > 0) this.#prepare(state);
  }

  /** The pooled history. @param values beside the items; undefined = all 1 */
  pool(history: Int32Array, values: Float32Array | undefined): Float32Array {
    const { offsets, indices, values: room, profile, history: table } = this.#memory;
    indices.array.set(history);
    if (values) room.array.set(values);
    offsets.array[1] = history.length;
    const rows = { offsets, indices, values: values ? room : undefined, table, width: this.#shape.width };
    this.#engine.runHere(ncfProfiles, { hi: 1 }, { ...rows, profiles: profile });
    return profile.array.slice();
  }

  /** Writes the scores of all items, or of those named. */
  score({ vector, add }: NcfProfile, only: Int32Array | undefined, out: Float32Array): void {
    const { shape, profile, only: names, items, firsts, dense, scores } = this.#memory;
    profile.array.set(vector);
    const model = { shape, profile, items, firsts: this.#shape.mlp > 0 ? firsts : undefined, dense, offset: add, out: scores };
    for (let from = 0; from < out.length; from += this.#count) {
      const to = Math.min(out.length, from + this.#count);
      if (only) names.array.set(only.subarray(from, to));
      this.#engine.runHere(ncfScores, { hi: to - from }, { ...model, only: only && names });
      out.set(scores.array.subarray(0, to - from), from);
    }
  }

  /** The part of the first layer that items make. */
  #prepare({ items }: NcfState): void {
    const { gmf, mlp, itemWidth, layers } = this.#shape;
    const { firsts, dense, row } = this.#memory;
    const first = layers[0];
    const w = part(dense, mlp * first, 2 * mlp * first);
    for (let item = 0; item < this.#count; item++) {
      row.array.set(items.subarray(item * itemWidth + gmf, item * itemWidth + gmf + mlp));
      const y = part(firsts, item * first, (item + 1) * first);
      this.#engine.runHere(linearForward, { hi: 1 }, { x: row, inputs: mlp, w, outputs: first, y });
    }
  }
}

function memoryOf({ history, items, dense }: NcfState, count: number, { width, mlp, layers }: NcfShape) {
  return layout({
    history: f32(history),
    items: f32(items),
    dense: f32(dense),
    firsts: f32(mlp > 0 ? count * layers[0] : 0),
    shape: i32(7 + layers.length),
    offsets: i32(2),
    indices: i32(count),
    values: f32(count),
    only: i32(count),
    profile: f32(width),
    row: f32(mlp),
    scores: f32(count),
  });
}
