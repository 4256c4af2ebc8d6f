import { PGlite } from '@electric-sql/pglite';
import { type DataStore, memoryDataStore } from 'attune';
import { type PostgresHandle, postgresDataStore } from 'attune/postgres';
import { expect, it } from 'vitest';
import type { StreamEvent } from '../../src/contracts/event-stream.ts';
import { checkEvent, readJson } from '../../src/events/kafka/read-event.ts';
import { BatchStore } from '../../src/events/store-batch.ts';
import { uniform } from '../../src/numeric/random.ts';

const event = (more: string) => `{"user":"a","item":"x","type":"view"${more}}`;
const nested = (levels: number) => event(`,"deep":${'['.repeat(levels)}${']'.repeat(levels)}`);
/** A text that no compression makes shorter. */
const noise = (length: number) =>
  Array.from(uniform(length, length, 1), (x) => String.fromCharCode(0x4e00 + Math.floor(Math.abs(x) * 0x5000))).join('');
const read = (value: string | Uint8Array) => checkEvent(readJson(value), undefined, 7) as StreamEvent;

it.each([
  ['a type with NUL', event(',"type":"v\\u0000"'), 'ERR_BAD_ID'],
  ['a type with half a character', event(',"type":"\\ud800"'), 'ERR_BAD_ID'],
  ['a type that is a number', event(',"type":5'), 'ERR_BAD_ROW'],
  ['a time that no Date holds', event(',"timestamp":1e17'), 'ERR_BAD_VALUE'],
  ['such a time before 1970', event(',"timestamp":-1e18'), 'ERR_BAD_VALUE'],
  ['a value whose weight is infinite', event(',"value":1e308'), 'ERR_BAD_VALUE'],
  ['a value that a model cannot add up', event(',"value":1e39'), 'ERR_BAD_VALUE'],
  ['an infinite value', event(',"value":1e400'), 'ERR_BAD_VALUE'],
  ['lists that are too deep to be written', nested(8000), 'ERR_BAD_ROW'],
  ['a user that no index holds', `{"user":"${noise(401)}","item":"x","type":"view"}`, 'ERR_BAD_ID'],
  ['an item that no index holds', event(`,"item":"${noise(3000)}"`), 'ERR_BAD_ID'],
  ['a type that no index holds', event(`,"type":"${noise(3000)}"`), 'ERR_BAD_ID'],
])('%s is refused where there is a dead-letter topic, because no store would take it', (_, message, code) => {
  expect(() => read(message)).toThrow(expect.objectContaining({ code }));
});

it('what is accepted is stored, however odd it is', { timeout: 60_000 }, async () => {
  const messages = [
    event(''),
    event(',"timestamp":8.64e15,"value":9007199254740991'),
    event(',"timestamp":"2026-01-01T00:00:00Z","value":-9007199254740991'),
    event(',"__proto__":{"a":1},"id":"mine","stream":7,"time":null'),
    event(',"note":"\\u0000","half":"\\ud800","a\\u0000b":1'),
    event(',"type":"toString"'),
    nested(100),
    `{"user":12,"item":3,"type":"view"}`,
    `\ufeff${event('')}`,
    `{"user":"${noise(400)}","item":"${noise(399)}","type":"${noise(398)}"}`,
  ];
  const database = await PGlite.create();
  for (const data of [memoryDataStore(), (await postgresDataStore(database as PostgresHandle)) as unknown as DataStore]) {
    const store = new BatchStore(data, { name: 'events', weights: { view: 3 } }, 60_000);
    const events = messages.map((message, offset) => ({ event: read(message), partition: 0, offset }));
    const positions = [{ partition: 0, next: messages.length, first: 0 }];
    expect(await store.store({ events, positions })).toMatchObject({ stored: messages.length });
    expect(await data.events.count()).toBe(messages.length);
  }
  await database.close();
});
