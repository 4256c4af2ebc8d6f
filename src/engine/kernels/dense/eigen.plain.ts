import type { Memory } from '../../memory/views.ts';

/** Twins of eigen.ts. */
export function twins({ f64 }: Memory) {
  return {
    /** Jacobi's method (Golub & Van Loan, Matrix Computations, 8.5): slower than that of the kernel, and a quarter of its length. */
    diagonalize(at: number, f: number, values: number, basisAt: number) {
      const ld = f + (f % 2);
      const a = f64.subarray(at / 8, at / 8 + f * ld);
      const basis = f64.subarray(basisAt / 8, basisAt / 8 + f * ld).fill(0);
      for (let k = 0; k < f; k++) basis[k * ld + k] = 1;
      const negligible = a.reduce((most, each) => Math.max(most, Math.abs(each)), 0) * 1e-17;
      for (let isLeft = true, sweep = 0; isLeft && sweep < 60; sweep++) {
        isLeft = false;
        for (let i = 0; i < f; i++) {
          for (let j = i + 1; j < f; j++) {
            const beside = a[i * ld + j];
            if (Math.abs(beside) <= negligible) continue;
            isLeft = true;
            const ratio = (a[j * ld + j] - a[i * ld + i]) / (2 * beside);
            const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
            rotate(a, f, tangent, { x: i * ld, y: j * ld, step: 1 });
            rotate(a, f, tangent, { x: i, y: j, step: ld });
            rotate(basis, f, tangent, { x: i * ld, y: j * ld, step: 1 });
          }
        }
      }
      for (let k = 0; k < f; k++) f64[values / 8 + k] = a[k * ld + k];
    },
  };
}

/** Rotates two rows or two columns of a matrix, which start at x and y. */
function rotate(a: Float64Array, f: number, tangent: number, { x, y, step }: { x: number; y: number; step: number }): void {
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  for (let k = 0; k < f * step; k += step) {
    const u = a[x + k];
    const v = a[y + k];
    a[x + k] = cosine * (u - tangent * v);
    a[y + k] = cosine * (v + tangent * u);
  }
}
