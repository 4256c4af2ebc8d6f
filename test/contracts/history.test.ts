import {
  AlsRecommender,
  BprRecommender,
  contentBridge,
  HybridRanker,
  ItemKnnRecommender,
  PopularityRecommender,
  SemanticIndex,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { lastOfEach, readHistory, rowOf, sequenceOf } from '../../src/contracts/history.ts';
import { expectCode } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';

describe('A history', () => {
  it('keeps its order, its times and repeated items', () => {
    expect(readHistory('test', ['b', { item: 'a', value: 2 }, 'b'])).toEqual([{ item: 'b', value: 1 }, { item: 'a', value: 2 }, { item: 'b', value: 1 }]); // biome-ignore format: a table
    expect(readHistory('test', [12, 13n, { item: 7 }]).map(({ item }) => item)).toEqual(['12', '13', '7']);
  });
  it('is sorted by time where there are times; entries without one are the newest', () => {
    const given = ['now', { item: 'late', timestamp: 2000 }, { item: 'early', timestamp: new Date(1000) }, { item: 'text', timestamp: '1970-01-01T00:00:01Z' }, { item: 'null', timestamp: null }]; // biome-ignore format: a table
    const read = readHistory('test', given);
    expect(read.map(({ item }) => item)).toEqual(['early', 'text', 'late', 'now', 'null']);
    expect(read[0]).toEqual({ item: 'early', value: 1, timestamp: 1000 });
    expect('timestamp' in read[3]).toBe(false);
  });
  it('has one row with the last value of each item, and the sequence beside it', () => {
    const entries = readHistory('test', [{ item: 'c', value: 3, timestamp: 5 }, 'a', { item: 'c', value: 4, timestamp: 1 }, 'unknown']); // biome-ignore format: a table
    const sequence = sequenceOf(entries, (item) => ['a', 'b', 'c'].indexOf(item));
    expect(sequence).toEqual({
      items: Int32Array.of(2, 2, 0),
      values: Float32Array.of(4, 3, 1),
      timestamps: Float64Array.of(1, 5, Number.NaN),
    });
    expect(rowOf(sequence)).toEqual({ items: Int32Array.of(0, 2), values: Float32Array.of(1, 3), sequence });
    expect(lastOfEach(entries).map(({ item }) => item)).toEqual(['c', 'a', 'unknown']);
  });
  it('is read the same way wherever one is given', async () => {
    const data = zipf();
    const als = await new AlsRecommender({ factors: 4 }).fit(data);
    const index = await SemanticIndex.build(Array.from(data.items, (id) => ({ id, text: `thing ${id} number ${id.length}` })));
    const popular = await new PopularityRecommender().fit(data);
    const readers: ((history: never) => unknown)[] = [
      (history) => als.recommendFor(history),
      (history) => popular.recommendFor(history),
      (history) => index.similarTo(history),
      (history) => contentBridge({ recommender: als, vectors: index }).recommendFor(history),
      (history) => new HybridRanker({ sources: { als, popular } }).rank({ history }),
    ];
    for (const read of readers) {
      for (const bad of ['i1', 7, {}, [null], [{ value: 1 }]]) await expectRejectedWith('ERR_BAD_ARGUMENT', () => read(bad as never));
      for (const bad of [[1.5], [undefined], [{ item: {} }], [{ item: Number.NaN }]])
        await expectRejectedWith('ERR_BAD_ID', () => read(bad as never));
      for (const value of [Number.NaN, 1e300, '5']) await expectRejectedWith('ERR_BAD_VALUE', () => read([{ item: 'i1', value }] as never));
      await expectRejectedWith('ERR_BAD_VALUE', () => read([{ item: 'i1', timestamp: 'yesterday' }] as never));
      expect(await read(['i1', { item: 'i2', value: null, timestamp: undefined }] as never)).toEqual(
        await read(['i1', { item: 'i2', value: 1 }] as never),
      );
    }
  });
});

describe('A list that nothing speaks for', () => {
  it('says that it is not informed', async () => {
    const data = zipf();
    const knn = await new ItemKnnRecommender({ neighbors: 5 }).fit(data);
    expect(knn.recommendFor([{ item: 'i1', value: 0 }]).informed).toBe(false);
    expect(knn.recommendFor(['i1']).informed).toBeUndefined();
    const als = await new AlsRecommender({ factors: 4 }).fit(data);
    expect(als.recommendFor([{ item: 'i1', value: 0 }]).informed).toBe(false);
    const bpr = await new BprRecommender({ factors: 4, iterations: 3, biases: false }).fit(data);
    expect(bpr.recommendFor([{ item: 'i1', value: 0 }]).informed).toBe(false);
    expect(Object.keys(knn.recommendFor([{ item: 'i1', value: 0 }], { n: 2 }))).toEqual(['0', '1']);
    expect([...knn.recommendFor([{ item: 'i1', value: 0 }])].length).toBe(10);
    const [list] = knn.recommendMany(['u0']);
    expect(list).toEqual(knn.recommend('u0'));
  });
});

async function expectRejectedWith(code: Parameters<typeof expectCode>[0], call: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await call();
  } catch (caught) {
    error = caught;
  }
  expectCode(code, () => {
    throw error;
  });
}
