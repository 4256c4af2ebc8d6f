import type { DataStore } from '../../../contracts/data-store.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';

/** What the parts of the suite share. */
export type DataStoreSuite = ReturnType<typeof dataStoreSuite>;

/** The runner and makers of stores, empty or filled. */
export function dataStoreSuite(open: () => DataStore | Promise<DataStore>, runner: TestRunner) {
  /** Three products and four interactions, in this order: A1 B01, A1 B02, A2 B01, A3 B03. */
  const filled = async () => {
    const store = await open();
    await store.products.putMany([
      { item: 'B01', title: 'Kettle', features: ['2 l', { watts: 2200 }] },
      { item: 'B02', title: 'Toaster' },
      { item: 'B03' },
    ]);
    await store.interactions.putMany([
      { user: 'A1', item: 'B01', value: 5, timestamp: 1000 },
      { user: 'A1', item: 'B02', value: 3, timestamp: 3000, note: 'loud' },
      { user: 'A2', item: 'B01', value: 4, timestamp: 2000 },
      { user: 'A3', item: 'B03', value: 1.5 },
    ]);
    return store;
  };
  return { ...suiteOf(runner), open, filled };
}

export async function rowsOf<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

export async function* streamOf<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  for (const row of rows) yield row;
}

/** Rows of new users and the product B01. */
export function newRows(count: number, from = 0) {
  return Array.from({ length: count }, (_, k) => ({ user: `n${k + from}`, item: 'B01', value: 1 }));
}
