import { flatIndex, hnswIndex, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../src/numeric/random.ts';

describe('a flat index of many vectors', () => {
  const dimensions = 64;
  const count = 66_000; // enough codes for all threads
  const vectors = uniform('many vectors', count * dimensions, 1);
  const keys = Int32Array.from({ length: count }, (_, key) => key);
  const [alone, shared] = [1, 2].map((threads) => {
    const index = flatIndex({ threads });
    index.add(keys, vectors);
    return index;
  });

  it('gives the same answers on one thread and on two, with and without a filter', () => {
    const allowed = Uint8Array.from(keys, (key) => Number(key % 3 === 0));
    for (let k = 0; k < 5; k++) {
      const query = uniform(`query ${k}`, dimensions, 1);
      for (const options of [{ n: 10 }, { n: 200 }, { n: 10, allowed }])
        expect(shared.search(query, options)).toEqual(alone.search(query, options));
    }
  });

  it('scores a key as a search does, and no key that it does not have', () => {
    const query = uniform('one query', dimensions, 1);
    const { indices, scores } = alone.search(query, { n: 20 });
    indices.forEach((key, k) => {
      expect(Math.fround(alone.scoreOf?.(query, key) as number)).toBe(scores[k]);
    });
    expect(alone.scoreOf?.(query, count)).toBeUndefined();
  });
});

describe.each([
  ['flat', flatIndex],
  ['hnsw', hnswIndex],
])('similar items among a few named ones, by a %s index', (_, vectorIndex) => {
  it('are those of a list of all items', async () => {
    const items = Array.from({ length: 60 }, (_, k) => ({ id: `p${k}`, text: `kettle ${k % 7} of steel ${k % 5} model ${k}` }));
    const index = await SemanticIndex.build(items, { vectorIndex: vectorIndex() });
    const only = ['p3', 'p9', 'p9', 'p17', 'p40', 'nobody'];
    const all = index.similarTo(['p1', 'p2'], { n: 60 });
    expect(index.similarTo(['p1', 'p2'], { n: 60, only })).toEqual(all.filter(({ item }) => only.includes(item)));
    expect(
      index
        .similarTo(['p1', 'p3'], { n: 60, only, exclude: ['p9'] })
        .map(({ item }) => item)
        .sort(),
    ).toEqual(['p17', 'p40']);
  });
});
