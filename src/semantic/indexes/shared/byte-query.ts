import { BatchQuery } from './batch-query.ts';
import { large, small } from './coded-query.ts';

/** Digits are from -63 to 63; the kernel gets them with 64 added. */
const largestDigit = 63;
const bias = 64;
/** Sums of products with bytes of more numbers than this do not fit 32 bits. */
const mostDimensions = 2 ** 16;
/** What rounding to 32 bits can change in a product of three and the addition of its slack, and 64 bits in the exact sum. */
const rounding = 8 * 2 ** -24 + 1e-9;

/** A query as digits of seven bits times a step, for kernels/codes-batch/coarse.relaxed.ts, which has the derivation. */
export class ByteQuery extends BatchQuery {
  readonly #digits: Uint8Array;

  /** @param width length of a code */
  constructor(width: number) {
    super();
    this.#digits = new Uint8Array(width);
  }

  take(query: Float32Array, longest: number): boolean {
    let most = 0;
    let squares = 0;
    for (let d = 0; d < query.length; d++) {
      const size = Math.abs(query[d]);
      if (!(size <= most)) most = size; // keeps NaN
      squares += size * size;
    }
    const norm = Math.sqrt(squares);
    if (!(norm > small && norm < large) || query.length > mostDimensions) return false;
    const step = Math.fround((most / largestDigit) * 1.000001);
    let remainder = 0;
    this.#digits.fill(bias);
    for (let d = 0; d < query.length; d++) {
      const digit = Math.round(query[d] / step);
      this.#digits[d] = digit + bias;
      remainder += (query[d] - step * digit) ** 2;
    }
    const lost = Math.sqrt(remainder);
    const beta = (lost + (norm + lost) * rounding) * 1.000002;
    this.own.set([step, 0, 0, norm * 1.000002, beta, this.unit(norm, longest), Number.NEGATIVE_INFINITY, 0]);
    return true;
  }

  placeIn(digits: Uint8Array, k: number): void {
    const width = this.#digits.length;
    const first = (k >> 1) * 2 * width + (k & 1) * 16;
    for (let d = 0; d < width; d++) digits[first + d + (d & ~15)] = this.#digits[d];
  }
}
