import type { Rating } from './review.ts';

/** Ratings on their way from one thread to another: one number per rating in each column, and the ids as bytes, user and product in turn. */
export interface RatingBatch {
  size: number;
  ids: Uint8Array<ArrayBuffer>;
  /** Where each id ends in `ids`: that of a user, then that of a product. */
  ends: Int32Array<ArrayBuffer>;
  values: Float64Array<ArrayBuffer>;
  /** Milliseconds since 1970; NaN for none. */
  times: Float64Array<ArrayBuffer>;
  /** -1 when the row does not say. */
  verified: Int8Array<ArrayBuffer>;
  /** -1 when the row does not say. */
  helpful: Int32Array<ArrayBuffer>;
  lines: Int32Array<ArrayBuffer>;
  /** Rows that break a rule. */
  rejects: { line: number; reason: string; row: unknown }[];
}

/** The buffers of a batch, for a message that moves them. */
export const buffersOf = ({ ids, ends, values, times, verified, helpful, lines }: RatingBatch): ArrayBuffer[] =>
  [ids, ends, values, times, verified, helpful, lines].map((array) => array.buffer);

/** So many ratings make a message: few enough to stay in the cache, enough that messages cost nothing. */
export const batchRows = 16_384;

/** A batch under construction. */
export class BatchBuilder {
  #batch = emptyBatch();
  #used = 0;

  /** Whether it is time to `take` it. */
  get full(): boolean {
    return this.#batch.size === batchRows || this.#batch.rejects.length >= batchRows;
  }

  /** Adds a rating whose ids stand in a buffer. */
  push(
    bytes: Uint8Array,
    userStart: number,
    userEnd: number,
    itemStart: number,
    itemEnd: number,
    value: number,
    time: number,
    verified: number,
    helpful: number,
    line: number,
  ): void {
    const batch = this.#batch;
    const k = batch.size++;
    this.#reserve(userEnd - userStart + itemEnd - itemStart);
    batch.ends[2 * k] = this.#copy(bytes, userStart, userEnd);
    batch.ends[2 * k + 1] = this.#copy(bytes, itemStart, itemEnd);
    batch.values[k] = value;
    batch.times[k] = time;
    batch.verified[k] = verified;
    batch.helpful[k] = helpful;
    batch.lines[k] = line;
  }

  add({ user, item, value, timestamp = Number.NaN, verified, helpful = -1 }: Rating, line: number): void {
    const users = Buffer.from(user);
    const ids = Buffer.concat([users, Buffer.from(item)]);
    this.push(
      ids,
      0,
      users.length,
      users.length,
      ids.length,
      value,
      timestamp,
      verified === undefined ? -1 : Number(verified),
      helpful,
      line,
    );
  }

  reject(line: number, reason: string, row: unknown): void {
    this.#batch.rejects.push({ line, reason, row });
  }

  take(): RatingBatch {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    this.#used = 0;
    return batch;
  }

  #copy(bytes: Uint8Array, start: number, end: number): number {
    const { ids } = this.#batch;
    let at = this.#used;
    for (let k = start; k < end; k++) ids[at++] = bytes[k];
    this.#used = at;
    return at;
  }

  #reserve(more: number): void {
    const { ids } = this.#batch;
    if (this.#used + more <= ids.length) return;
    const larger = new Uint8Array(2 * (this.#used + more));
    larger.set(ids);
    this.#batch.ids = larger;
  }
}

function emptyBatch(): RatingBatch {
  return {
    size: 0,
    ids: new Uint8Array(batchRows * 40),
    ends: new Int32Array(2 * batchRows),
    values: new Float64Array(batchRows),
    times: new Float64Array(batchRows),
    verified: new Int8Array(batchRows),
    helpful: new Int32Array(batchRows),
    lines: new Int32Array(batchRows),
    rejects: [],
  };
}
