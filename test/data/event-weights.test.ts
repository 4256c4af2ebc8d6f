import { eventWeights, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection } from '../support/conformance.ts';

const day = 86_400_000;
const events = [
  { user: 'a', item: 'x', event: 'view', timestamp: 1.7e12 },
  { user: 'a', item: 'x', event: 'purchase', timestamp: 1.7e12 + 10 * day },
  { user: 'a', item: 'y', event: 'view', timestamp: 1.7e12 },
  { user: 'b', item: 'y', event: 'dislike', timestamp: 1.7e12 + 5 * day },
];
const weights = { view: 1, cart: 3, purchase: 10, dislike: -2 };
const values = (data: Interactions) => Object.fromEntries([...data].map(({ user, item, value }) => [`${user} ${item}`, value]));

describe('Weights of events', () => {
  it('make values of kinds of events, which add up or of which the largest counts', async () => {
    const read = (duplicates: 'sum' | 'max') => Interactions.from(events, { value: eventWeights(weights), duplicates });
    expect(values(await read('sum'))).toEqual({ 'a x': 11, 'a y': 1, 'b y': -2 });
    expect(values(await read('max'))).toEqual({ 'a x': 10, 'a y': 1, 'b y': -2 });
  });
  it('read the kind from another key, or by a function', async () => {
    const rows = events.map(({ event: event_type, ...row }) => ({ ...row, event_type }));
    const byKey = await Interactions.from(rows, { value: eventWeights(weights, { event: 'event_type' }), duplicates: 'sum' });
    const event = (row: { event_type: string }) => row.event_type;
    const byFunction = await Interactions.from(rows, { value: eventWeights(weights, { event }), duplicates: 'sum' });
    expect(values(byKey)).toEqual(values(byFunction));
  });
  it('refuse a kind that has none, or leave its rows out', async () => {
    const rows = [...events, { user: 'c', item: 'x', event: 'hover', timestamp: 1.7e12 }];
    const value = eventWeights(weights);
    await expect(Interactions.from(rows, { value })).rejects.toThrow(/Row 4.*view.*cart.*purchase.*dislike.*hover/);
    await expectRejection('ERR_BAD_VALUE', Interactions.from(rows, { value }));
    expect((await Interactions.from(rows, { value, onBadRow: 'skip' })).skipped).toBe(1);
    for (const kind of ['toString', '__proto__', 'constructor', undefined, null])
      expectCode('ERR_BAD_VALUE', () => value({ event: kind }, 0));
  });
  it('are numbers', () => {
    for (const wrong of [{}, null, undefined, 'view', { view: Number.NaN }, { view: '1' }])
      expectCode('ERR_BAD_OPTION', () => eventWeights(wrong as never), 'eventWeights');
    expectCode('ERR_BAD_OPTION', () => eventWeights(weights, { kind: 'x' } as never));
  });
});

describe('Decayed interactions', () => {
  it('count half after each half-life, from the newest row or from a given time', async () => {
    const data = await Interactions.from(events, { value: eventWeights(weights), duplicates: 'last' });
    expect(values(data.decayed({ halfLifeDays: 5 }))).toEqual({ 'a x': 10, 'a y': 0.25, 'b y': -1 });
    const until = new Date(1.7e12 + 5 * day);
    expect(values(data.decayed({ halfLifeDays: 5, until }))).toEqual({ 'a x': 10, 'a y': 0.5, 'b y': -2 });
    expect(values(data)).toEqual({ 'a x': 10, 'a y': 1, 'b y': -2 });
  });
  it('keep ids, times and features', async () => {
    const data = (await Interactions.from(events, { value: () => 1 })).withFeatures({ items: { price: [1, 2] } });
    const faded = data.decayed({ halfLifeDays: 1 });
    expect([...faded.items]).toEqual([...data.items]);
    expect(faded.timestamps).toEqual(data.timestamps);
    expect(faded.itemFeatures).toEqual(data.itemFeatures);
  });
  it('need times and a half-life', async () => {
    const data = await Interactions.from([{ user: 'a', item: 'x' }]);
    expectCode('ERR_BAD_ARGUMENT', () => data.decayed({ halfLifeDays: 1 }), 'times');
    const timed = await Interactions.from(events, { value: () => 1 });
    for (const halfLifeDays of [0, -1, Number.NaN, undefined])
      expectCode('ERR_BAD_OPTION', () => timed.decayed({ halfLifeDays: halfLifeDays as never }));
    expectCode('ERR_BAD_OPTION', () => timed.decayed({ halfLifeDays: 1, until: 'now' as never }));
  });
});
