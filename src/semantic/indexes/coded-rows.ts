import { type Block, Engine } from '../../engine/engine.ts';
import { TopK } from '../../engine/top-k.ts';
import { grown } from '../grown.ts';
import { CodedQuery } from './coded-query.ts';
import { offerAll, type Rows, type UsedRows } from './rows.ts';

/** Bounds are kept for so many rows together. */
const strip = 32;
/** Queries that meet the codes of a row while it is in the cache. */
const batch = 32;
/** Rows of a block of a job: their codes, and no more than a few milliseconds. */
const blockSize = 2048;

/** Ends the workers of rows that nobody holds any more; they would keep the memory. */
const unused = new FinalizationRegistry<Engine>((engine) => engine.close());

/**
 * Rows with a code of one byte a dimension beside them. A query meets the codes first: an upper and a lower bound of each inner product
 * come of it (see kernels/codes.ts), and only rows whose upper bound reaches the n-th largest lower bound are scored.
 */
export class CodedRows implements Rows {
  readonly capacity: number;
  readonly #dimensions: number;
  readonly #width: number;
  readonly #engine: Engine;
  readonly #rows: Block<Float32Array>;
  readonly #codes: number;
  readonly #scales: number;
  readonly #errors: number;
  /** Bounds of the rows of a strip: 32 upper ones, 32 lower ones. */
  readonly #each: Block<Float32Array>;
  /** The query as it came. */
  readonly #vector: Block<Float32Array>;
  /** Rows that may be among the best, and their upper bounds. */
  #rowsLeft = new Int32Array(0);
  #uppersLeft = new Float32Array(0);
  readonly #query: CodedQuery;
  /** The query that is looked at. */
  readonly #one: Queries;
  /** Queries that come together: the digits of two in turn, eight each. */
  readonly #many: Queries;

  constructor(capacity: number, dimensions: number, threads: number) {
    const padded = Math.ceil(capacity / strip) * strip;
    const width = Math.ceil(dimensions / 16) * 16;
    const bytes =
      4 * capacity * dimensions +
      padded * (width + 8) +
      4 * width +
      bytesOfQueries(1, padded, width) +
      bytesOfQueries(batch, padded, width);
    const engine = new Engine(bytes, { threads, scratchBytes: 8 * width + 32 * batch, lazy: true });
    this.capacity = capacity;
    this.#dimensions = dimensions;
    this.#width = width;
    this.#engine = engine;
    this.#rows = engine.f32(capacity * dimensions);
    this.#codes = engine.i32((padded * width) / 4).at;
    this.#scales = engine.f32(padded).at;
    this.#errors = engine.f32(padded).at;
    this.#each = engine.f32(2 * strip);
    this.#vector = engine.f32(dimensions);
    this.#query = new CodedQuery(width);
    this.#one = queriesOf(engine, 1, padded, width);
    this.#many = queriesOf(engine, batch, padded, width);
    unused.register(this, engine);
  }

