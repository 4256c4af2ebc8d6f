import type { FitOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { denseKernels } from '../../engine/generated/families/dense.ts';
import { graphFilterKernels } from '../../engine/generated/families/graph-filter.ts';
import { sumsKernels } from '../../engine/generated/families/sums.ts';
import { chebyshevColumns, gram, rotate, rotateTriangle, sparseRows, sumArrays } from '../../engine/generated/jobs.ts';
import { type Block, part } from '../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { SmallMatrices, smallMatricesLayout } from '../../engine/small-matrices.ts';
import { uniform } from '../../numeric/random.ts';
import { inverseOfCholesky } from './cholesky.ts';
import type { Graph } from './graph.ts';
import { type QuantizedRows, quantizer } from './quantized.ts';

/** The leading eigenpairs of NᵀN. */
export interface Spectrum extends QuantizedRows {
  /** Falling, all above 0. */
  eigenvalues: Float32Array;
}

/** How it is found. */
export interface SpectrumOptions extends FitOptions {
  /** Maximum number of eigenpairs. */
  rank: number;
  seed: number | string;
  threads: number;
}

/** Rounds of filtering and orthogonalizing. On Gowalla 4 leave the last eigenvectors unfinished: Recall@20 of every tenth user .1988, with 8 .1991. */
const rounds = 8;
/** What a round may amplify the leading eigenvector by, compared with the last one; more would drown the others in its rounding. */
const mostAmplified = 3000;
/** Blocks of a Gram matrix: a fixed number, so that results do not depend on the threads. */
const gramBlocks = 16;
/** Rows of the other side at a time. */
const chunkRows = 8192;
/** Smaller eigenvalues are rounding. */
const leastEigenvalue = 1e-6;

/**
 * Subspace iteration with Chebyshev polynomials (Zhou & Saad 2007) on the smaller side of the graph: each round applies a polynomial that is
 * small up to the last eigenvalue found so far and grows fast beyond, then makes the columns orthonormal; Rayleigh-Ritz at the end. The other
 * side is never held as a whole. A subspace of an eighth more columns than asked for makes the last ones converge.
 */
export async function leadingSpectrum(graph: Graph, options: SpectrumOptions): Promise<Spectrum> {
  const subspace = new Subspace(graph, options);
  try {
    await subspace.iterate();
    return await subspace.spectrum();
  } finally {
    subspace.close();
  }
}

class Subspace {
  readonly #engine: Engine<'dense' | 'sums' | 'graph-filter'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #small: SmallMatrices;
  /** The columns of this are the smaller side. */
  readonly #matrix: Csr;
  readonly #ofItems: boolean;
  readonly #columns: number;
  readonly #width: number;
  readonly #options: SpectrumOptions;
  #done = 0;

  constructor({ byUser, byItem }: Graph, options: SpectrumOptions) {
    this.#options = options;
    this.#ofItems = byUser.columns < byUser.rows;
    this.#matrix = this.#ofItems ? byUser : byItem;
    const size = this.#matrix.columns;
    this.#columns = Math.min(size, options.rank + Math.max(8, Math.ceil(options.rank / 8)));
    this.#width = Math.ceil(this.#columns / 8) * 8;
    const memory = memoryOf(this.#matrix, this.#width);
    const scratchBytes = Math.max(96 * size, 4 * this.#width * (this.#width + 64)) + 64;
    this.#engine = new Engine(memory, {
      families: [denseKernels, sumsKernels, graphFilterKernels],
      threads: options.threads,
      scratchBytes,
    });
    this.#memory = this.#engine.place(memory);
    this.#small = new SmallMatrices(this.#engine, this.#width, this.#memory.small);
  }

  /** Leaves an orthonormal basis of nearly the leading subspace in x. */
  async iterate(): Promise<void> {
    const size = this.#matrix.columns;
    const x = this.#memory.x.array;
    if (this.#columns === size) {
      for (let k = 0; k < size; k++) x[k * this.#width + k] = 1;
      return;
    }
    const numbers = uniform(this.#options.seed, size * this.#columns, 1);
    for (let row = 0; row < size; row++) x.set(numbers.subarray(row * this.#columns, (row + 1) * this.#columns), row * this.#width);
    await this.#filter(1, 1, 0);
    await this.#orthonormalize();
    for (let round = 0; round < rounds; round++) {
      // The quotients are those of the columns before they were filtered, and below the eigenvalues that they approach.
      const cut = this.#smallestQuotient();
      await this.#filter(degreeFor(cut), 2 / cut, 1);
      await this.#orthonormalize();
    }
    await this.#orthonormalize();
  }

  /** The eigenpairs in the subspace. */
  async spectrum(): Promise<Spectrum> {
    const width = this.#width;
    const total = new Float64Array(width * width);
    await this.#forOtherSide(async (_, chunk, rows) => {
      const sums = await this.#gram(chunk, rows);
      for (let k = 0; k < total.length; k++) total[k] += sums[k];
    });
    mirror(total, width);
    const { values, vectors } = this.#small.eigen(total);
    const found = values.findIndex((value) => !(value > leastEigenvalue));
    const rank = Math.min(this.#options.rank, this.#columns, found < 0 ? width : found);
    const eigenvalues = Float32Array.from(values.subarray(0, rank), (value) => Math.min(1, value));
    const items = this.#ofItems ? this.#matrix.columns : this.#matrix.rows;
    const rows = quantizer(items, rank);
    if (this.#ofItems) {
      this.#memory.basis.array.set(vectors);
      await this.#rotate(this.#memory.x, items);
      for (let item = 0; item < items; item++) rows.set(item, this.#memory.x.array.subarray(item * width, item * width + rank));
      return { eigenvalues, ...rows.done() };
    }
    // The singular vectors of the other side: N times those of this one, over the singular values.
    for (let k = 0; k < width * width; k++) this.#memory.basis.array[k] = k % width < rank ? vectors[k] / Math.sqrt(values[k % width]) : 0;
    await this.#forOtherSide(async (first, chunk, count) => {
      await this.#rotate(chunk, count);
      for (let k = 0; k < count; k++) rows.set(first + k, chunk.array.subarray(k * width, k * width + rank));
    });
    return { eigenvalues, ...rows.done() };
  }

  close(): void {
    this.#engine.close();
  }

  async #filter(degree: number, scale: number, shift: number): Promise<void> {
    const { offsets, indices, values, x, quotients } = this.#memory;
    const { rows, columns } = this.#matrix;
    const args = { offsets, indices, values, rows, x, columns, width: this.#width, degree, scale, shift, quotients };
    await this.#engine.run(chebyshevColumns, { rows: this.#width / 8, blockSize: 1 }, args, this.#options.signal);
  }

  async #orthonormalize(): Promise<void> {
    const rows = this.#matrix.columns;
    const sums = mirror(await this.#gram(this.#memory.x, rows), this.#width);
    this.#memory.basis.array.set(inverseOfCholesky(sums, this.#width));
    const args = { x: this.#memory.x, width: this.#width, b: this.#memory.basis };
    await this.#engine.run(rotateTriangle, { rows, blockSize: 512 }, args, this.#options.signal);
    this.#report();
  }

  /** The upper half of xᵀx. */
  async #gram(x: Block<Float32Array>, rows: number): Promise<Float64Array> {
    const f = this.#width;
    const { partial, sums } = this.#memory;
    const blockSize = Math.ceil(rows / gramBlocks);
    await this.#engine.run(gram, { rows, blockSize }, { x, f, weights: undefined, out: partial }, this.#options.signal);
    this.#engine.call(sumArrays, { x: partial, n: Math.ceil(rows / blockSize), count: f * f, out: sums });
    return sums.array.slice();
  }

  async #rotate(x: Block<Float32Array>, rows: number): Promise<void> {
    const args = { x, f: this.#width, b: this.#memory.basis, out: x };
    await this.#engine.run(rotate, { rows, blockSize: 512 }, args, this.#options.signal);
  }

  /** Gives the matrix times x, some rows at a time. */
  async #forOtherSide(take: (first: number, chunk: Block<Float32Array>, rows: number) => Promise<void>): Promise<void> {
    const { offsets, indices, values, x, chunk } = this.#memory;
    const { rows } = this.#matrix;
    for (let first = 0; first < rows; first += chunkRows) {
      const count = Math.min(chunkRows, rows - first);
      const from = part(offsets, first, first + count + 1);
      const args = { offsets: from, indices, values, x, width: this.#width, out: chunk, first: 0 };
      await this.#engine.run(sparseRows, { rows: count, blockSize: 128 }, args, this.#options.signal);
      await take(first, chunk, count);
      this.#report();
    }
  }

  #smallestQuotient(): number {
    const found = this.#memory.quotients.array.subarray(0, this.#columns).filter((quotient) => quotient > 0);
    return Math.min(
      0.5,
      Math.max(
        1e-4,
        found.reduce((least, quotient) => Math.min(least, quotient), 1),
      ),
    );
  }

  #report(): void {
    const filtering = this.#columns === this.#matrix.columns ? 0 : rounds + 2;
    const total = filtering + (this.#ofItems ? 1 : 2) * Math.ceil(this.#matrix.rows / chunkRows);
    this.#options.onProgress?.({ phase: 'decomposing', done: ++this.#done, total });
  }
}

/** The highest degree, from 1 to 8, that does not amplify too much. */
function degreeFor(cut: number): number {
  const x = 2 / cut - 1;
  let degree = 1;
  for (let [before, now] = [1, x]; degree < 8; degree++) {
    [before, now] = [now, 2 * x * now - before];
    if (now > mostAmplified) break;
  }
  return degree;
}

/** Copies the upper half of a matrix to the lower one. */
function mirror(a: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) a[i * size + j] = a[j * size + i];
  return a;
}

function memoryOf({ offsets, indices, values, columns, rows }: Csr, width: number) {
  return layout({
    offsets: i32(offsets),
    indices: i32(indices),
    values: f32(values),
    x: f32(columns * width),
    chunk: f32(Math.min(rows, chunkRows) * width),
    partial: f32(gramBlocks * width * width),
    sums: f64(width * width),
    basis: f32(width * width),
    quotients: f64(width),
    small: smallMatricesLayout(width),
  });
}
