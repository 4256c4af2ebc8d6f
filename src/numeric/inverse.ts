import type { Pace } from '../work/pace.ts';

/** Columns per block: a panel of this width stays in the L2 cache while the whole matrix is updated once. */
const width = 64;

/**
 * Inverts a symmetric positive definite matrix in place by the sweep operator (Goodnight 1979) on blocks of columns: for a block K,
 * A_KK -> -A_KK^-1, A_iK -> A_iK A_KK^-1, A_ij -> A_ij - A_iK A_KK^-1 A_Kj, which keeps the matrix symmetric, so only the lower triangle is
 * computed: size^3 / 2 multiply-adds, no second matrix.
 *
 * @param a row-major, `size` x `size`; only the lower triangle is read, both triangles are written.
 * @param pace yields and reports progress, in columns.
 * @returns false when the matrix is not positive definite; its contents are then undefined.
 */
export async function invert(a: Float64Array, size: number, pace: Pace): Promise<boolean> {
  const panel = new Float64Array(size * width);
  const product = new Float64Array(size * width);
  for (let start = 0; start < size; start += width) {
    const end = Math.min(size, start + width);
    takePanel(a, size, start, end, panel);
    const pivot = pivotOf(a, size, start, end);
    if (!pivot) return false;
    multiply(panel, pivot, size, product);
    for (let i = 0; i < size; i += 4) {
      if (pace.due) await pace.rest(start);
      subtract(a, size, i, product, panel);
    }
    for (let i = 0; i < size; i++) {
      const inside = i >= start && i < end;
      for (let k = start; k < end; k++) {
        const value = inside ? -pivot[(i - start) * width + k - start] : product[i * width + k - start];
        if (i >= k) a[i * size + k] = value;
        else a[k * size + i] = value;
      }
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) a[j * size + i] = a[i * size + j] = -a[i * size + j];
  return true;
}

/** Columns [start, end) as `size` short rows, zero where there are fewer than `width`; rows of the block itself are zero, so that they stay. */
function takePanel(a: Float64Array, size: number, start: number, end: number, panel: Float64Array): void {
  panel.fill(0);
  for (let i = 0; i < size; i++) {
    if (i >= start && i < end) continue;
    for (let k = start; k < end; k++) panel[i * width + k - start] = i > k ? a[i * size + k] : a[k * size + i];
  }
}

/** The inverse of the block on the diagonal, by sweeping its columns one by one. */
function pivotOf(a: Float64Array, size: number, start: number, end: number): Float64Array | undefined {
  const count = end - start;
  const p = new Float64Array(width * width);
  for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) p[i * width + j] = p[j * width + i] = a[(start + i) * size + start + j];
  if (!sweep(p, count, width)) return undefined;
  for (let e = 0; e < p.length; e++) p[e] = -p[e];
  return p;
}

/**
 * Sweeps all columns of a small symmetric matrix, one by one, which leaves its negated inverse.
 *
 * @param p row-major, `count` x `count`, with rows `stride` apart.
 * @returns false when the matrix is not positive definite; its contents are then undefined.
 */
export function sweep(p: Float64Array, count: number, stride: number): boolean {
  for (let k = 0; k < count; k++) {
    const d = p[k * stride + k];
    if (!(d > 0)) return false;
    for (let i = 0; i < count; i++) {
      if (i === k) continue;
      const factor = p[i * stride + k] / d;
      for (let j = 0; j < count; j++) if (j !== k) p[i * stride + j] -= factor * p[k * stride + j];
    }
    for (let i = 0; i < count; i++) {
      if (i === k) continue;
      p[i * stride + k] /= d;
      p[k * stride + i] /= d;
    }
    p[k * stride + k] = -1 / d;
  }
  return true;
}

/** product = panel x pivot. */
function multiply(panel: Float64Array, pivot: Float64Array, size: number, product: Float64Array): void {
  product.fill(0);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < width; k++) {
      const value = panel[i * width + k];
      if (value === 0) continue;
      for (let j = 0; j < width; j++) product[i * width + j] += value * pivot[k * width + j];
    }
  }
}

/** Rows [i, i + 4) of the lower triangle: subtracts product x panelᵀ; 4 x 4 sums at a time stay in registers. */
function subtract(a: Float64Array, size: number, i: number, product: Float64Array, panel: Float64Array): void {
  const rows = Math.min(4, size - i);
  for (let j = 0; j < i + rows; j += 4) {
    if (rows < 4 || j + 4 > size) {
      for (let r = i; r < i + rows; r++) {
        for (let c = j; c < Math.min(j + 4, size); c++) {
          let sum = 0;
          for (let k = 0; k < width; k++) sum += product[r * width + k] * panel[c * width + k];
          a[r * size + c] -= sum;
        }
      }
      continue;
    }
    subtractTile(a, size, i, j, product, panel);
  }
}

function subtractTile(a: Float64Array, size: number, i: number, j: number, product: Float64Array, panel: Float64Array): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0; // biome-ignore format: a tile
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0; // biome-ignore format: a tile
  for (let k = 0, p = i * width, q = j * width; k < width; k++, p++, q++) {
    const p0 = product[p];
    const p1 = product[p + width];
    const p2 = product[p + 2 * width];
    const p3 = product[p + 3 * width];
    const q0 = panel[q];
    const q1 = panel[q + width];
    const q2 = panel[q + 2 * width];
    const q3 = panel[q + 3 * width];
    s00 += p0 * q0;
    s01 += p0 * q1;
    s02 += p0 * q2;
    s03 += p0 * q3; // biome-ignore format: a tile
    s10 += p1 * q0;
    s11 += p1 * q1;
    s12 += p1 * q2;
    s13 += p1 * q3; // biome-ignore format: a tile
    s20 += p2 * q0;
    s21 += p2 * q1;
    s22 += p2 * q2;
    s23 += p2 * q3; // biome-ignore format: a tile
    s30 += p3 * q0;
    s31 += p3 * q1;
    s32 += p3 * q2;
    s33 += p3 * q3; // biome-ignore format: a tile
  }
  const at = i * size + j;
  a[at] -= s00;
  a[at + 1] -= s01;
  a[at + 2] -= s02;
  a[at + 3] -= s03; // biome-ignore format: a tile
  a[at + size] -= s10;
  a[at + size + 1] -= s11;
  a[at + size + 2] -= s12;
  a[at + size + 3] -= s13; // biome-ignore format: a tile
  a[at + 2 * size] -= s20;
  a[at + 2 * size + 1] -= s21;
  a[at + 2 * size + 2] -= s22;
  a[at + 2 * size + 3] -= s23; // biome-ignore format: a tile
  a[at + 3 * size] -= s30;
  a[at + 3 * size + 1] -= s31;
  a[at + 3 * size + 2] -= s32;
  a[at + 3 * size + 3] -= s33; // biome-ignore format: a tile
}
