import {
  prefilterAdd,
  prefilterAim,
  prefilterCheck,
  prefilterEncode,
  prefilterFind,
  prefilterGroups,
  prefilterLeast,
  prefilterNth,
} from '../../engine/generated/jobs.ts';
import type { Block, LocalEngine } from '../../engine/local-engine.ts';
import { within } from '../../engine/memory/block.ts';
import { type Blocks, i8, i16, i32, layout, u8 } from '../../engine/memory/layout.ts';

/** Groups of eight dimensions that the first pass over all rows reads. */
const firstLook = 2;
/** Oversampling: how many times the requested number of rows is read to the end, closest first. */
const generous = 4;
/** Once this share of the rows remains, reading them to the end is cheaper than reading one more group of all rows. */
const few = 1 / 40;

/**
 * Finds the rows of a matrix that may have a cosine above a limit with a query, and never misses one: see kernels/prefilter/prefilter.ts. The few that
 * it finds are for the caller to score exactly. Takes 2 f bytes per row.
 */
export class Prefilter {
  /** What the calls below found: row numbers. */
  readonly found: Block<Int32Array>;
  readonly #engine: LocalEngine<'prefilter'>;
  readonly #count: number;
  readonly #f: number;
  readonly #groups: number;
  readonly #padded: number;
  readonly #memory: Blocks<ReturnType<typeof Prefilter.layout>['fields']>;
  readonly #error: Float64Array;

  /** What a prefilter keeps in the memory of its engine. */
  static layout(count: number, f: number) {
    const padded = paddedTo(count, 32);
    return layout({
      columns: i8(padded * f),
      rows: i8(padded * paddedTo(f, 8)),
      sums: i16(padded),
      found: i32(padded),
      /** Sums over all dimensions, beside `found`; room for the kernels before that. */
      whole: i32(Math.max(1024, padded)),
      aim: u8(aimBound(f)),
      /** What kernels/prefilter/rank.ts reads: the error of rounding, and where the codes are. */
      words: i32(5),
    });
  }

  /** @param f dimensions. Rows come by {@link encode}. */
  constructor(engine: LocalEngine<'prefilter'>, count: number, f: number) {
    this.#engine = engine;
    this.#count = count;
    this.#f = f;
    this.#groups = Math.ceil(f / 8);
    this.#padded = paddedTo(count, 32);
    this.#memory = engine.place(Prefilter.layout(count, f));
    const { columns, rows, found, words } = this.#memory;
    const { buffer } = columns.array;
    new Int32Array(buffer, columns.at, columns.array.length / 4).fill(0x0080_0080); // no row: 128 stands for 0 in every other byte
    words.array.set([0, 0, this.#padded, columns.at, rows.at]);
    this.#error = new Float64Array(buffer, words.at, 1);
    this.found = found;
  }

  /** What kernels need to read it. */
  get words(): Block<Int32Array> {
    return this.#memory.words;
  }

  /**
   * Takes rows lo to hi.
   * @param given row lo and those behind it, of `width` floats
   * @param norms of these rows, 0 for one that has no direction
   */
  encode(lo: number, hi: number, given: Block<Float32Array>, width: number, norms: Block<Float64Array>): void {
    const { columns, rows } = this.#memory;
    const x = within(given, -lo * width);
    const args = { lo, hi, x, width, f: this.#f, norms: within(norms, -lo), padded: this.#padded, columns, rows };
    this.#error[0] = Math.max(this.#error[0], this.#engine.call(prefilterEncode, args));
  }

  /** Takes a query; its norm must not be 0. */
  aim(x: Block<Float32Array>, norm: number): void {
    const { aim } = this.#memory;
    this.#engine.call(prefilterAim, { x, norm, f: this.#f, padded: this.#padded, error: this.#error[0], aim });
  }

  /** Reads the largest dimensions of all rows. @returns how many rows, about n, look closest; they are in `found`. */
  look(n: number): number {
    const { sums, whole } = this.#memory;
    this.#add(0, firstLook);
    const some = this.#find(this.#engine.call(prefilterNth, { hi: this.#padded, n: generous * n, sums, room: whole }));
    this.#check(some, -32768);
    const sorted = whole.array.slice(0, some).sort();
    return this.#check(some, some > n ? sorted[some - n] - 1 : -32768);
  }

  /** After {@link look}: writes to `found` every row whose cosine with the query is at least `limit`, and a few others. @returns how many */
  survivors(limit: number): number {
    let groups = Math.max(firstLook, this.#engine.call(prefilterGroups, { limit, f: this.#f, aim: this.#memory.aim }));
    this.#add(firstLook, groups);
    for (;;) {
      const some = this.#find(this.#least(limit, groups));
      if (groups === this.#groups) return some;
      if (some <= few * this.#count) return this.#check(some, this.#least(limit, this.#groups));
      this.#add(groups, ++groups);
    }
  }

  #add(from: number, to: number): void {
    const { aim, columns, sums } = this.#memory;
    this.#engine.call(prefilterAdd, { lo: 0, hi: this.#padded, from, to, f: this.#f, aim, columns, sums });
  }

  #find(limit: number): number {
    const { sums, whole: room, found: out } = this.#memory;
    return this.#engine.call(prefilterFind, { lo: 0, hi: this.#count, limit, sums, room, out });
  }

  #check(count: number, limit: number): number {
    const { found: list, aim, rows, whole: sums } = this.#memory;
    return this.#engine.call(prefilterCheck, { count, list, limit, f: this.#f, aim, rows, sums });
  }

  #least(limit: number, groups: number): number {
    return this.#engine.call(prefilterLeast, { limit, groups, f: this.#f, aim: this.#memory.aim });
  }
}

const paddedTo = (count: number, block: number) => Math.ceil(count / block) * block;

/** At least as much as the kernel's `aimBytes`. */
const aimBound = (f: number) => 32 * paddedTo(f, 8) + 8192;
