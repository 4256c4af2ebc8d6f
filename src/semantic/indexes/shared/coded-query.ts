/** The largest digit, if the sums allow it. */
const largestDigit = 32_767;
/** Digits add up to at most this: times the lanes of kernels/codes/codes.ts, which are numbers of 16 bits, they fit 32 bits. */
const digitSum = 65_535;
/** More numbers than this are not coded: rounding would take too much of the sum. */
const mostDimensions = digitSum / 2;
/** Queries with larger or smaller numbers are not coded. */
export const large = 1e12;
export const small = 1e-12;
/** What rounding to 32 bits can change in a product of three and the addition of its slack, and 64 bits in the exact sum. */
const rounding = 8 * 2 ** -24 + 1e-9;

/**
 * A query as whole numbers of 16 bits times a step, and what its inner products with coded rows may be wrong by:
 * `alpha` times the error of the row plus `beta` times the length of its code. kernels/codes/codes.ts has the derivation.
 */
export class CodedQuery {
  /** As long as a code. */
  readonly digits: Int16Array;
  /** step, alpha, beta, and eight times the sum of the digits, which is what the kernel adds to halves of codes. */
  readonly bounds = new Float32Array(4);

  /** @param width length of a code */
  constructor(width: number) {
    this.digits = new Int16Array(width);
  }

  /** Takes a query. @returns whether it could: not if it is zero, not finite, very large or small, or has very many dimensions. */
  take(query: Float32Array): boolean {
    let most = 0;
    let sum = 0;
    let squares = 0;
    for (let d = 0; d < query.length; d++) {
      const size = Math.abs(query[d]);
      if (!(size <= most)) most = size;
      sum += size;
      squares += size * size;
    }
    if (!(most > small && most < large && sum < large) || query.length > mostDimensions) return false;
    // Rounding adds at most 0.5 to each digit.
    const step = Math.fround(Math.max(most / largestDigit, sum / (digitSum - query.length)) * 1.000001);
    let remainder = 0;
    let digits = 0;
    for (let d = 0; d < query.length; d++) {
      const digit = Math.round(query[d] / step);
      this.digits[d] = digit;
      digits += digit;
      remainder += (query[d] - step * digit) ** 2;
    }
    const norm = Math.sqrt(squares);
    const lost = Math.sqrt(remainder);
    this.bounds[0] = step;
    this.bounds[1] = norm * 1.000002;
    this.bounds[2] = (lost + (norm + lost) * rounding) * 1.000002;
    this.bounds[3] = 8 * digits;
    return true;
  }
}
