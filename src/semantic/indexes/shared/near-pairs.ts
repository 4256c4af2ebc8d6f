import { type Block, Engine } from '../../../engine/engine.ts';
import { codesBatchKernels } from '../../../engine/generated/families/codes-batch.ts';
import { encodeNear, nearRows } from '../../../engine/generated/jobs.ts';
import { within } from '../../../engine/memory/block.ts';
import { type Blocks, f32, i8, i16, i32, layout } from '../../../engine/memory/layout.ts';
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
 * All pairs of rows whose inner product, rounded to 32 bits, is at least `threshold`: exact, for any vectors. Codes of one byte per dimension
 * rule out most pairs by their first dimensions alone, those with the largest numbers first (kernels/codes-batch/near.ts); the rest is computed in 64 bits.
 *
 * @param vectors at least one, all of the same length
 * @param threads how many take part; the pairs are the same for any number
 * @param yieldNow called regularly with the number of rows done
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

type Memory = Blocks<ReturnType<typeof memoryOf>['fields']>;

/** `count` rows as codes of `width` bytes, the queries among them, and room to code some. */
function memoryOf(count: number, dimensions: number, width: number) {
  const rows = Math.ceil(count / 4) * 4;
  return layout({
    codes: i8(rows * width),
    /** The digits of two queries, interleaved by eight. */
    digits: i16(together * width),
    scales: f32(rows),
    errors: f32(rows),
    /** The most that the length of a code times its scale can be. */
    codeLengths: f32(rows),
    /** Length of what lies behind the first dimensions. */
    rests: f32(rows),
    own: f32(4 * together),
    marks: i32(rows),
    stage: f32(staged * dimensions),
  });
}

/** Rows as codes, in the memory of an engine. */
class PrefilteredRows {
  readonly #count: number;
  readonly #width: number;
  readonly #prefix: number;
  readonly #threshold: number;
  readonly #engine: Engine<'codes-batch'>;
  readonly #memory: Memory;
  /** |v| */
  readonly #lengths: Float32Array;

  constructor(vectors: readonly Float32Array[], threshold: number, threads: number) {
    const dimensions = vectors[0].length;
    const width = Math.ceil(dimensions / 16) * 16;
    this.#count = vectors.length;
    this.#width = width;
    // Of unit vectors with equal dimensions what is left then is a little below the threshold.
    this.#prefix = Math.min(width, 16 * Math.max(2, Math.ceil((width * (1.08 - threshold)) / 16)));
    this.#threshold = threshold;
    const memory = memoryOf(vectors.length, dimensions, width);
    this.#engine = new Engine(memory, { families: [codesBatchKernels], threads, scratchBytes: 8 * width + 32, lazy: true });
    this.#memory = this.#engine.place(memory);
    this.#lengths = new Float32Array(vectors.length);
    this.#take(vectors, this.#memory.stage);
  }

  /** For each row from `first` on, a bit for each of the 32 from there that may reach the threshold with it. `first` is a multiple of 32. */
  async mayReach(first: number): Promise<Int32Array> {
    const { digits: queries, codeLengths: lengths, codes, scales, errors, rests, own, marks } = this.#memory;
    const count = Math.min(together, this.#count - first);
    for (let k = 0; k < together; k++) this.#aim(k, k < count ? first + k : -1);
    const rows = { width: this.#width, prefix: this.#prefix, codes, scales, errors, lengths, rests };
    const pairs = { first, pairs: together / 2, queries, own, threshold: this.#threshold - rounding, marks };
    await this.#engine.run(nearRows, { rows: this.#count - first, blockSize }, { ...pairs, ...rows });
    return marks.array;
  }

  close(): void {
    this.#engine.close();
  }

  #take(vectors: readonly Float32Array[], stage: Block<Float32Array>): void {
    const { codes, scales, errors, codeLengths, rests } = this.#memory;
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
        rests.array[row] = Math.sqrt(rest) * (1 + rounding);
      }
      const to = { codes: within(codes, start * this.#width), scales: within(scales, start), errors: within(errors, start) };
      this.#engine.call(encodeNear, { lo: 0, hi: end - start, rows: stage, f: dimensions, width: this.#width, ...to });
      for (let row = start; row < end; row++) {
        errors.array[row] += rounding * this.#lengths[row];
        codeLengths.array[row] = this.#lengths[row] + errors.array[row];
      }
    }
  }

  /** Makes a row the k-th query; -1 = none. */
  #aim(k: number, row: number): void {
    const { codes, digits, scales, errors, rests } = this.#memory;
    const own = this.#memory.own.array.subarray(4 * k, 4 * k + 4);
    if (row < 0) {
      own.fill(0);
      return;
    }
    own.set([scales.array[row], this.#lengths[row], errors.array[row], rests.array[row]]);
    const from = (row >> 2) * 4 * this.#width + (row & 3) * 16;
    const to = (k >> 1) * 2 * this.#width + (k & 1) * 8;
    for (let d = 0; d < this.#width; d++) digits.array[to + (d >> 3) * 16 + (d & 7)] = codes.array[from + (d >> 4) * 64 + (d & 15)];
  }
}

/** The dimensions, those with the largest squares first. */
function byEnergy(vectors: readonly Float32Array[]): Int32Array {
  const squares = new Float64Array(vectors[0].length);
  for (const vector of vectors) for (let d = 0; d < squares.length; d++) squares[d] += vector[d] * vector[d];
  return Int32Array.from(squares.keys()).sort((a, b) => squares[b] - squares[a] || a - b);
}
