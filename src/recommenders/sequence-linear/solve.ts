import type { FitOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { sequenceKernels } from '../../engine/generated/families/sequence.ts';
import { sequenceSteps } from '../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import { AttuneError } from '../../errors.ts';
import { Pace } from '../../work/pace.ts';
import { LargestEntries } from '../shared/largest-entries.ts';
import type { Regression } from './problem.ts';

/** Right-hand sides a block, as in the kernel. */
const sides = 8;
/** Number of blocks solved together: a fixed one, so that results do not depend on the threads. */
const mostBlocks = 32;
/** Bytes they may take in total. */
const mostBytes = 2 ** 29;
const mostSteps = 2000;
/** Steps that a kernel takes before it returns. */
const stepsAtOnce = 16;

/** What a solution is told. */
export interface SolveOptions extends FitOptions {
  /** Factor by which the past fades per step. */
  past: number;
  /** Residual of a column, relative to its right-hand side, at which it is solved. */
  tolerance: number;
  /** Share of whole histories. */
  sessionWeight: number;
  /** Weights to keep per item, on average. */
  weightsPerItem: number;
  /** Number of threads. */
  threads: number;
  /** What an update keeps: the weights of before to all items but some. */
  kept?: KeptWeights | undefined;
}

/** Weights that an update does not solve again. */
export interface KeptWeights {
  /** Those of before, of as many items or fewer. */
  weights: Csr;
  /** By item: 1 where the weights to it are solved again. */
  again: Uint8Array;
}

/**
 * Solves the regression column by column by conjugate gradients and keeps the weights of the largest size; row j holds what item j of a
 * past adds to each item.
 *
 * @throws ERR_NUMERIC when a column does not converge, ERR_OUT_OF_MEMORY, the signal's reason.
 */
export async function solveRegression(regression: Regression, options: SolveOptions): Promise<Csr> {
  const solver = new Solver(regression, options);
  try {
    return await solver.solve();
  } finally {
    solver.close();
  }
}

const memoryOf = ({ offsets, items, values, diagonal, entries }: Regression) =>
  layout({
    offsets: i32(offsets),
    items: i32(items),
    values: f32(values),
    diagonal: f32(diagonal),
    fades: f32(entries?.fades ?? 0),
    weights: f32(entries?.weights ?? 0),
    state: f32((blocksOf(diagonal.length) * strideOf(diagonal.length)) / 4),
  });

/** x, r, p and q of one block, then its sums; a multiple of 64. */
const strideOf = (items: number) => 4 * sides * (4 * items + 2);
const blocksOf = (items: number) => Math.max(1, Math.min(mostBlocks, Math.floor(mostBytes / strideOf(items)), Math.ceil(items / sides)));

class Solver {
  readonly #regression: Regression;
  readonly #options: SolveOptions;
  readonly #engine: Engine<'sequence'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #blocks: number;
  readonly #size: number;
  /** The right-hand side of one column, all 0 between columns, and where it is not. */
  readonly #column: Float64Array;
  readonly #touched: Int32Array;

  constructor(regression: Regression, options: SolveOptions) {
    this.#regression = regression;
    this.#options = options;
    this.#size = regression.scale.length;
    this.#blocks = blocksOf(this.#size);
    this.#column = new Float64Array(this.#size);
    this.#touched = new Int32Array(this.#size);
    const memory = memoryOf(regression);
    const scratchBytes = 4 * sides * (regression.longest + 1);
    this.#engine = new Engine(memory, { families: [sequenceKernels], threads: Math.min(options.threads, this.#blocks), scratchBytes });
    this.#memory = this.#engine.place(memory);
  }

  async solve(): Promise<Csr> {
    const { kept } = this.#options;
    const targets = this.#regression.targets.filter((target) => !kept || kept.again[target] === 1);
    const entries = new LargestEntries(this.#size, Math.min(this.#options.weightsPerItem, this.#size));
    if (kept) offerKept(kept, entries);
    const pace = new Pace('solving', targets.length, this.#options);
    await pace.rest(0);
    for (let first = 0; first < targets.length; first += sides * this.#blocks) {
      const together = targets.subarray(first, first + sides * this.#blocks);
      const lengths = this.#begin(together);
      await this.#iterate(together.length);
      for (let k = 0; k < together.length; k += sides) {
        if (pace.due) await pace.rest(first + k);
        this.#keep(together.subarray(k, k + sides), k, lengths, entries);
      }
    }
    await pace.finish();
    return entries.done();
  }

  close(): void {
    this.#engine.close();
  }

  /** Where side k begins in the memory of states. */
  #side(k: number): number {
    return Math.floor(k / sides) * (strideOf(this.#size) / 4) + (k % sides);
  }

  /** Writes the right-hand sides, each of length 1. @returns the lengths they had */
  #begin(targets: Int32Array): number[] {
    const state = this.#memory.state.array;
    state.fill(0);
    return Array.from(targets, (target, k) => {
      const count = this.#regression.rightSide(target, this.#column, this.#touched);
      let square = 0;
      for (let t = 0; t < count; t++) square += this.#column[this.#touched[t]] ** 2;
      const length = Math.sqrt(square);
      const at = this.#side(k);
      for (let t = 0; t < count; t++) {
        const item = this.#touched[t];
        const value = this.#column[item] / length;
        this.#column[item] = 0;
        state[at + (this.#size + item) * sides] = value;
        state[at + (2 * this.#size + item) * sides] = value;
      }
      state[at + 4 * this.#size * sides] = count > 0 ? 1 : 0;
      return length;
    });
  }

  async #iterate(count: number): Promise<void> {
    const { past, sessionWeight, signal } = this.#options;
    const tolerance = this.#options.tolerance ** 2;
    const users = this.#regression.offsets.length - 1;
    const columns = this.#size;
    const { offsets, items, values, diagonal, state: sides8, fades, weights } = this.#memory;
    const entries = this.#regression.entries ? { fades, weights, whole: sessionWeight } : { whole: 0 };
    const args = {
      offsets,
      items,
      values,
      diagonal,
      state: sides8,
      users,
      decay: past,
      columns,
      stride: strideOf(columns),
      tolerance,
      ...entries,
    };
    const state = this.#memory.state.array;
    const isOpen = (k: number) => !(state[this.#side(k) + 4 * columns * sides] <= tolerance);
    let open = Array.from({ length: count }, (_, k) => k);
    for (let step = 0; step < mostSteps; step += stepsAtOnce) {
      await this.#engine.run(sequenceSteps, { rows: Math.ceil(count / sides), blockSize: 1 }, args, signal);
      open = open.filter(isOpen);
      if (open.length === 0) return;
    }
    throw new AttuneError(
      'ERR_NUMERIC',
      `SequenceLinearRecommender: expected weights after ${mostSteps} iterations, ${open.length} columns have none. Raise regularization.`,
    );
  }

  /** Offers the solutions of the block of side k, with the scaling taken back. */
  #keep(targets: Int32Array, k: number, lengths: number[], entries: LargestEntries): void {
    const state = this.#memory.state.array;
    const { scale } = this.#regression;
    const longest = Math.max(...lengths.slice(k, k + targets.length));
    for (let item = 0, at = this.#side(k); item < this.#size; item++, at += sides) {
      const own = scale[item];
      // What is offered is checked again: this only passes over most without a multiplication.
      const bound = (0.999 * entries.least) / (own * longest);
      for (let side = 0; side < targets.length; side++) {
        const value = state[at + side];
        if (value > bound || value < -bound) entries.offer(item, targets[side], Math.fround(value * lengths[k + side] * own));
      }
    }
  }
}

function offerKept({ weights, again }: KeptWeights, entries: LargestEntries): void {
  const { rows, offsets, indices, values } = weights;
  for (let item = 0; item < rows; item++) {
    for (let e = offsets[item]; e < offsets[item + 1]; e++) {
      if (again[indices[e]] === 0) entries.offer(item, indices[e], values[e]);
    }
  }
}
