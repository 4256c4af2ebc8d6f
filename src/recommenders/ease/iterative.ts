import { type Csr, transpose } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { easeKernels } from '../../engine/generated/families/ease.ts';
import { easeSteps } from '../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import { AttuneError } from '../../errors.ts';
import { Pace } from '../../work/pace.ts';
import { type InverseOptions, notDefinite, type TakeColumn } from './direct.ts';

/** Right-hand sides per block, as in the kernel. */
const sides = 8;
/** Number of blocks solved together: a fixed one, so that results do not depend on the threads. */
const mostBlocks = 32;
/** Bytes they may take in total. */
const mostBytes = 2 ** 29;
/** The residual of a column, in its units, at which it is solved. */
const tolerance = 1e-5;
const mostSteps = 2000;
/** Steps that a kernel takes before it returns. */
const stepsAtOnce = 16;

/**
 * Gives every column of P = (XᵀX + regularization I)^-1, solved by conjugate gradients, which need X and never XᵀX: 2 entries(X)
 * multiply-adds per step and column, where the dense inverse takes items^2 / 2 per column. Regularization keeps the condition number small,
 * so 10 to 25 steps suffice on sparse data. Columns are scaled to a unit diagonal; a user of one item, who only adds to the diagonal, is not
 * multiplied with. Steps begin at the unit vector and what is left is solved for: where values are tiny, it is all that the weights come from.
 *
 * @throws ERR_NUMERIC when a column does not converge, ERR_OUT_OF_MEMORY, the signal's reason.
 */
export async function invertIteratively(byUser: Csr, options: InverseOptions & { threads: number }, take: TakeColumn): Promise<void> {
  const inverse = new IterativeInverse(byUser, options);
  try {
    await inverse.forEach(take);
  } finally {
    inverse.close();
  }
}

/** Bytes that takes for data of this shape, all in one piece; a few more for every row of several entries. */
export const iterativeBytes = (items: number, entries: number) => memoryOf(items, 0, entries).bytes;

type Memory = Blocks<ReturnType<typeof memoryOf>['fields']>;

/** What the iterations keep in the memory of an engine; X by its offsets and indices, or their numbers. */
function memoryOf(items: number, offsets: Int32Array | number, indices: Int32Array | number) {
  return layout({
    offsets: i32(offsets),
    indices: i32(indices),
    values: f32(typeof indices === 'number' ? indices : indices.length),
    diagonal: f32(items),
    state: f32((blocksOf(items) * strideOf(items)) / 4),
  });
}

class IterativeInverse {
  readonly #engine: Engine<'ease'>;
  readonly #memory: Memory;
  readonly #scale: Float64Array;
  readonly #blocks: number;
  readonly #options: InverseOptions;
  readonly #order: Int32Array;
  /** X, scaled, and the same by items. */
  readonly #scaled: Csr;
  readonly #byItem: Csr;
  /** What each column is solved in units of: 1, or where there is little off the diagonal ten times the length of that. */
  readonly #units: Float64Array;
  /** A column that is made, and zeros before and after. */
  readonly #column: Float64Array;

