import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { codesKernels } from '../../../src/engine/generated/families/codes.ts';
import { boundRows, dot64, encodeRows } from '../../../src/engine/generated/jobs.ts';
import { dot } from '../../../src/numeric/dot.ts';

const rows = 70; // two strips and a part of a third, the last group of four not full
const f = 21; // not a multiple of 16
const width = 32;
const padded = 96;
const queries = 3;

/** Numbers of every size, zero and what is no number among them. */
const number = fc.oneof(
  fc.float({ min: -2, max: 2, noNaN: true }),
  fc.constantFrom(0, 1e-45, -1e-20, 1e-13, 3e-12, 1e11, -1e13, 3e38, Number.NaN, Number.POSITIVE_INFINITY),
);
const vectors = fc.oneof(
  fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: rows * f, maxLength: rows * f }),
  fc.array(number, { minLength: rows * f, maxLength: rows * f }),
);
const digits = fc.array(fc.integer({ min: -32_767, max: 32_767 }), { minLength: queries * f, maxLength: queries * f });
const marks = fc.option(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: rows, maxLength: rows }));

describe('the kernels over codes', () => {
  it('encode as their plain twin does, bit for bit', () => {
    fc.assert(
      fc.property(vectors, (v) => {
        const [fast, plain] = [opened(false, v), opened(true, v)];
        expect(fast.codes).toEqual(plain.codes);
        expect(fast.scales.array).toEqual(plain.scales.array);
        expect(fast.errors.array).toEqual(plain.errors.array);
      }),
      { numRuns: 50 },
    );
  });

  it('keep a row within its error of its code', () => {
    fc.assert(
      fc.property(vectors, (v) => {
        const { codes, scales, errors } = opened(false, v);
        for (let row = 0; row < rows; row++) {
          let sum = 0;
          for (let d = 0; d < f; d++) {
            const code = codes[(row >> 2) * 4 * width + (row & 3) * 16 + (d >> 4) * 64 + (d & 15)];
            sum += (Math.fround(v[row * f + d]) - scales.array[row] * code) ** 2;
          }
          expect(Math.sqrt(sum) > errors.array[row]).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('bound as their plain twin does, marked rows or all', () => {
    fc.assert(
      fc.property(vectors, digits, marks, (v, q, m) => {
        const [fast, plain] = [opened(false, v), opened(true, v)].map((side) => side.bound(q, m));
        for (const [k, strips] of fast.one.entries()) {
          close(strips.strips, plain.one[k].strips);
          close(Float32Array.from(strips.each), Float32Array.from(plain.one[k].each));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the inner product in 64 bits', () => {
  it('is that of dot, bit for bit, with and without WebAssembly', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 40 }), (pairs) => {
        const a = Float32Array.from(pairs, ([x]) => x);
        const b = Float32Array.from(pairs, ([, y]) => y);
        for (const plain of [false, true]) {
          const engine = new Engine(1024, { families: [codesKernels], threads: 1, scratchBytes: 0, plain });
          const [x, y] = [engine.f32(40), engine.f32(40)];
          x.array.set(a);
          y.array.set(b);
          expect(engine.call(dot64, { a: x, b: y, f: a.length })).toBe(dot(a, 0, b));
        }
      }),
    );
  });
});

/** Equal but for the rounding of products to 32 bits. */
function close(a: Float32Array, b: Float32Array) {
  expect(a.length).toBe(b.length);
  a.forEach((x, k) => {
    const y = b[k];
    if (Number.isNaN(x) && Number.isNaN(y)) return;
    if (x === y) return;
    expect(Math.abs(x - y)).toBeLessThanOrEqual(1e-5 * Math.max(Math.abs(x), Math.abs(y)) + 0.02);
  });
}

/** Rows with their codes in the memory of an engine. */
function opened(plain: boolean, vectorsOf: number[]) {
  const engine = new Engine(65_536, { families: [codesKernels], threads: 1, scratchBytes: 8 * width + 64 * 2, plain });
  const own = engine.f32(rows * f);
  own.array.set(vectorsOf);
  const codes = engine.i8(padded * width);
  const [scales, errors, each] = [engine.f32(padded), engine.f32(padded), engine.f32(64)];
  engine.call(encodeRows, { lo: 0, hi: rows, rows: own, f, width, codes, scales, errors });

  /** The strips of each query, with the bounds of the rows of the last strip. */
  const bound = (q: number[], marked: number[] | null) => {
    const marks = marked ? engine.u8(padded) : undefined;
    marks?.array.set(marked ?? []);
    const query = engine.i16(width);
    const bounds = engine.f32(16);
    const strips = engine.f32((4 * padded) / 16);
    for (let k = 0; k < 4; k++) bounds.array.set([1e-5, 1.5, 0.01], 4 * k);
    const one = Array.from({ length: queries }, (_, k) => {
      query.array.set(q.slice(k * f, (k + 1) * f));
      engine.call(boundRows, { lo: 0, hi: rows, query, bounds, width, codes, scales, errors, marks, each, strips });
      return { strips: strips.array.slice(0, 6), each: [...each.array.slice(0, rows % 32), ...each.array.slice(32, 32 + (rows % 32))] };
    });
    return { one };
  };
  return { codes: codes.array, scales, errors, bound };
}
