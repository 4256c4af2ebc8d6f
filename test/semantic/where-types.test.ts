import { SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';

const rows = [
  { id: 'a', text: 'kettle', price: '19.99', year: 2020, code: 'A1', sizes: ['40', '42'], mixed: '3' },
  { id: 'b', text: 'kettle', price: '30', year: 2021, code: 'B2', sizes: ['44'], mixed: 4 },
  { id: 'c', text: 'kettle', price: null, year: null, code: null, sizes: [], mixed: null },
];
const open = () => SemanticIndex.build<(typeof rows)[number]>(rows, { metadata: ['price', 'year', 'code', 'sizes', 'mixed'] });

describe('a comparison that can never hold because of its type', () => {
  it.each([
    [{ price: { max: 25 } }, 'where.price compares with numbers, but this index keeps text that holds numbers, such as "19.99"'],
    [{ price: 30 }, 'where.price compares with numbers'],
    [{ price: [20, 30] }, 'where.price compares with numbers'],
    [{ sizes: { contains: 42 } }, 'where.sizes compares with numbers'],
    [{ sizes: 42 }, 'where.sizes compares with numbers'],
    [{ year: { min: '2020' } }, 'where.year compares with text, but this index keeps numbers, such as 2020. Pass a number.'],
    [{ year: '2021' }, 'where.year compares with text'],
    [{ year: { max: 'soon' } }, 'where.year compares with text'],
    [{ price: { max: '100' } }, 'where.price compares text by the alphabet, but this index keeps text that holds numbers, such as "19.99"'],
    [{ mixed: { min: 1 } }, 'where.mixed compares with numbers, but this index keeps text that holds numbers, such as "3"'],
    [{ code: { max: 5 } }, 'where.code compares with numbers, but this index keeps text, such as "A1"'],
  ])('%j is an error that says so', async (where, message) => {
    const index = await open();
    await expect(index.search('kettle', { where })).rejects.toMatchObject({
      code: 'ERR_BAD_OPTION',
      message: expect.stringContaining(message),
    });
    expect(() => index.similarItems('a', { where })).toThrow(message);
    expect(() => index.similarTo(['a'], { where })).toThrow(message);
    await expect(index.nearDuplicates({ where })).rejects.toThrow(message);
  });

  it.each([
    [{ price: '30' }, ['b']],
    [{ year: { min: 2021 } }, ['b']],
    [{ year: [2020, '2021'] }, ['a']],
    [{ code: 5 }, []], // no code reads as a number
    [{ year: 'soon' }, []],
    [{ mixed: 4 }, ['b']], // some are numbers
    [{ price: null }, ['c']],
    [{ price: { max: '25' } }, ['a']], // the alphabet has the order of the numbers
    [{ code: { min: 'B' } }, ['b']],
  ])('%j is none', async (where, wanted) => {
    const list = await (await open()).search('kettle', { where });
    expect(list.map(({ item }) => item).sort()).toEqual(wanted);
  });
});
