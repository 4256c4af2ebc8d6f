import { Interactions, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { numberOfText } from '../../src/data/number-text.ts';

const numbers: [text: string, value: number][] = [
  ['16', 16],
  [' 12 ', 12],
  ['-.5', -0.5],
  ['+3.', 3],
  ['1e3', 1000],
  ['2.5E-1', 0.25],
  ['007', 7],
];
const others = [
  '',
  ' ',
  '0x10',
  '0X1f',
  '-0x1',
  '0b1',
  '0o17',
  '1_000',
  '1,000',
  '4,5',
  'Infinity',
  '-Infinity',
  'NaN',
  '1e',
  'e3',
  '.',
  '-',
  '1 2',
  '12px',
];

describe('a text that is a number', () => {
  it.each(numbers)('%j is %d everywhere', async (text, value) => {
    expect(numberOfText(text)).toBe(value);
    expect((await Interactions.from([{ user: 'u', item: 'i', value: text }])).byUser.values[0]).toBe(value);
  });

  it.each(others)('%j is none anywhere', async (text) => {
    expect(numberOfText(text)).toBeUndefined();
    await expect(Interactions.from([{ user: 'u', item: 'i', value: text }])).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
    await expect(Interactions.from([{ user: 'u', item: 'i', timestamp: text }], { timestamp: 'timestamp' })).rejects.toMatchObject({
      code: 'ERR_BAD_VALUE',
    });
  });

  it('is compared with numbers by no filter, nor is any other text, and the filter says so; blank is nothing', async () => {
    const search = async (price: string) => {
      const index = await SemanticIndex.build([{ id: 'a', text: 'kettle', price }], { metadata: ['price'] });
      return index.search('kettle', { where: { price: { max: 20 } } as object });
    };
    for (const [text] of numbers) await expect(search(text)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    for (const text of others) {
      if (text.trim() === '') expect(await search(text)).toEqual([]);
      else
        await expect(search(text)).rejects.toMatchObject({
          code: 'ERR_BAD_OPTION',
          message: expect.stringContaining('keeps text, such as'),
        });
    }
  });

  it('takes time in proportion to its length, whatever it holds', () => {
    expect(numberOfText(`${' '.repeat(50_000)}1${'0'.repeat(50_000)}${' '.repeat(50_000)}x`)).toBeUndefined();
  });
});
