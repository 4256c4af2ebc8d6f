import { describe, expect, it } from 'vitest';
import { Orders, type Placed } from '../../../src/semantic/lexical/orders.ts';
import { atOnce } from '../../../src/work/steps.ts';

const openOrders = (...columns: Parameters<typeof Orders.opening>) => atOnce(Orders.opening(...columns));

const texts: Placed[][] = [
  [
    { word: 3, at: 0, span: 1, isExtra: false },
    { word: 200, at: 1, span: 1, isExtra: false },
    { word: 7, at: 1, span: 2, isExtra: true },
    { word: 5, at: 9, span: 1, isExtra: false },
  ],
  [],
  [{ word: 40_000, at: 300, span: 1, isExtra: false }],
];

function columnsOf() {
  const orders = new Orders();
  for (const entries of texts) orders.add(entries);
  return orders.columns();
}

it('the order of words is the same after its columns', () => {
  const { bytes, ends } = columnsOf();
  const orders = openOrders(bytes, ends, texts.length, 40_001) as Orders;
  expect(texts.map((_, text) => orders.read(text))).toEqual(texts);
});

describe('columns that do not fit together are refused', () => {
  it('with a word that is not there', () => {
    const { bytes, ends } = columnsOf();
    expect(openOrders(bytes, ends, texts.length, 40_000)).toBeUndefined();
  });
  it('with a number that does not end, also at the end of all', () => {
    const { bytes, ends } = columnsOf();
    for (const place of [ends[0] - 1, bytes.length - 1]) {
      const forged = bytes.slice();
      forged[place] |= 128;
      expect(openOrders(forged, ends, texts.length, 40_001)).toBeUndefined();
    }
  });
  it('with ends in the middle of an entry, or that fall', () => {
    const { bytes, ends } = columnsOf();
    expect(openOrders(bytes, Int32Array.of(ends[0] - 1, ends[1], ends[2]), texts.length, 40_001)).toBeUndefined();
    expect(openOrders(bytes, Int32Array.of(ends[1], 0, ends[2]), texts.length, 40_001)).toBeUndefined();
  });
});
