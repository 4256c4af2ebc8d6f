import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { easeKernels } from '../../engine/generated/families/ease.ts';
import { sweepColumns, sweepPanel, sweepUpdate } from '../../engine/generated/jobs.ts';
import { type Blocks, f32, layout } from '../../engine/memory/layout.ts';
import { AttuneError } from '../../errors.ts';
import { sweep } from '../../numeric/inverse.ts';
import { Pace } from '../../work/pace.ts';
import { type InverseOptions, notDefinite, type TakeColumn } from './direct.ts';

/** Columns per block: so many products of a row with the rest pay for loading the row. */
const width = 128;
/** Rows that a thread updates at a time: their products stay in the L1 cache. */
const rowsTogether = 32;

/** Bytes it takes. */
export const blockedBytes = (items: number) => memoryOf(padded(items)).bytes;

const padded = (items: number) => 8 * Math.ceil(items / 8);
const memoryOf = (ld: number) => layout({ a: f32(ld * ld), panel: f32(ld * width), products: f32(ld * width), pivot: f32(width * width) });

/**
 * Gives every column of P = (XᵀX + regularization I)^-1 from the dense inverse in 32 bits, on all threads: the sweep operator on blocks of
 * columns, items^3 / 2 multiply-adds. The matrix is scaled to a unit diagonal first, which keeps its condition number, and so the rounding,
 * small: scores agree with those in 64 bits to about four digits.
 *
 * @throws ERR_NUMERIC, ERR_OUT_OF_MEMORY, the signal's reason
 */
export async function invertByBlocks(byUser: Csr, options: InverseOptions & { threads: number }, take: TakeColumn): Promise<void> {
  const inverse = new BlockedInverse(byUser.columns, options);
  try {
    await inverse.fill(byUser);
    await inverse.invert();
    await inverse.give(take);
  } finally {
    inverse.close();
  }
}

class BlockedInverse {
  readonly #size: number;
  readonly #ld: number;
  readonly #options: InverseOptions;
  readonly #engine: Engine<'ease'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  /** 1 / the roots of the diagonal. */
  readonly #scale: Float64Array;

  constructor(size: number, options: InverseOptions & { threads: number }) {
    this.#size = size;
    this.#ld = padded(size);
    this.#options = options;
    const memory = memoryOf(this.#ld);
    this.#engine = new Engine(memory, { families: [easeKernels], threads: options.threads, scratchBytes: 32 * width + 64 });
    this.#memory = this.#engine.place(memory);
    this.#scale = new Float64Array(this.#ld).fill(1);
  }

  close(): void {
    this.#engine.close();
  }

  /** Makes the lower triangle of the scaled matrix; what it was padded by is an identity. */
  async fill({ offsets, indices, values, rows }: Csr): Promise<void> {
    const { array: a } = this.#memory.a;
    const ld = this.#ld;
    const pace = new Pace('multiplying', rows, this.#options);
    for (let user = 0; user < rows; user++) {
      if (pace.due) await pace.rest(user);
      const end = offsets[user + 1];
      for (let e = offsets[user]; e < end; e++) {
        const row = indices[e] * ld;
        for (let f = offsets[user]; f <= e; f++) a[row + indices[f]] += values[e] * values[f];
      }
    }
    for (let i = 0; i < this.#size; i++) this.#scale[i] = 1 / Math.sqrt(a[i * ld + i] + this.#options.regularization);
    for (let i = 0; i < ld; i++) {
      const row = a.subarray(i * ld, i * ld + i);
      for (let j = 0; j < row.length; j++) if (row[j] !== 0) row[j] *= this.#scale[i] * this.#scale[j];
      a[i * ld + i] = 1;
    }
    await pace.finish();
  }

  /** A_KK -> -A_KK^-1, A_iK -> A_iK A_KK^-1, A_ij -> A_ij - A_iK A_KK^-1 A_Kj, block by block. */
  async invert(): Promise<void> {
    const { signal } = this.#options;
    const { a, panel, products, pivot } = this.#memory;
    const ld = this.#ld;
    const pace = new Pace('inverting', this.#size, this.#options);
    await pace.rest(0);
    for (let start = 0; start < ld; start += width) {
      const count = Math.min(width, ld - start);
      this.#invertPivot(start, count);
      const block = { a, ld, start, count, pivot };
      await this.#engine.run(sweepPanel, { rows: ld / 8, blockSize: 8 }, { ...block, panel, products }, signal);
      await this.#engine.run(sweepUpdate, { rows: ld, blockSize: rowsTogether }, { a, ld, count, panel, products }, signal);
      await this.#engine.run(sweepColumns, { rows: ld / 8, blockSize: 8 }, { ...block, products }, signal);
      if (pace.due) await pace.rest(start);
    }
    await pace.finish();
  }

  /** Writes the negated inverse of the block on the diagonal, swept column by column in 64 bits. */
  #invertPivot(start: number, count: number): void {
    const { a, pivot } = this.#memory;
    const p = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) p[i * count + j] = p[j * count + i] = a.array[(start + i) * this.#ld + start + j];
    }
    if (!sweep(p, count, count)) throw new AttuneError('ERR_NUMERIC', notDefinite);
    pivot.array.set(p);
  }

  /** Gives the columns, with sign and scaling taken back. */
  async give(take: TakeColumn): Promise<void> {
    const { array: a } = this.#memory.a;
    const [size, ld, scale] = [this.#size, this.#ld, this.#scale];
    const pace = new Pace('collecting', size, this.#options);
    // Columns of the lower triangle are gathered some at a time, since each number of one lies in a row of its own.
    const columns = Array.from({ length: together }, () => new Float32Array(size));
    for (let first = 0; first < size; first += together) {
      if (pace.due) await pace.rest(first);
      const last = Math.min(size, first + together);
      for (let row = 0; row < size; row++) {
        for (let i = first; i < last; i++) {
          const value = row >= i ? a[row * ld + i] : a[i * ld + row];
          columns[i - first][row] = -value * scale[row] * scale[i];
        }
      }
      for (let i = first; i < last; i++) take(i, columns[i - first]);
    }
    await pace.finish();
  }
}

/** Columns that are gathered together: a line of the cache. */
const together = 16;
