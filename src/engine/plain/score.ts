import type { Memory } from './index.ts';

/** Twins of kernels/score.ts. */
export function scoreKernels({ f32, i32 }: Memory) {
  const i8 = new Int8Array(i32.buffer);
  const i16 = new Int16Array(i32.buffer);
  /** Adds the dimensions from..to of the query's order to the 32 sums at `acc`. */
  const addDimensions = (from: number, to: number, dims: number, q: number, strip: number, acc: number) => {
    for (let d = from; d < to; d++) {
      const at = strip + i32[dims / 4 + d];
      for (let k = 0; k < 32; k++) i16[acc / 2 + k] += i16[q / 2 + 8 * d] * i8[at + k];
    }
  };
  const dot = (a: number, b: number, f: number) => {
    let sum = 0;
    for (let q = 0; q < f; q++) sum += f32[a / 4 + q] * f32[b / 4 + q];
    return sum;
  };
  return {
    scoreRows(lo: number, hi: number, x: number, y: number, f: number, out: number) {
      for (let k = lo; k < hi; k++) f32[out / 4 + k - lo] = dot(x, y + 4 * k * f, f);
    },
    scoreSome(count: number, indices: number, x: number, y: number, f: number, out: number) {
      for (let k = 0; k < count; k++) f32[out / 4 + k] = dot(x, y + 4 * i32[indices / 4 + k] * f, f);
    },
    screenFirst(lo: number, hi: number, n: number, dims: number, q: number, codes: number, stripBytes: number, acc: number, most: number) {
      for (let strip = lo; strip < hi; strip++) {
        const sums = i16.subarray(acc / 2 + 32 * strip, acc / 2 + 32 * strip + 32).fill(0);
        addDimensions(0, n, dims, q, codes + strip * stripBytes, acc + 64 * strip);
        i32[most / 4 + strip] = Math.max(...sums);
      }
    },
    screenRest(
      lo: number,
      hi: number,
      first: number,
      chunks: number,
      ends: number,
      limits: number,
      dims: number,
      q: number,
      codes: number,
      stripBytes: number,
      acc: number,
      out: number,
    ) {
      let found = 0;
      for (let strip = lo; strip < hi; strip++) {
        const sums = i16.subarray(acc / 2 + 32 * strip, acc / 2 + 32 * strip + 32);
        if (first === 0) sums.fill(0);
        let alive: number[] = [];
        for (let c = first; c < chunks; c++) {
          addDimensions(c === 0 ? 0 : i32[ends / 4 + c - 1], i32[ends / 4 + c], dims, q, codes + strip * stripBytes, acc + 64 * strip);
          alive = [];
          for (let k = 0; k < 32; k++) if (sums[k] > i32[limits / 4 + c]) alive.push(k);
          if (alive.length <= 2) break;
        }
        for (const k of alive) i32[out / 4 + found++] = 32 * strip + k;
      }
      return found;
    },
  };
}
