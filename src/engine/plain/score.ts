import type { Memory } from './index.ts';

/** Twins of kernels/score.ts. */
export function scoreKernels({ f32, i32 }: Memory) {
  const i8 = new Int8Array(i32.buffer);
  const i16 = new Int16Array(i32.buffer);
  const dot = (a: number, b: number, f: number) => {
    let sum = 0;
    for (let q = 0; q < f; q++) sum += f32[a / 4 + q] * f32[b / 4 + q];
    return sum;
  };
  const addColumns = (lo: number, hi: number, count: number, columns: number, weights: number, codes: number, sums: number) => {
    for (let c = 0; c < count; c++) {
      const at = codes + i32[columns / 4 + c];
      for (let k = lo; k < hi; k++) i16[sums / 2 + k] += i16[weights / 2 + 8 * c] * i8[at + k];
    }
  };
  /** Which of the 16 items from k on have a sum above the limit. */
  const above = (k: number, limit: number, sums: number) => {
    const items: number[] = [];
    for (let i = k; i < k + 16; i++) if (i16[sums / 2 + i] > limit) items.push(i);
    return items;
  };
  return {
    scoreRows(lo: number, hi: number, x: number, y: number, f: number, out: number) {
      for (let k = lo; k < hi; k++) f32[out / 4 + k - lo] = dot(x, y + 4 * k * f, f);
    },
    scoreSome(count: number, indices: number, x: number, y: number, f: number, out: number) {
      for (let k = 0; k < count; k++) f32[out / 4 + k] = dot(x, y + 4 * i32[indices / 4 + k] * f, f);
    },
    screenAdd(lo: number, hi: number, groups: number, columns: number, weights: number, codes: number, sums: number) {
      addColumns(lo, hi, 8 * groups, columns, weights, codes, sums);
    },
    screenMost(lo: number, hi: number, sums: number, most: number) {
      for (let k = lo; k < hi; k += 32) i32[most / 4 + (k - lo) / 32] = Math.max(...i16.subarray(sums / 2 + k, sums / 2 + k + 32));
    },
    screenBlocks(lo: number, hi: number, limit: number, sums: number, out: number) {
      let found = 0;
      for (let k = lo; k < hi; k += 16) if (above(k, limit, sums).length > 0) i32[out / 4 + found++] = k;
      return found;
    },
    screenMore(count: number, list: number, columns: number, weights: number, codes: number, sums: number, limit: number) {
      let found = 0;
      for (let e = 0; e < count; e++) {
        const k = i32[list / 4 + e];
        addColumns(k, k + 16, 8, columns, weights, codes, sums);
        if (above(k, limit, sums).length > 0) i32[list / 4 + found++] = k;
      }
      return found;
    },
    screenFind(count: number, list: number, limit: number, sums: number, out: number) {
      let found = 0;
      for (let e = 0; e < count; e++) for (const k of above(i32[list / 4 + e], limit, sums)) i32[out / 4 + found++] = k;
      return found;
    },
  };
}