  set(row: number, vector: Float32Array): void {
    const { kernels } = this.#engine;
    this.#rows.array.set(vector, row * this.#dimensions);
    kernels.encodeRows(row, row + 1, this.#rows.at, this.#dimensions, this.#width, this.#codes, this.#scales, this.#errors);
  }

  get(row: number): Float32Array {
    return this.#rows.array.subarray(row * this.#dimensions, (row + 1) * this.#dimensions);
  }

  search(query: Float32Array, used: UsedRows, best: TopK): void {
    if (!this.#aim(query)) {
      offerAll(this.#rows.array, query, used, best);
      return;
    }
    const marks = mark(this.#one, used);
    this.#bound(0, used.keys.length, marks);
    this.#offer(used, marks, this.#one.strips.array, best);
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    const groups = Array.from({ length: Math.ceil(queries.length / batch) }, (_, g) => g * batch);
    const work = (first: number) => this.#group(queries.slice(first, first + batch), used, best.slice(first, first + batch), threads);
    if (threads) return groups.reduce((before, first) => before.then(() => work(first)), Promise.resolve());
    for (const first of groups) work(first);
  }

  /** As many queries as fit together. */
  #group(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    const coded = queries.map((query, k) => this.#place(query, k));
    const pairs = Math.ceil(queries.length / 2);
    const marks = mark(this.#many, used);
    const rows = used.keys.length;
    const stride = Math.ceil(this.capacity / strip) * 8;
    const { digits, bounds, strips } = this.#many;
    const codes = [this.#width, this.#codes, this.#scales, this.#errors];
    const args = [pairs, digits.at, bounds.at, ...codes, marks, strips.at, stride];
    const offer = () => {
      for (const [k, query] of queries.entries()) {
        if (!coded[k]) offerAll(this.#rows.array, query, used, best[k]);
        else {
          this.#aim(query);
          this.#offer(used, marks, strips.array.subarray((k * stride) / 4), best[k]);
        }
      }
    };
    if (threads) return this.#engine.run('boundMany', { rows, blockSize }, args).then(offer);
    this.#engine.kernels.boundMany(0, rows, 0, this.#engine.scratch, ...args);
    offer();
  }

  /** Puts a query among those that come together. */
  #place(query: Float32Array, k: number): boolean {
    const coded = this.#query.take(query);
    const { digits, bounds } = this.#many;
    const from = this.#query.digits;
    const first = (k >> 1) * 2 * this.#width + (k & 1) * 8;
    for (let d = 0; d < this.#width; d++) digits.array[first + d + (d & ~7)] = from[d];
    bounds.array.set(this.#query.bounds, 4 * k);
    return coded;
  }

  /** Makes a query the one that is looked at. */
  #aim(query: Float32Array): boolean {
    if (!this.#query.take(query)) return false;
    this.#one.digits.array.set(this.#query.digits);
    this.#one.bounds.array.set(this.#query.bounds);
    this.#vector.array.set(query);
    return true;
  }

  /** The bounds of the strips from row lo to hi, and those of each row of the last one. */
  #bound(lo: number, hi: number, marks: number): void {
    const { digits, bounds, strips } = this.#one;
    this.#engine.kernels.boundRows(
      lo,
      hi,
      digits.at,
      bounds.at,
      this.#width,
      this.#codes,
      this.#scales,
      this.#errors,
      marks,
      this.#each.at,
      strips.at,
    );
  }

  /** Offers the rows that bounds cannot rule out, given those of the strips. */
  #offer({ keys, n }: UsedRows, marks: number, strips: Float32Array, best: TopK): void {
    const end = 2 * Math.ceil(keys.length / strip);
    // n strips with a lower bound of at least this have n rows that score at least this.
    const ofStrips = new TopK(n);
    for (let at = 0; at < end; at += 2) ofStrips.offer(at, strips[at + 1]);
    const least = Math.max(ofStrips.threshold, best.threshold);
    const ofRows = new TopK(n);
    const each = this.#each.array;
    let left = 0;
    for (let at = 0; at < end; at += 2) {
      if (strips[at] < least) continue;
      const lo = (at / 2) * strip;
      const hi = Math.min(lo + strip, keys.length);
      this.#bound(lo, hi, marks);
      this.#makeRoom(left + strip);
      for (let row = lo; row < hi; row++) {
        const upper = each[row - lo];
        if (upper < least || upper === Number.NEGATIVE_INFINITY) continue;
        ofRows.offer(row, each[row - lo + strip]);
        this.#rowsLeft[left] = row;
        this.#uppersLeft[left++] = upper;
      }
    }
    const { kernels } = this.#engine;
    const limit = ofRows.threshold;
    for (let k = 0; k < left; k++) {
      if (this.#uppersLeft[k] < limit || this.#uppersLeft[k] < best.threshold) continue;
      const row = this.#rowsLeft[k];
      best.offer(keys[row], kernels.dot64(this.#rows.at + 4 * row * this.#dimensions, this.#vector.at, this.#dimensions));
    }
  }

  #makeRoom(count: number): void {
    if (count <= this.#rowsLeft.length) return;
    this.#rowsLeft = grown(this.#rowsLeft, count);
    const uppers = new Float32Array(this.#rowsLeft.length);
    uppers.set(this.#uppersLeft);
    this.#uppersLeft = uppers;
  }
}

/** Queries in the memory of the engine, and what becomes of them. */
interface Queries {
  digits: { at: number; array: Int16Array };
  /** Four numbers each: step, alpha, beta. */
  bounds: Block<Float32Array>;
  /** Upper and lower bound of each strip, for one after the other. */
  strips: Block<Float32Array>;
  /** Which rows may come. */
  marks: { at: number; array: Uint8Array };
}

function queriesOf(engine: Engine, count: number, rows: number, width: number): Queries {
  const digits = engine.i32((count * width) / 2);
  const marks = engine.i32(rows / 4);
  return {
    digits: { at: digits.at, array: new Int16Array(digits.array.buffer, digits.at, count * width) },
    bounds: engine.f32(4 * count),
    strips: engine.f32((2 * count * rows) / strip),
    marks: { at: marks.at, array: new Uint8Array(marks.array.buffer, marks.at, rows) },
  };
}

const bytesOfQueries = (count: number, rows: number, width: number) => count * (2 * width + 16 + (8 * rows) / strip) + rows + 256;

/** Marks the rows whose keys are allowed. @returns where the marks are; 0 when all are allowed. */
function mark({ marks: { at, array } }: Queries, { keys, allowed }: UsedRows): number {
  if (!allowed) return 0;
  for (let row = 0; row < keys.length; row++) array[row] = allowed[keys[row]] ?? 0;
  array.fill(0, keys.length);
  return at;
}
