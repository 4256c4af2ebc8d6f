import { type CategoricalFeature, Interactions, type NumericFeature, split, type VectorFeature } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';

const small = () => Interactions.fromColumns({ users: ['u', 'v', 'u', 'w'], items: ['a', 'b', 'c', 'a'] });

describe('Named columns of interactions', () => {
  it('are numbers, labels or vectors, in the order of the ids', () => {
    const rich = small().withFeatures({
      users: { age: [31, undefined, 47] },
      items: { brand: new Map([['c', 'GE'], ['a', 'Bosch']]), vector: (item) => (item === 'b' ? null : [item.charCodeAt(0), 0.5]) }, // biome-ignore format: a table
    });
    expect(rich.userFeatures.age).toEqual({ kind: 'numeric', values: Float32Array.of(31, Number.NaN, 47) });
    expect(rich.itemFeatures.brand).toEqual({ kind: 'categorical', codes: Int32Array.of(0, -1, 1), labels: ['Bosch', 'GE'] });
    const values = Float32Array.of(97, 0.5, Number.NaN, Number.NaN, 99, 0.5);
    expect(rich.itemFeatures.vector).toEqual({ kind: 'vector', values, dimensions: 2 });
    expect([...rich]).toEqual([...small()]);
  });
  it('join those that are there, replace those of the same name, and leave the interactions they are added to alone', () => {
    const first = small().withFeatures({ items: { price: [1, 2, 3], stock: [1, 0, 1] } });
    const second = first.withFeatures({ items: { price: [4, 5, 6] } });
    expect(Object.keys(second.itemFeatures)).toEqual(['price', 'stock']);
    expect((second.itemFeatures.price as NumericFeature).values).toEqual(Float32Array.of(4, 5, 6));
    expect((first.itemFeatures.price as NumericFeature).values).toEqual(Float32Array.of(1, 2, 3));
    expect(small().itemFeatures).toEqual({});
  });
  it('come with the rows, when ids are named by a function or a Map', async () => {
    const rows = [{ user: 7, item: 12 }, { user: 8, item: 13 }]; // biome-ignore format: a table
    const data = await Interactions.from(rows, { userFeatures: { age: new Map([[8, 40]]) }, itemFeatures: { size: (id) => Number(id) } });
    expect((data.userFeatures.age as NumericFeature).values).toEqual(Float32Array.of(Number.NaN, 40));
    expect((data.itemFeatures.size as NumericFeature).values).toEqual(Float32Array.of(12, 13));
  });
  it('stay beside their ids in what is selected, filtered or split, where labels keep their codes', () => {
    const data = zipf().withFeatures({
      users: { number: (user) => Number(user.slice(1)) },
      items: { label: (item) => `label ${item}`, vector: (item) => [Number(item.slice(1)), 1, 2] },
    });
    const { train, test } = split(data, { strategy: 'random', seed: 3 });
    for (const part of [
      train,
      test,
      data.filter({ minPerUser: 6 }),
      data.select([9, 4]),
      data.filter({ where: ({ item }) => item !== 'i0' }),
    ]) {
      const { codes, labels } = part.itemFeatures.label as CategoricalFeature;
      const vectors = part.itemFeatures.vector as VectorFeature;
      expect(labels).toEqual((data.itemFeatures.label as CategoricalFeature).labels);
      [...part.items].forEach((item, index) => {
        expect(labels[codes[index]]).toBe(`label ${item}`);
        expect([...vectors.values.subarray(3 * index, 3 * index + 3)]).toEqual([Number(item.slice(1)), 1, 2]);
      });
      expect(Array.from((part.userFeatures.number as NumericFeature).values, (n) => `u${n}`)).toEqual([...part.users]);
    }
  });
  it('are refused with a code when they do not fit the ids', async () => {
    const data = small();
    const add = (column: unknown) => () => data.withFeatures({ items: { column: column as never } });
    expectCode('ERR_COLUMN_LENGTH', add([1, 2]), '"column" of items');
    expectCode('ERR_UNKNOWN_ITEM', add(new Map([['d', 1]])), '"d"');
    expectCode('ERR_UNKNOWN_USER', () => data.withFeatures({ users: { age: new Map([['nobody', 1]]) } }), '"nobody"');
    expectCode('ERR_BAD_ID', add(new Map([[1.5, 1]])));
    for (const mixed of [
      [1, 'a', 2],
      ['a', 1, 'b'],
      [[1, 2], [1], [3, 4]],
      [[1], 2, [3]],
      [[1], 'ab', [2]],
      [Number.POSITIVE_INFINITY, 1, 2],
      [[1], [Number.NaN], [2]],
      [true, false, true],
    ]) {
      expectCode('ERR_BAD_VALUE', add(mixed));
    }
    for (const bad of [undefined, null, 'abc', 7, {}]) expectCode('ERR_BAD_ARGUMENT', add(bad));
    expectCode('ERR_BAD_ARGUMENT', () => data.withFeatures({ users: [] as never }));
    expectCode('ERR_BAD_OPTION', () => data.withFeatures({ user: {} } as never), "'users'");
    await expectRejection('ERR_BAD_ARGUMENT', Interactions.from([{ user: 1, item: 2 }], { itemFeatures: { x: 5 as never } }));
  });
  it('keep nothing of their input by reference', () => {
    const prices = Float32Array.of(1, 2, 3);
    const data = small().withFeatures({ items: { price: prices } });
    prices.fill(9);
    expect((data.itemFeatures.price as NumericFeature).values).toEqual(Float32Array.of(1, 2, 3));
  });
});
