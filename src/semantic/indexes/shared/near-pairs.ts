import { type Block, Engine } from '../../../engine/engine.ts';
import { dot } from '../../../numeric/dot.ts';

/** Rows that meet all others at once: a bit of an i32 each. */
const together = 32;
/** Rows of a block of a job. */
const blockSize = 2048;
/** Rows that are coded at once. */
const staged = 256;
/** What rounding to 32 bits can change, as a share of the lengths. */
const rounding = 1e-5;

/**
 * All pairs of rows whose inner product, rounded to 32 bits, is at least `threshold`: exact, of any vectors. Codes of one byte a dimension
 * rule out most pairs by their first dimensions alone, those with the largest numbers first (kernels/near.ts); the rest is computed in 64 bits.
 *
 * @param vectors one a row, all of one length, at least one
 * @param threads how many take part; the pairs are the same for any number
 * @param yieldNow called now and then with how many rows are done
 * @param wanted whether a pair still matters: one that does not is not computed
 * @param take gets the pairs, in ascending order
 */
export async function visitNearPairs(
  vectors: readonly Float32Array[],
  threshold: number,
  threads: number,
  yieldNow: (done: number) => Promise<void>,
  wanted: (a: number, b: number) => boolean,
  take: (a: number, b: number) => void,
): Promise<void> {
  const rows = new PrefilteredRows(vectors, threshold, threads);
  try {
    for (let first = 0; first < vectors.length; first += together) {
      if (first % 1024 === 0) await yieldNow(first);
      const marks = await rows.mayReach(first);
      for (let b = first; b < vectors.length; b++) {
        for (let bits = marks[b]; bits !== 0; bits &= bits - 1) {
          const a = first + 31 - Math.clz32(bits & -bits);
          if (a < b && wanted(a, b) && Math.fround(dot(vectors[a], 0, vectors[b])) >= Math.fround(threshold)) take(a, b);
        }
      }
    }
  } finally {
    rows.close();
  }
}

/** Rows as codes, in the memory of an engine. */
class PrefilteredRows {
  readonly #count: number;
  readonly #width: number;
  readonly #prefix: number;
  readonly #threshold: number;
  readonly #engine: Engine;
  readonly #codes: Int8Array;
  readonly #at: { codes: number; digits: number };
  readonly #scales: Block<Float32Array>;
  readonly #errors: Block<Float32Array>;
  /** |v|, and the most that the length of a code times its scale can be. */
  readonly #lengths: Float32Array;
  readonly #codeLengths: Block<Float32Array>;
  /** Length of what lies behind the first dimensions. */
  readonly #rests: Block<Float32Array>;
  readonly #digits: Int16Array;
  readonly #own: Block<Float32Array>;
  readonly #marks: Block<Int32Array>;

  constructor(vectors: readonly Float32Array[], threshold: number, threads: number) {
    const dimensions = vectors[0].length;
    const padded = Math.ceil(vectors.length / 4) * 4;
    const width = Math.ceil(dimensions / 16) * 16;
    this.#count = vectors.length;
    this.#width = width;
    // Of unit vectors with equal dimensions what is left then is a little below the threshold.
    this.#prefix = Math.min(width, 16 * Math.max(2, Math.ceil((width * (1.08 - threshold)) / 16)));
    this.#threshold = threshold;
    const bytes = padded * (width + 5 * 4) + 4 * staged * dimensions + together * (2 * width + 16);
    const engine = new Engine(bytes, { threads, scratchBytes: 8 * width, lazy: true });
    this.#engine = engine;
    const codes = engine.i32((padded * width) / 4);
    const digits = engine.i32((together * width) / 2);
    this.#at = { codes: codes.at, digits: digits.at };
    this.#codes = new Int8Array(codes.array.buffer, codes.at, padded * width);
    this.#digits = new Int16Array(digits.array.buffer, digits.at, together * width);
    this.#scales = engine.f32(padded);
    this.#errors = engine.f32(padded);
    this.#codeLengths = engine.f32(padded);
    this.#rests = engine.f32(padded);
    this.#own = engine.f32(4 * together);
    this.#marks = engine.i32(padded);
    this.#lengths = new Float32Array(padded);
    this.#take(vectors, engine.f32(staged * dimensions));
  }

  /** For each row from `first` on, a bit for each of the 32 from there that may reach the threshold with it. `first` is a multiple of 32. */
  async mayReach(first: number): Promise<Int32Array> {
    const queries = Math.min(together, this.#count - first);
    for (let k = 0; k < together; k++) this.#aim(k, k < queries ? first + k : -1);
    await this.#engine.run('nearRows', { rows: this.#count - first, blockSize }, [
      first,
      together / 2,
      this.#at.digits,
      this.#own.at,
      this.#width,
      this.#prefix,
      this.#at.codes,
      this.#scales.at,
      this.#errors.at,
      this.#codeLengths.at,
      this.#rests.at,
      this.#threshold - rounding,
      this.#marks.at,
    ]);
    return this.#marks.array;
  }

  close(): void {
    this.#engine.close();
  }

  #take(vectors: readonly Float32Array[], stage: Block<Float32Array>): void {
    const dimensions = vectors[0].length;
    const order = byEnergy(vectors);
    for (let start = 0; start < vectors.length; start += staged) {
      const end = Math.min(start + staged, vectors.length);
      for (let row = start; row < end; row++) {
        const at = (row - start) * dimensions;
        let squares = 0;
        let rest = 0;
        order.forEach((from, d) => {
          const x = vectors[row][from];
          stage.array[at + d] = x;
          squares += x * x;
          if (d >= this.#prefix) rest += x * x;
        });
        this.#lengths[row] = Math.sqrt(squares) * (1 + rounding);
        this.#rests.array[row] = Math.sqrt(rest) * (1 + rounding);
      }
      const [codes, scales, errors] = [this.#at.codes + start * this.#width, this.#scales.at + 4 * start, this.#errors.at + 4 * start];
      this.#engine.kernels.encodeRows(0, end - start, stage.at, dimensions, this.#width, codes, scales, errors);
      for (let row = start; row < end; row++) {
        this.#errors.array[row] += rounding * this.#lengths[row];
        this.#codeLengths.array[row] = this.#lengths[row] + this.#errors.array[row];
      }
    }
  }

  /** Makes a row the k-th query; -1 = none. */
  #aim(k: number, row: number): void {
    const own = this.#own.array.subarray(4 * k, 4 * k + 4);
    if (row < 0) {
      own.fill(0);
      return;
    }
    own.set([this.#scales.array[row], this.#lengths[row], this.#errors.array[row], this.#rests.array[row]]);
    const from = (row >> 2) * 4 * this.#width + (row & 3) * 16;
    const to = (k >> 1) * 2 * this.#width + (k & 1) * 8;
    for (let d = 0; d < this.#width; d++) this.#digits[to + (d >> 3) * 16 + (d & 7)] = this.#codes[from + (d >> 4) * 64 + (d & 15)];
  }
}

/** The dimensions, those with the largest squares first. */
function byEnergy(vectors: readonly Float32Array[]): Int32Array {
  const squares = new Float64Array(vectors[0].length);
  for (const vector of vectors) for (let d = 0; d < squares.length; d++) squares[d] += vector[d] * vector[d];
  return Int32Array.from(squares.keys()).sort((a, b) => squares[b] - squares[a] || a - b);
}
