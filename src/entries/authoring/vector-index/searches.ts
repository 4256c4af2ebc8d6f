import type { VectorIndexSuite } from './suite.ts';
import { unitVector } from './vectors.ts';

/** What a search finds. */
export function searches({ it, expect, open, dimensions, filled, expectNearest }: VectorIndexSuite): void {
  const queries = (count: number) => Array.from({ length: count }, (_, q) => unitVector(dimensions, 9_000_000 + q));

  it('an empty index finds nothing', async () => {
    const index = await open(dimensions);
    expect(index.size).toBe(0);
    expect((await index.search(unitVector(dimensions, 1), { n: 5 })).indices).toHaveLength(0);
  });

  it('finds the nearest vectors, best first', async () => {
    const { index, rows } = await filled(700);
    expect(index.size).toBe(700);
    await expectNearest(index, rows, queries(20), 10);
  });

  it('a vector finds itself', async () => {
    const { index, rows } = await filled(300);
    for (const key of [0, 17, 299]) {
      const found = await index.search(rows.get(key) as Float32Array, { n: 1 });
      expect([...found.indices]).toEqual([key]);
      expect(found.scores[0]).toBeCloseTo(1, 5);
    }
  });

  it('returns no more than there are, and nothing for n = 0', async () => {
    const { index } = await filled(5);
    const query = unitVector(dimensions, 3);
    expect((await index.search(query, { n: 50 })).indices).toHaveLength(5);
    expect((await index.search(query, { n: 0 })).indices).toHaveLength(0);
  });

  it('refuses a search for no whole number of vectors, and a filter that is none', async () => {
    const { index } = await filled(5);
    const query = unitVector(dimensions, 3);
    for (const options of [undefined, {}, { n: -1 }, { n: 1.5 }, { n: '3' }, { n: 3, allowed: [1] }]) {
      await expect((async () => index.search(query, options as never))()).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    }
  });

  it('gives a full answer under a filter that few pass', async () => {
    const { index, rows } = await filled(2000);
    for (const share of [2, 50, 400]) {
      const allowed = Uint8Array.from({ length: 2000 }, (_, key) => (key % share === 1 ? 1 : 0));
      await expectNearest(index, rows, queries(10), 5, allowed);
    }
    expect((await index.search(unitVector(dimensions, 5), { n: 5, allowed: new Uint8Array(2000) })).indices).toHaveLength(0);
  });

  it('keys past the end of a filter may not come', async () => {
    const { index, rows } = await filled(40);
    await expectNearest(index, rows, queries(1), 40, new Uint8Array(10).fill(1));
  });
}
