import {
  eventColumns,
  eventInteractions,
  eventsToCsv,
  expireEvents,
  Interactions,
  memoryDataStore,
  observationCounts,
  observations,
} from 'attune';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';

const list = { key: 'home', key_type: 'page', list_of_recommendations: ['B1', 'B2'] };
const shown = (user: string, timestamp: number, more: object = {}) => ({ user, type: 'page_load', timestamp, ...list, ...more });
const on = (user: string, type: string, key: string, timestamp: number) => ({ user, type, key, key_type: 'product', timestamp });

async function quality(...events: Parameters<ReturnType<typeof memoryDataStore>['events']['appendMany']>[0][]) {
  const { events: log } = memoryDataStore();
  await log.appendMany(events.flatMap((each) => [...each]));
  return (await observations(log.all())).map((each) => `${each.user}:${each.quality}`);
}

it('a shown list is good once a listed product is clicked or bought, bad once it was scrolled through before that, else pending', async () => {
  expect(await quality([shown('a', 1)])).toEqual(['a:pending']);
  expect(await quality([shown('a', 1), on('a', 'click_product', 'B2', 2)])).toEqual(['a:good']);
  expect(await quality([shown('a', 1), on('a', 'purchase', 'B1', 2)])).toEqual(['a:good']);
  expect(await quality([shown('a', 1), on('a', 'click_product', 'B9', 2)])).toEqual(['a:pending']);
  expect(await quality([shown('a', 1), on('b', 'click_product', 'B1', 2)])).toEqual(['a:pending']);
  expect(await quality([shown('a', 1), on('a', 'scroll_end', 'home', 2)])).toEqual(['a:bad']);
  expect(await quality([shown('a', 1), on('a', 'scroll_end', 'other page', 2)])).toEqual(['a:pending']);
  expect(await quality([shown('a', 1), on('a', 'scroll_end', 'home', 2), on('a', 'purchase', 'B1', 3)])).toEqual(['a:good']);
  expect(await quality([shown('a', 1), on('a', 'click_product', 'B1', 2), on('a', 'scroll_end', 'home', 3)])).toEqual(['a:good']);
  expect(await quality([shown('a', 1, { list_of_recommendations: [] }), shown('a', 2, { type: 'page_visit' })])).toEqual(['a:pending']);
});

it('quality depends on the log alone: events that come late count at their time', async () => {
  const late = [on('a', 'click_product', 'B1', 5), shown('a', 10), shown('a', 1)];
  expect(await quality(late)).toEqual(['a:good', 'a:pending']); // a click before a list was shown says nothing of it
  const { events } = memoryDataStore();
  await events.appendMany(late);
  const first = await observations(events.all());
  expect(await observations(events.all())).toEqual(first);
  expect(observationCounts(first)).toEqual({ total: 2, good: 1, bad: 0, pending: 1, successRate: 1 });
  expect(observationCounts([]).successRate).toBeNaN();
  expect(first[0]).toMatchObject({ user: 'a', key: 'home', keyType: 'page', recommendations: ['B1', 'B2'], timestamp: 1, decidedAt: 5 });
});

it('events become interactions by what their type weighs', async () => {
  const { events } = memoryDataStore();
  await events.appendMany([
    on('a', 'click_product', 'B1', 1),
    on('a', 'purchase', 'B1', 2),
    { user: 'b', type: 'like', item: 'B2', timestamp: 3 },
    shown('a', 4),
  ]);
  const data = await Interactions.from(eventInteractions(events.all(), { click_product: 1, purchase: 5, like: 2 }), { duplicates: 'sum' });
  expect([...data]).toMatchObject([
    { user: 'a', item: 'B1', value: 6 },
    { user: 'b', item: 'B2', value: 2 },
  ]);
  expect(() => eventInteractions([], { click: Number.NaN })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  expect(await expireEvents(events, { maxAgeMs: 10, now: 13 })).toBe(2);
  expect(await events.count({ user: 'a' })).toBe(1);
  expect(await events.delete({ user: 'a' })).toBe(1);
  expect(await events.count()).toBe(1);
});

it('events leave as CSV and as Parquet, and come back as they were', async () => {
  const { events } = memoryDataStore();
  await events.appendMany([on('a,"b"', 'click_product', 'B1\nB2', 1.6e12), { user: 'é', type: 'like', timestamp: 0 }]);
  let csv = '';
  for await (const line of eventsToCsv(events.all())) csv += line;
  expect(csv).toBe(
    'id,timestamp,user,type,data\r\n1,2020-09-13T12:26:40.000Z,"a,""b""",click_product,"{""key"":""B1\\nB2"",""key_type"":""product""}"\r\n2,1970-01-01T00:00:00.000Z,é,like,\r\n',
  );
  const file = parquetWriteBuffer({ columnData: await eventColumns(events.all()) });
  expect(await parquetReadObjects({ file })).toEqual([
    { id: 1n, timestamp: new Date(1.6e12), user: 'a,"b"', type: 'click_product', data: '{"key":"B1\\nB2","key_type":"product"}' },
    { id: 2n, timestamp: new Date(0), user: 'é', type: 'like', data: '{}' },
  ]);
});
