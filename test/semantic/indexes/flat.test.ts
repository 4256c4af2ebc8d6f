import { flatIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import type { Ranked } from '../../../src/engine/top-k.ts';
import { unitVector, vectorIndexConformance } from '../../support/vector-index-conformance.ts';

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

  it('screened by the kernel gives what scoring every row gives', () => {
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

  it('equal scores stand by ascending key, whatever happened before', () => {
    const index = flatIndex();
    const row = unitVector(4, 1);
    for (const key of [5, 3, 9, 1]) index.add(Int32Array.of(key), row);
    index.remove(Int32Array.of(5));
    index.add(Int32Array.of(5), row);
    expect(index.search(row, { n: 3 })).toMatchObject({ indices: Int32Array.of(1, 3, 5) });
  });
});
