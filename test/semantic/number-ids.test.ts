import { type History, memoryModelStore, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';

const rows = [
  { id: 1, text: 'kettle' },
  { id: 2, text: 'steel kettle' },
  { id: 3n, text: 'steel pot' },
];
const ids = (list: { item: string }[]) => list.map(({ item }) => item).sort();
const coded = (code: string) => expect.objectContaining({ code });
const forms = [1, '1', 1n] as const;

describe.each(forms)('the id %o', (one) => {
  it('is the same as text, a number or a bigint, wherever it is given', async () => {
    const index = await SemanticIndex.build(rows);
    expect(ids(await index.search('kettle', { mode: 'lexical' }))).toEqual(['1', '2']);
    expect(ids(await index.search('kettle', { mode: 'lexical', exclude: [one] }))).toEqual(['2']);
    expect(ids(await index.search('kettle', { only: [one] }))).toEqual(['1']);
    expect(ids(index.similarItems(one, { n: 5 }))).toEqual(['2', '3']);
    expect(ids(index.similarTo([one] as History, { n: 5 }))).toEqual(['2', '3']);
    expect(ids(index.similarTo([{ item: one, value: 2 }] as History, { n: 5, exclude: [3] }))).toEqual(['2']);
    expect(index.has(one)).toBe(true);
    expect(index.metadataOf(one)).toEqual({});
    expect(index.vectorOf(one)).toHaveLength(index.dimensions);
    await index.add([{ id: one, text: 'blue lamp' }] as never);
    expect(index.size).toBe(3);
    expect(ids(await index.search('kettle', { mode: 'lexical' }))).toEqual(['2']);
    expect(index.remove([one])).toBe(1);
    expect(index.size).toBe(2);
  });
});

it('a number that cannot be an id is refused, and text that is none is unknown', async () => {
  const index = await SemanticIndex.build(rows);
  for (const bad of [1.5, Number.NaN, 2 ** 53, null, undefined, {}, true]) {
    const list = [bad] as never;
    await expect(index.search('kettle', { exclude: list })).rejects.toEqual(coded('ERR_BAD_ID'));
    await expect(index.search('kettle', { only: list })).rejects.toEqual(coded('ERR_BAD_ID'));
    await expect(index.nearDuplicates({ exclude: list })).rejects.toEqual(coded('ERR_BAD_ID'));
    expect(() => index.similarItems(2, { exclude: list })).toThrow(coded('ERR_BAD_ID'));
    expect(() => index.remove(list)).toThrow(coded('ERR_BAD_ID'));
    expect(index.has(bad as never)).toBe(false);
  }
  expect(() => index.similarItems(1.5)).toThrow(coded('ERR_BAD_ID'));
  expect(() => index.similarTo([1.5] as never)).toThrow(coded('ERR_BAD_ID'));
  expect(ids(await index.search('kettle', { mode: 'lexical', exclude: ['', '\ud800'] }))).toEqual(['1', '2']);
  expect(index.remove(['', 4])).toBe(0);
});

it('an index without functions takes rows after loading, and replaces an id that was a number', async () => {
  const store = memoryModelStore();
  await (await SemanticIndex.build(rows)).save(store, 'kettles');
  const index = await SemanticIndex.load<{ id: number | string; text: string }>(store, 'kettles');
  await index.add([{ id: '2', text: 'blue lamp' }]);
  expect(index.size).toBe(3);
  expect(ids(await index.search('kettle', { mode: 'lexical' }))).toEqual(['1']);
});
