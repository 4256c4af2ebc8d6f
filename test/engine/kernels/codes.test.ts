import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { codesKernels } from '../../../src/engine/generated/families/codes.ts';
import { boundStrips, dot64, encodeRows, refineRows } from '../../../src/engine/generated/jobs.ts';
import { codesOf } from '../../../src/engine/kernels/codes/products.plain.ts';
import { dot } from '../../../src/numeric/dot.ts';
import { CodedQuery } from '../../../src/semantic/indexes/shared/coded-query.ts';

const rows = 70; // two strips and a part of a third, the last group of four not full
const f = 45; // not a multiple of 32
const width = 64;
const padded = 96;

/** Numbers of every size, zero and what is no number among them. */
const number = fc.oneof(
  fc.float({ min: -2, max: 2, noNaN: true }),
  fc.constantFrom(0, 1e-45, -1e-20, 1e-13, 3e-12, 1e11, -1e13, 3e38, Number.NaN, Number.POSITIVE_INFINITY),
);
const vectors = fc.oneof(
  fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: rows * f, maxLength: rows * f }),
  fc.array(number, { minLength: rows * f, maxLength: rows * f }),
);
const queries = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: f, maxLength: f });
const marks = fc.option(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: rows, maxLength: rows }));

describe('the kernels over codes', () => {
  it('encode as their plain twin does, bit for bit', () => {
    fc.assert(
      fc.property(vectors, (v) => {
        const [fast, plain] = [opened(false, v), opened(true, v)];
        for (const name of ['high', 'low', 'scales', 'errors', 'coarseErrors', 'lengths'] as const)
          expect(fast.coded[name].array, name).toEqual(plain.coded[name].array);
      }),
      { numRuns: 50 },
    );
  });

  it('bound every inner product, closer by whole codes than by their upper halves, marked rows or all', () => {
    fc.assert(
      fc.property(vectors, queries, marks, (v, q, m) => {
        const side = opened(false, v);
        const bounds = side.bound(q, m);
        if (!bounds) return;
        for (let row = 0; row < rows; row++) {
          if (m?.[row] === 0) {
            expect(bounds.uppers[row]).toBe(Number.NEGATIVE_INFINITY);
            continue;
          }
          const score = dot(side.rows, row * f, Float32Array.from(q));
          if (Number.isNaN(score)) continue;
          expect(bounds.uppers[row] < score, `upper half of row ${row}`).toBe(false);
          expect(bounds.refined[row] < score, `code of row ${row}`).toBe(false);
        }
        bounds.strips.forEach((most, k) => {
          expect(most).toBe(bounds.uppers.subarray(32 * k, Math.min(32 * k + 32, rows)).reduce((x, y) => Math.max(x, y)));
        });
      }),
      { numRuns: 100 },
    );
  });

  it('bound a query along what codes leave of a row, where nothing is to spare', () => {
    const vector = Array.from({ length: rows * f }, (_, k) => Math.sin(k * k + k));
    const side = opened(false, vector);
    for (let row = 0; row < rows; row++) {
      for (const whole of [false, true]) {
        const rest = Float32Array.from(
          { length: f },
          (_, d) => side.rows[row * f + d] - side.coded.scales.array[row] * side.code(row, d, whole),
        );
        const { uppers, refined } = side.bound([...rest], null)!;
        const score = dot(side.rows, row * f, rest);
        expect(uppers[row]).toBeGreaterThanOrEqual(score);
        expect(refined[row]).toBeGreaterThanOrEqual(score);
        const length = Math.sqrt(dot(rest, 0, rest));
        expect((whole ? refined : uppers)[row] - score).toBeLessThan(0.02 * length * (whole ? 0.1 : 1));
      }
    }
  });

  it('bound as their plain twin does', () => {
    fc.assert(
      fc.property(vectors, queries, marks, (v, q, m) => {
        const [fast, plain] = [opened(false, v), opened(true, v)].map((side) => side.bound(q, m));
        expect(fast === undefined).toBe(plain === undefined);
        if (!fast || !plain) return;
        close(fast.uppers, plain.uppers);
        close(fast.refined, plain.refined);
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
  const engine = new Engine(1 << 17, { families: [codesKernels], threads: 1, scratchBytes: 0, plain });
  const own = engine.f32(rows * f);
  own.array.set(vectorsOf);
  const [high, low] = [engine.i16((padded * width) / 4), engine.i16((padded * width) / 4)];
  const [scales, errors, coarseErrors, lengths] = Array.from({ length: 4 }, () => engine.f32(padded));
  const coded = { high, low, scales, errors, coarseErrors, lengths };
  engine.call(encodeRows, { lo: 0, hi: rows, rows: own, f, width, ...coded });

  const flags = engine.u8(padded);
  const [query, bounds] = [engine.i16(width), engine.f32(4)];
  const [uppers, strips] = [engine.f32(padded), engine.f32(padded / 32)];
  const [list, out] = [engine.i32(padded), engine.f32(padded)];

  /** Bounds of all rows by each kernel; undefined if the query cannot be coded. */
  const bound = (q: number[], marked: number[] | null) => {
    const asked = new CodedQuery(width);
    if (!asked.take(Float32Array.from(q))) return undefined;
    const marks = marked ? flags : undefined;
    flags.array.set(marked ?? []);
    query.array.set(asked.digits);
    bounds.array.set(asked.bounds);
    list.array.set([...list.array.keys()]);
    engine.runHere(boundStrips, { hi: rows }, { query, bounds, width, high, scales, coarseErrors, lengths, marks, uppers, strips });
    engine.call(refineRows, { list, count: rows, query, bounds, width, low, scales, errors, coarseErrors, lengths, uppers, out });
    return { uppers: uppers.array.slice(0, rows), strips: strips.array.slice(), refined: out.array.slice(0, rows) };
  };
  const { upper, lower } = codesOf({ i16: new Int16Array(high.array.buffer) }, width, high.at / 2, low.at / 2);
  const code = (row: number, d: number, whole: boolean) => 16 * upper(row, d) + (whole ? lower(row, d) : 0);
  return { coded, rows: own.array, bound, code };
}