  constructor(byUser: Csr, options: InverseOptions & { threads: number }) {
    const items = byUser.columns;
    const several = rowsOfSeveral(byUser);
    const squares = new Float64Array(items).fill(options.regularization);
    const counts = new Int32Array(items);
    for (let e = 0; e < byUser.indices.length; e++) {
      squares[byUser.indices[e]] += byUser.values[e] ** 2;
      counts[byUser.indices[e]]++;
    }
    const { offsets, indices, values } = several;
    this.#options = options;
    this.#scale = squares.map((square) => 1 / Math.sqrt(square));
    this.#blocks = blocksOf(items);
    // Columns that take as many steps share a block.
    this.#order = Int32Array.from({ length: items }, (_, i) => i).sort((a, b) => counts[b] - counts[a] || a - b);
    const memory = memoryOf(items, offsets, indices);
    this.#engine = new Engine(memory, {
      families: [easeKernels],
      threads: Math.min(options.threads, this.#blocks),
      scratchBytes: 4 * sides,
    });
    this.#memory = this.#engine.place(memory);
    const rest = new Float64Array(items).fill(1);
    for (let e = 0; e < values.length; e++) {
      const scaled = values[e] * this.#scale[indices[e]];
      this.#memory.values.array[e] = scaled;
      rest[indices[e]] -= scaled ** 2;
    }
    this.#scaled = { ...several, values: this.#memory.values.array.slice() };
    this.#byItem = transpose(this.#scaled);
    this.#units = new Float64Array(items);
    this.#column = new Float64Array(items);
    // The regularization always remains; 1 - 1 would round it away where values are huge.
    for (let i = 0; i < items; i++) this.#memory.diagonal.array[i] = Math.max(rest[i], options.regularization * this.#scale[i] ** 2);
  }

  async forEach(take: TakeColumn): Promise<void> {
    const items = this.#order.length;
    const pace = new Pace('solving', items, this.#options);
    const column = new Float32Array(items);
    await pace.rest(0);
    for (let first = 0; first < items; first += sides * this.#blocks) {
      const count = Math.min(sides * this.#blocks, items - first);
      await this.#solve(this.#order.subarray(first, first + count));
      for (let k = 0; k < count; k++) {
        if (pace.due) await pace.rest(first + k);
        this.#read(this.#order[first + k], k, column);
        take(this.#order[first + k], column);
      }
    }
    await pace.finish();
  }

  close(): void {
    this.#engine.close();
  }

  async #solve(items: Int32Array): Promise<void> {
    const columns = this.#order.length;
    const stride = strideOf(columns) / 4;
    const state = this.#memory.state.array;
    state.fill(0);
    const sums: number[] = [];
    for (let k = 0; k < items.length; k++) {
      const at = Math.floor(k / sides) * stride + (k % sides);
      const rest = this.#besideDiagonal(items[k]);
      const length = Math.sqrt(rest.reduce((sum, [, value]) => sum + value ** 2, 0));
      const unit = Math.min(1, 10 * length);
      this.#units[items[k]] = unit;
      for (const [i, value] of rest)
        if (value !== 0) state[at + (columns + i) * sides] = state[at + (2 * columns + i) * sides] = -value / unit;
      sums.push(at + 4 * columns * sides);
      state[at + 4 * columns * sides] = length > 0 ? (length / unit) ** 2 : 0;
    }
    const blocks = Math.ceil(items.length / sides);
    const args = { ...this.#memory, rows: this.#scaled.rows, columns, stride: 4 * stride, tolerance: tolerance ** 2 };
    for (let step = 0; step < mostSteps; step += stepsAtOnce) {
      await this.#engine.run(easeSteps, { rows: blocks, blockSize: 1 }, args, this.#options.signal);
      if (sums.every((at) => state[at] <= tolerance ** 2)) return;
    }
    throw new AttuneError('ERR_NUMERIC', notDefinite);
  }

  /** The column of an item in XᵀX + D, but for the diagonal: items and what is there. */
  #besideDiagonal(item: number): [item: number, value: number][] {
    const { offsets, indices, values } = this.#scaled;
    const column = this.#column;
    const met: number[] = [];
    for (let e = this.#byItem.offsets[item]; e < this.#byItem.offsets[item + 1]; e++) {
      const row = this.#byItem.indices[e];
      for (let f = offsets[row]; f < offsets[row + 1]; f++) {
        const other = indices[f];
        if (column[other] === 0) met.push(other);
        column[other] += this.#byItem.values[e] * values[f];
      }
    }
    column[item] = 0;
    // A sum that was 0 in between is there twice, the second time as 0.
    return met.map((other) => {
      const value = column[other];
      column[other] = 0;
      return [other, value];
    });
  }

  /** Column k of the last solution, with the scaling taken back. */
  #read(item: number, k: number, column: Float32Array): void {
    const own = this.#scale[item];
    let at = (Math.floor(k / sides) * strideOf(column.length)) / 4 + (k % sides);
    for (let i = 0; i < column.length; i++, at += sides) {
      const solved = this.#units[item] * this.#memory.state.array[at] + (i === item ? 1 : 0);
      column[i] = solved * own * this.#scale[i];
    }
  }
}

/** x, r, p and q of one block, then its sums; a multiple of 64. */
const strideOf = (items: number) => 4 * sides * (4 * items + 2);
const blocksOf = (items: number) => Math.max(1, Math.min(mostBlocks, Math.floor(mostBytes / strideOf(items)), Math.ceil(items / sides)));

/** The rows with two entries or more; the others only add to the diagonal. */
function rowsOfSeveral(csr: Csr): Csr {
  const offsets = [0];
  const indices = new Int32Array(csr.indices.length);
  const values = new Float32Array(csr.indices.length);
  let end = 0;
  for (let row = 0; row < csr.rows; row++) {
    const first = csr.offsets[row];
    const last = csr.offsets[row + 1];
    if (last - first < 2) continue;
    indices.set(csr.indices.subarray(first, last), end);
    values.set(csr.values.subarray(first, last), end);
    offsets.push((end += last - first));
  }
  return {
    ...csr,
    rows: offsets.length - 1,
    offsets: Int32Array.from(offsets),
    indices: indices.slice(0, end),
    values: values.slice(0, end),
  };
}
