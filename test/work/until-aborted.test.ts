import { Readable } from 'node:stream';
import { AlsRecommender, fitFusion, fitMany, Interactions, memoryDataStore, PopularityRecommender, SemanticIndex } from 'attune';
import { fitAlsOnDisk, readTable } from 'attune/node';
import { describe, expect, it, vi } from 'vitest';
import { eachUntilAborted } from '../../src/work/until-aborted.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

/** Gives some items, and then neither more nor an end, as a connection that is cut off does. */
async function* silentAfter<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
  await new Promise(() => {});
}

const rows = [
  { user: 'ann', item: 'tea', value: 5 },
  { user: 'bob', item: 'jam', value: 4 },
];
const ratings = await Interactions.from(rows);
const items = [{ id: 'a', text: 'tea' }];

describe('a signal ends, while its source says nothing,', () => {
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['Interactions.from', (signal) => Interactions.from(silentAfter(...rows), { signal })],
    [
      'Interactions.from a reader that knows no signal',
      (signal) => Interactions.from(readTable(silentAfter(`user,item\n${'a,b\n'.repeat(1e5)}`)), { signal }),
    ],
    ['Interactions.from a stream', (signal) => Interactions.from(new Readable({ objectMode: true, read() {} }), { signal })],
    ['a reader', (signal) => readTable(silentAfter('user,item\na,'), { signal })[Symbol.asyncIterator]().next()],
    ['SemanticIndex.build', (signal) => SemanticIndex.build(silentAfter(...items), { signal })],
    ['add', async (signal) => (await SemanticIndex.build(items, {})).add(silentAfter({ id: 'b', text: 'jam' }), { signal })],
    ['putMany', (signal) => memoryDataStore().interactions.putMany(silentAfter(...rows), { signal })],
    ['putMany of products', (signal) => memoryDataStore().products.putMany(silentAfter({ item: 'tea' }), { signal })],
    [
      'fitFusion',
      async (signal) => fitFusion({ sources: { p: await new PopularityRecommender().fit(ratings) }, events: silentAfter(), signal }),
    ],
    ['fitAlsOnDisk', (signal) => fitAlsOnDisk(silentAfter(...rows), { folder: folder.path, factors: 4 }, { signal })],
    ['fitMany', (signal) => fitMany(silentAfter(), { family: AlsRecommender, workers: 0, signal }).next()],
    [
      'fitMany, while a tenant is loaded,',
      (signal) =>
        fitMany([{ name: 'a', interactions: () => new Promise<never>(() => {}) }], { family: AlsRecommender, workers: 0, signal }).next(),
    ],
  ])('%s', async (_, work) => {
    const controller = new AbortController();
    const working = work(controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(working).rejects.toThrow('enough');
  });
});

describe('eachUntilAborted', () => {
  it('hands on items, errors and the end, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    const all: number[] = [];
    async function* numbers() {
      yield* [1, 2, 3];
    }
    for await (const k of eachUntilAborted(numbers(), signal)) all.push(k);
    for await (const k of eachUntilAborted(numbers(), signal)) if (all.push(k) > 4) break;
    expect(all).toEqual([1, 2, 3, 1, 2]);
    async function* failing() {
      yield 1;
      throw new Error('the source');
    }
    await expect(drained(eachUntilAborted(failing(), signal))).rejects.toThrow('the source');
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
    const done = AbortSignal.abort(new Error('before'));
    await expect(drained(eachUntilAborted(numbers(), done))).rejects.toThrow('before');
  });

  it('ends the source when it aborts, and when the caller ends', async () => {
    const ended: string[] = [];
    async function* endless(name: string) {
      try {
        for (let k = 0; ; k++) yield k;
      } finally {
        ended.push(name);
      }
    }
    const controller = new AbortController();
    for await (const k of eachUntilAborted(endless('by the caller'), controller.signal)) if (k > 3) break;
    const counted = drained(eachUntilAborted(endless('by the signal'), controller.signal));
    await new Promise((resolve) => setTimeout(resolve, 0));
    controller.abort(new Error('enough'));
    await expect(counted).rejects.toThrow('enough');
    expect(ended).toEqual(['by the caller', 'by the signal']);
  });
});

async function drained(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) if (++count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  return count;
}
