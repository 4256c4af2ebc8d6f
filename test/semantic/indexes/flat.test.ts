import { flatIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import type { Ranked } from '../../../src/numeric/top-k.ts';
import { unitVector, vectorIndexConformance } from '../../support/conformance.ts';

describe('a flat index', () => {
  vectorIndexConformance({ open: () => flatIndex() });

  it('spans chunks of rows', () => {
    const index = flatIndex();
    const count = 10_000;
    const rows = new Float32Array(count * 8);
    for (let k = 0; k < count; k++) rows.set(unitVector(8, k), k * 8);
    index.add(
      Int32Array.from({ length: count }, (_, k) => k),
      rows,
    );
    for (const key of [0, 4095, 4096, 9999])
      expect(index.search(rows.slice(key * 8, key * 8 + 8), { n: 1 })).toMatchObject({ indices: Int32Array.of(key) });
    index.remove(Int32Array.from({ length: 9000 }, (_, k) => k));
    expect(index.size).toBe(1000);
    expect(index.vectorOf?.(9999)).toEqual(rows.slice(9999 * 8, 9999 * 8 + 8));
  });

  it.each([
    ['with rows as they are', {}],
    ['of four bits', { storage: '4bit' }],
  ] as const)('%s refuses what is no number, and stays as it was', (_, options) => {
    const index = flatIndex(options);
    index.add(Int32Array.of(0), Float32Array.of(1, 0));
    const refused = (code: string) => expect.objectContaining({ code });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => index.add(Int32Array.of(1, 2), Float32Array.of(1, 0, bad, 1))).toThrow(refused('ERR_BAD_VALUE'));
      expect(() => index.search(Float32Array.of(bad, 1), { n: 1 })).toThrow(refused('ERR_BAD_VALUE'));
    }
    expect(() => index.add(Int32Array.of(-1), Float32Array.of(1, 0))).toThrow(refused('ERR_BAD_ARGUMENT'));
    expect([index.size, index.fromBytes(index.toBytes()).size]).toEqual([1, 1]);
  });

  it('prefiltered by the kernel gives what scoring every row gives', () => {
    const count = 6000;
    const dimensions = 92; // not a multiple of the kernel's width
    const rows = new Float32Array(count * dimensions);
    for (let k = 0; k < count; k++) rows.set(unitVector(dimensions, k), k * dimensions);
    const index = flatIndex();
    index.add(
      Int32Array.from({ length: 4000 }, (_, k) => k),
      rows.subarray(0, 4000 * dimensions),
    );
    index.add(
      Int32Array.from({ length: 2000 }, (_, k) => 4000 + k),
      rows.subarray(4000 * dimensions),
    );
    for (let q = 0; q < 50; q++) {
      const query = unitVector(dimensions, 1e6 + q);
      const scores = Float32Array.from({ length: count }, (_, k) => {
        let sum = 0;
        for (let d = 0; d < dimensions; d++) sum += rows[k * dimensions + d] * query[d];
        return sum;
      });
      const oracle = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
      expect([...(index.search(query, { n: 10 }) as Ranked).indices]).toEqual(oracle.slice(0, 10));
      const allowed = Uint8Array.from({ length: count }, (_, k) => (k % 3 === 0 ? 1 : 0));
      expect([...(index.search(query, { n: 10, allowed }) as Ranked).indices]).toEqual(oracle.filter((k) => k % 3 === 0).slice(0, 10));
    }
  });

  it('is asked many queries at once, on any number of threads, with the same answers', async () => {
    const rows = vectors(3000, 100);
    const queries = Array.from({ length: 40 }, (_, q) => (q === 20 ? new Float32Array(100) : unitVector(100, 1e6 + q)));
    const allowed = Uint8Array.from({ length: 3000 }, (_, k) => (k % 7 === 0 ? 1 : 0));
    for (const threads of [1, 2, 3]) {
      const index = flatIndex({ threads });
      index.add(keysTo(3000), rows);
      index.remove(Int32Array.of(0, 17, 2999));
      for (const options of [{ n: 10 }, { n: 5, allowed }, { n: 0 }]) {
        const together = await index.searchMany(queries, options);
        expect(together).toEqual(queries.map((query) => index.search(query, options)));
      }
      // More than there are: every row once.
      const [all] = await index.searchMany(queries.slice(0, 1), { n: 4000 });
      expect(Array.from(all.indices).sort((a, b) => a - b)).toEqual(Array.from(keysTo(3000)).filter((key) => ![0, 17, 2999].includes(key)));
    }
  });

  it('answers few queries while it answers many, each as alone', async () => {
    const index = flatIndex({ threads: 2 });
    index.add(keysTo(4000), vectors(4000, 96));
    const queries = Array.from({ length: 300 }, (_, q) => unitVector(96, 3e6 + q));
    const few = (from: number) => queries.slice(from, from + 3);
    const found = [index.searchMany(queries, { n: 5 })];
    for (let k = 0; k < 20; k++) {
      await new Promise((resolve) => setImmediate(resolve));
      found.push(index.searchMany(few(k), { n: 5 }));
    }
    const alone = queries.map((query) => index.search(query, { n: 5 }));
    const [many, ...others] = await Promise.all(found);
    expect(many).toEqual(alone);
    others.forEach((list, k) => {
      expect(list).toEqual(alone.slice(k, k + 3));
    });
  });

  it('answers many queries from one state, though it is changed meanwhile', async () => {
    const index = flatIndex({ threads: 2 });
    index.add(keysTo(4000), vectors(4000, 96));
    const queries = Array.from({ length: 300 }, (_, q) => unitVector(96, 2e6 + q));
    const first = index.searchMany(queries, { n: 5 });
    const second = index.searchMany(queries, { n: 3 });
    await undefined; // the first has begun, the second has not
    index.remove(keysTo(1000));
    index.add(Int32Array.of(5000), queries[0]);
    const now = queries.map((query) => index.search(query, { n: 5 }));
    const before = flatIndex();
    before.add(keysTo(4000), vectors(4000, 96));
    const then = queries.map((query) => before.search(query, { n: 5 }));
    expect([JSON.stringify(now), JSON.stringify(then)]).toContain(JSON.stringify(await first));
    expect(await second).toEqual(queries.map((query) => index.search(query, { n: 3 })));
  });

  it('refuses unknown options, and queries of another length', async () => {
    expect(() => flatIndex({ treads: 2 } as object)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => flatIndex({ threads: 0 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    const index = flatIndex();
    expect(await index.searchMany([unitVector(4, 1)], { n: 3 })).toMatchObject([{ indices: new Int32Array(0) }]);
    index.add(Int32Array.of(0), unitVector(4, 1));
    await expect(index.searchMany([unitVector(5, 1)], { n: 3 })).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    expect(await index.searchMany([], { n: 3 })).toEqual([]);
  });

  it('equal scores stand by ascending key, whatever happened before', () => {
    const index = flatIndex();
    const row = unitVector(4, 1);
    for (const key of [5, 3, 9, 1]) index.add(Int32Array.of(key), row);
    index.remove(Int32Array.of(5));
    index.add(Int32Array.of(5), row);
    expect(index.search(row, { n: 3 })).toMatchObject({ indices: Int32Array.of(1, 3, 5) });
  });
});

const keysTo = (count: number) => Int32Array.from({ length: count }, (_, k) => k);

function vectors(count: number, dimensions: number): Float32Array {
  const rows = new Float32Array(count * dimensions);
  for (let k = 0; k < count; k++) rows.set(unitVector(dimensions, k), k * dimensions);
  return rows;
}
