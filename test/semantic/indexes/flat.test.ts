import { flatIndex } from 'attune';
import { describe, expect, it } from 'vitest';
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

  it('equal scores stand by ascending key, whatever happened before', () => {
    const index = flatIndex();
    const row = unitVector(4, 1);
    for (const key of [5, 3, 9, 1]) index.add(Int32Array.of(key), row);
    index.remove(Int32Array.of(5));
    index.add(Int32Array.of(5), row);
    expect(index.search(row, { n: 3 })).toMatchObject({ indices: Int32Array.of(1, 3, 5) });
  });
});
