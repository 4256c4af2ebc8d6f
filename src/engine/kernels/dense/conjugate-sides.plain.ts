const sides = 8;
const most = 16;

/**
 * Up to 16 steps of conjugate gradients for a block of 8 right-hand sides; see conjugate-sides.ts.
 * @param x where the block begins, as an index of `f32`
 * @param multiply adds the product of the matrix, but for its diagonal part, with p to q for one side
 */
export function solveSides(
  f32: Float32Array,
  x: number,
  block: { columns: number; diagonal: number; tolerance: number },
  multiply: (p: number, q: number, side: number) => void,
): void {
  const { columns, diagonal, tolerance } = block;
  const [r, p, q, rr] = [1, 2, 3, 4].map((k) => x + k * columns * sides);
  for (let c = 0; c < sides; c++) {
    for (let step = 0; step < most; step++) {
      const old = f32[rr + c];
      if (!(old > tolerance)) break;
      for (let i = 0; i < columns; i++) f32[q + i * sides + c] = f32[diagonal / 4 + i] * f32[p + i * sides + c];
      multiply(p, q, c);
      let pq = 0;
      for (let o = c; o < columns * sides; o += sides) pq += f32[p + o] * f32[q + o];
      let now = 0;
      for (let o = c; o < columns * sides; o += sides) {
        f32[x + o] += (old / pq) * f32[p + o];
        f32[r + o] -= (old / pq) * f32[q + o];
        now += f32[r + o] ** 2;
      }
      f32[rr + c] = now;
      for (let o = c; o < columns * sides; o += sides) f32[p + o] = f32[r + o] + (now / old) * f32[p + o];
    }
  }
}
