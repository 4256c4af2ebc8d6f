import type { Interactions } from 'attune';

/** A pair of factor matrices, row-major in the order of the data's ids. */
export interface FactorPair {
  users: Float32Array;
  items: Float32Array;
}

/**
 * The total loss of implicit ALS, in float64, whoever made the factors: sum over all (u, i) of c (p - x.y)^2 plus
 * regularization times the squared norms, c = 1 + alpha * value and p = 1 where there is an interaction, else 1 and 0.
 * The pairs without one come in by the Gram matrices: the sum of all (x.y)^2 is the inner product of X'X and Y'Y.
 */
export function totalLoss(data: Interactions, { users, items }: FactorPair, alpha: number, regularization: number): number {
  const { rows, columns, offsets, indices, values } = data.byUser;
  const f = users.length / rows;
  if (items.length !== columns * f) throw new Error(`${items.length} item factors for ${columns} items, ${f} factors`);
  const gramOfUsers = gram(users, f);
  const gramOfItems = gram(items, f);
  let loss = 0;
  for (let i = 0; i < f; i++) {
    for (let j = 0; j <= i; j++) loss += (i === j ? 1 : 2) * gramOfUsers[i * f + j] * gramOfItems[i * f + j];
    loss += regularization * (gramOfUsers[i * f + i] + gramOfItems[i * f + i]);
  }
  for (let u = 0; u < rows; u++) {
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      let score = 0;
      for (let q = 0, a = u * f, b = indices[e] * f; q < f; q++, a++, b++) score += users[a] * items[b];
      loss += (1 + alpha * values[e]) * (1 - score) ** 2 - score ** 2;
    }
  }
  return loss;
}

/** Lower triangle of M'M, in tiles of 4 x 4 so that sixteen sums stay in registers. */
function gram(matrix: Float32Array, f: number): Float64Array {
  const size = Math.ceil(f / 4) * 4;
  const sum = new Float64Array(f * f);
  const panelRows = 64;
  const panel = new Float64Array(panelRows * size);
  const count = matrix.length / f;
  for (let lo = 0; lo < count; lo += panelRows) {
    const n = Math.min(panelRows, count - lo);
    for (let k = 0; k < n; k++) for (let q = 0; q < f; q++) panel[k * size + q] = matrix[(lo + k) * f + q];
    for (let i = 0; i < f; i += 4) for (let j = 0; j <= i; j += 4) tile(panel, n, size, i, j, f, sum);
  }
  return sum;
}

function tile(panel: Float64Array, n: number, size: number, i: number, j: number, f: number, sum: Float64Array): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0, a = i, b = j; k < n; k++, a += size, b += size) {
    const [a0, a1, a2, a3] = [panel[a], panel[a + 1], panel[a + 2], panel[a + 3]];
    const [b0, b1, b2, b3] = [panel[b], panel[b + 1], panel[b + 2], panel[b + 3]];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  const tileSums = [s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33];
  for (let t = 0; t < 16; t++) {
    const row = i + (t >> 2);
    const column = j + (t & 3);
    if (row < f && column < f) sum[row * f + column] += tileSums[t];
  }
}
