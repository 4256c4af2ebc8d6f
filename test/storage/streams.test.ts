import { type DataStore, Interactions, memoryDataStore } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';

const stores: [string, () => DataStore | Promise<DataStore>][] = [
  ['memory', () => memoryDataStore()],
  ['SQLite', () => sqliteDataStore(new Database(':memory:'))],
];

/** Rows that both stores read in several parts. */
const rows = 10_000;

/** How often others had a turn meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let timer = setImmediate(function turn() {
    turns++;
    timer = setImmediate(turn);
  });
  await work();
  clearImmediate(timer);
  return turns;
}

/** A data store in this process never waits, so that a stream of it would keep a server from answering until its end. */
describe.each(stores)('a stream from %s', (_, open) => {
  it('lets others have a turn in between', async () => {
    const store = await open();
    await store.products.putMany(Array.from({ length: rows }, (_, k) => ({ item: `i${k}` })));
    await store.interactions.putMany(Array.from({ length: rows }, (_, k) => ({ user: `u${k}`, item: 'i0', value: 1 })));
    await store.events.appendMany(Array.from({ length: rows }, (_, k) => ({ user: `u${k}`, type: 'view' })));
    for (const { all } of [store.interactions, store.products, store.events]) {
      let read = 0;
      const turns = await turnsDuring(async () => {
        for await (const _row of all()) read++;
      });
      expect(read).toBe(rows);
      expect(turns).toBeGreaterThanOrEqual(9);
    }
    expect(await turnsDuring(() => Interactions.from(store.interactions.all()))).toBeGreaterThanOrEqual(2);
  });
});
