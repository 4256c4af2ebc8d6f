import { BatchQuery } from './batch-query.ts';
import { large, small } from './coded-query.ts';

/** Dimensions whose sums the kernel keeps apart, and the most that the digits of one sign may add up to in a lane of them (kernels/codes-batch/coarse.ts). */
const chunk = 128;
const mostInLane = 136; // 15 * 136 < 2048
/** Digits up to this sum together, times 8 * 4096, fit 32 bits. */
const mostTogether = 65_000;
/** What rounding to 32 bits can change in a bound, as a share of the digits and of the longest half of a code: the kernel adds 8 to halves of at least 7. */
const rounding = 24 * 2 ** -24;

/**
 * A query as small whole numbers times a step, for kernels/codes-batch/coarse.ts, which has the derivation: the kernel can tell two sums apart only if
 * neither grows too large, so the step follows from the largest sum of one sign that a lane will see.
 */
export class CoarseQuery extends BatchQuery {
  /** As long as a code. */
  readonly #digits: Int16Array;

  /** @param width length of a code */
  constructor(width: number) {
    super();
    this.#digits = new Int16Array(width);
  }

  take(query: Float32Array, longest: number): boolean {
    const digits = this.#digits;
    let [largest, total] = extremes(query, query.length);
    if (!(total > small && total < large)) return false;
    let step = Math.max(largest / mostInLane, total / mostTogether);
    for (;;) {
      step = Math.fround(step * 1.02);
      for (let d = 0; d < query.length; d++) digits[d] = Math.round(query[d] / step);
      [largest, total] = extremes(digits, query.length);
      if (largest <= mostInLane && total <= mostTogether) break;
    }
    let sum = 0;
    let squares = 0;
    let remainder = 0;
    for (let d = 0; d < query.length; d++) {
      sum += digits[d];
      squares += query[d] * query[d];
      remainder += (query[d] - step * digits[d]) ** 2;
    }
    const norm = Math.sqrt(squares);
    const lost = Math.sqrt(remainder) + rounding * total * step + 1e-6 * norm;
    this.own.set([
      16 * step,
      -128 * sum * step, // rows a have 8 added to each half
      8 * sum,
      norm * 1.000002,
      lost * 1.000002,
      this.unit(norm, longest),
      Number.NEGATIVE_INFINITY,
      0,
    ]);
    return true;
  }

  placeIn(digits: Uint8Array, k: number): void {
    const to = new Int16Array(digits.buffer, digits.byteOffset, digits.length / 2);
    const width = this.#digits.length;
    const first = (k >> 1) * 2 * width + (k & 1) * 8;
    for (let d = 0; d < width; d++) to[first + d + (d & ~7)] = this.#digits[d];
  }
}

/** The largest sum of one sign that a lane of the kernel sees, two dimensions of eight, and the sum of all sizes. */
function extremes(values: ArrayLike<number>, length: number): [largest: number, total: number] {
  let largest = 0;
  let total = 0;
  for (let from = 0; from < length; from += chunk) {
    for (let lane = 0; lane < 8; lane += 2) {
      let above = 0;
      let below = 0;
      for (let d = from + lane; d < Math.min(from + chunk, length); d += (d & 1) === 0 ? 1 : 7) {
        if (values[d] > 0) above += values[d];
        else below -= values[d];
      }
      largest = Math.max(largest, above, below);
      total += above + below;
    }
  }
  return [largest, total];
}
