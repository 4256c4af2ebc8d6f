import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { denseKernels } from '../../src/engine/generated/families/dense.ts';
import { sumsKernels } from '../../src/engine/generated/families/sums.ts';
import { SmallMatrices, smallMatricesLayout } from '../../src/engine/small-matrices.ts';
import { smallProduct } from '../../src/engine/small-product.ts';

/** A^T A of made numbers, f x f. */
function gram(f: number, rows: number, seed: number): Float64Array {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const a = Float64Array.from({ length: rows * f }, random);
  const g = new Float64Array(f * f);
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) for (let r = 0; r < rows; r++) g[i * f + j] += a[r * f + i] * a[r * f + j];
  return g;
}

const matricesOf = (f: number, plain: boolean) =>
  new SmallMatrices(new Engine(smallMatricesLayout(f), { families: [denseKernels], threads: 1, scratchBytes: 0, plain }), f);

function expectEigen(g: Float64Array, f: number, plain: boolean): void {
  const { values, vectors } = matricesOf(f, plain).eigen(g);
  const scale = Math.max(1e-300, ...values);
  for (let i = 0; i < f; i++) {
    if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
    for (let j = 0; j < f; j++) {
      let inner = 0;
      let rebuilt = 0;
      for (let k = 0; k < f; k++) {
        inner += vectors[k * f + i] * vectors[k * f + j];
        rebuilt += vectors[i * f + k] * values[k] * vectors[j * f + k];
      }
      expect(Math.abs(inner - Number(i === j))).toBeLessThan(1e-12);
      expect(Math.abs(rebuilt - g[i * f + j]) / scale).toBeLessThan(1e-12);
    }
  }
}

describe.each([
  { kernels: 'WebAssembly', plain: false },
  { kernels: 'plain TypeScript', plain: true },
])('small matrices in $kernels', ({ plain }) => {
  it('eigen gives orthonormal vectors that rebuild the matrix, whatever its rank', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 40 }), fc.integer(), (f, rows, seed) => {
        expectEigen(gram(f, rows, seed), f, plain);
      }),
      { numRuns: 60 },
    );
  });
  it('eigen keeps a diagonal matrix, a zero matrix and tiny or huge numbers', () => {
    expectEigen(Float64Array.of(3, 0, 0, 0, 7, 0, 0, 0, 1), 3, plain);
    expectEigen(new Float64Array(16), 4, plain);
    for (const scale of [1e-150, 1e150]) expectEigen(gram(6, 9, 3).map((v) => v * scale), 6, plain); // biome-ignore format: short
  });
  it('eigen takes numbers whose squares underflow, as rounding leaves them of a matrix of low rank', () => {
    for (const least of [1e-152, 1e-156, 1e-160, 1e-300]) expectEigen(Float64Array.of(1, least, least, least, 2, 0, least, 0, 3), 3, plain);
  });
  it('eigen is right at the size it is made for', () => {
    expectEigen(gram(128, 300, 5), 128, plain);
  });
  it('product is the product', () => {
    for (const f of [1, 2, 3, 7, 16]) {
      const [a, b] = [gram(f, 5, 1), gram(f, 9, 2)];
      const expected = Array.from({ length: f * f }, (_, at) => {
        let sum = 0;
        for (let k = 0; k < f; k++) sum += a[Math.floor(at / f) * f + k] * b[k * f + (at % f)];
        return sum;
      });
      const memory = smallMatricesLayout(f);
      const engine = new Engine(memory, { families: [sumsKernels], threads: 1, scratchBytes: 0, plain });
      smallProduct(engine, engine.place(memory), f, a, b).forEach((value, at) => {
        expect(value).toBeCloseTo(expected[at], 12);
      });
    }
  });
});
