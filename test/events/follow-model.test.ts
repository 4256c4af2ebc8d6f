import { AlsRecommender, AttuneError, Interactions, memoryDataStore, memoryModelStore } from 'attune';
import { type EventBatch, type EventStream, followModel, type StreamEvent, streamProcessor } from 'attune/kafka';
import { describe, expect, it } from 'vitest';
import { changesName, changesToBytes } from '../../src/events/changes.ts';

const event = (user: string, item: string, type = 'view'): StreamEvent => ({ user, item, type, timestamp: 1.7e12 });
const load = (bytes: Uint8Array) => AlsRecommender.fromBytes(bytes);
const values = (history: { item: string; value: number }[]) => Object.fromEntries(history.map(({ item, value }) => [item, value]));

/** A model of two groups of users with their own items. */
function fitted() {
  const rows = Array.from({ length: 40 }, (_, k) => ({ user: `u${k % 8}`, item: `${k % 2 ? 'odd' : 'even'}${Math.floor(k / 8)}` }));
  return Interactions.from(rows).then((data) => new AlsRecommender({ factors: 4, iterations: 4, threads: 1 }).fit(data));
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A stream of which each batch comes when `may` resolves. */
function streamOf(batches: StreamEvent[][], may: (batch: number) => Promise<void>): EventStream {
  return {
    name: 's',
    weights: { view: 1, purchase: 5 },
    lag: () => new Map(),
    async *batches() {
      let offset = 0;
      for (const [k, events] of batches.entries()) {
        await may(k);
        const placed = events.map((event) => ({ event, partition: 0, offset: offset++ }));
        const interactions = Interactions.fromColumns({ users: [], items: [] });
        yield { events: placed, positions: [{ partition: 0, next: offset }], interactions, commit: async () => {} } satisfies EventBatch;
      }
      await may(batches.length);
    },
  };
}

describe('a model that follows a stream', () => {
  it('answers by what events have changed, long before the next version', async () => {
    const [data, models, changes] = [memoryDataStore(), memoryModelStore(), memoryModelStore({ keep: 50 })];
    const seen = new Set<string>();
    const live = followModel({
      models,
      changes,
      name: 'als',
      load,
      intervalMs: 5,
      onChange: (users) => void [...users].map((user) => seen.add(user)),
    });
    const batches = [
      [event('u0', 'odd1'), event('new', 'odd0')],
      [event('new', 'odd2', 'purchase'), event('u0', 'odd1', 'purchase')],
    ];
    const stop = new AbortController();
    let following: Promise<void> | undefined;
    const stream = streamOf(batches, async (batch) => {
      if (batch === 0) {
        following = live.run({ signal: stop.signal });
        await live.ready;
        expect(live.recommend('u0')).toEqual(live.recommender.recommend('u0'));
        expect(() => live.recommend('new')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_USER' }));
        return;
      }
      // The first batch is published as a version at once, the others wait for the time of the next.
      if (batch === 1) return until(() => live.version === 2);
      await until(() => live.changedUsers === 2);
      expect(live.version).toBe(2);
      expect(values(live.historyOf('new'))).toEqual({ odd0: 1, odd2: 5 });
      expect(values(live.historyOf('u0'))).toMatchObject({ odd1: 5 }); // one session: the strongest weight
      const expected = live.recommender.recommendFor(live.historyOf('new'), { n: 3 });
      expect(live.recommend('new', { n: 3 })).toEqual(expected);
      expect(expected.map(({ item }) => item)).not.toContain('odd2');
    });
    const recommender = await fitted();
    await streamProcessor({ stream, data, recommender, models, changes, name: 'als', publishEveryMs: 600_000 }).run();
    await until(() => live.version === 3);
    expect(live.changedUsers).toBe(0);
    expect(values(live.historyOf('new'))).toEqual({ odd0: 1, odd2: 5 });
    expect(seen).toEqual(new Set(['u0', 'new']));
    stop.abort();
    await following;
  });

  it('counts once what comes again, and goes on from the next version where changes were deleted', async () => {
    const [models, changes] = [memoryModelStore(), memoryModelStore({ keep: 2 })];
    const delta = (offset: number, user: string) => ({ user, item: 'odd0', value: 1, timestamp: 0, source: 's/0', offset });
    const put = (...deltas: ReturnType<typeof delta>[]) => changes.put(changesName('als'), changesToBytes(deltas));
    const als = await fitted();
    const save = async (next: number) =>
      models.promote('als', (await als.save(models, 'als', { positions: { 's/0': next } })).version, 'production');
    await save(10);
    await put(delta(8, 'a')); // deleted by the next two
    await put(delta(9, 'b'), delta(10, 'c'));
    await put(delta(10, 'c'), delta(11, 'd'), delta(12, 'c'));
    const stop = new AbortController();
    const live = followModel({ models, changes, name: 'als', load, intervalMs: 5 });
    const following = live.run({ signal: stop.signal });
    await until(() => live.changedUsers === 2);
    expect(live.historyOf('b')).toEqual([]); // the version knows it
    expect(values(live.historyOf('c'))).toEqual({ odd0: 2 });
    expect(values(live.historyOf('d'))).toEqual({ odd0: 1 });
    await save(12);
    await until(() => live.version === 2);
    expect(live.historyOf('d')).toEqual([]);
    expect(values(live.historyOf('c'))).toEqual({ odd0: 1 });
    await put(delta(11, 'd'), delta(13, 'e'));
    await until(() => live.historyOf('e').length > 0);
    expect(live.historyOf('d')).toEqual([]);
    await put(delta(16, 'g'), delta(14, 'f'), delta(15, 'f'));
    await until(() => live.historyOf('g').length > 0);
    expect(values(live.historyOf('f'))).toEqual({ odd0: 2 });
    stop.abort();
    await following;
  });

  it('passes over changes that a killed process never finished, and takes those of a slow one when they come', async () => {
    const [models, changes] = [memoryModelStore(), memoryModelStore()];
    const als = await fitted();
    await models.promote('als', (await als.save(models, 'als', { positions: {} })).version, 'production');
    const delta = (user: string, partition: number, offset: number) =>
      changesToBytes([{ user, item: 'odd0', value: 1, timestamp: 0, source: `s/${partition}`, offset }]);
    for (const [user, partition] of [
      ['a', 0],
      ['killed', 1],
      ['slow', 2],
      ['b', 3],
    ] as const)
      await changes.put(changesName('als'), delta(user, partition, 0));
    const unfinished = new Set([2, 3]);
    const hiding: typeof changes = {
      ...changes,
      list: async (name) => (await changes.list(name)).filter(({ version }) => !unfinished.has(version)),
      get: (reference) => changes.get(unfinished.has(Number(reference.split('@')[1])) ? `${changesName('als')}@99` : reference),
    };
    const stop = new AbortController();
    const live = followModel({ models, changes: hiding, name: 'als', load, intervalMs: 5 });
    const following = live.run({ signal: stop.signal });
    await until(() => live.changedUsers === 2);
    expect(values(live.historyOf('b'))).toEqual({ odd0: 1 });
    unfinished.delete(3);
    await until(() => live.changedUsers === 3);
    expect(values(live.historyOf('slow'))).toEqual({ odd0: 1 });
    await changes.put(changesName('als'), delta('c', 3, 1));
    await until(() => live.changedUsers === 4);
    expect(live.historyOf('killed')).toEqual([]);
    stop.abort();
    await following;
  });

  it('goes on behind changes that were damaged in their store', async () => {
    const [models, changes] = [memoryModelStore(), memoryModelStore()];
    const als = await fitted();
    await models.promote('als', (await als.save(models, 'als', { positions: {} })).version, 'production');
    const delta = (user: string, offset: number) => changesToBytes([{ user, item: 'odd0', value: 1, timestamp: 0, source: 's/0', offset }]);
    for (const [k, user] of ['a', 'b', 'c'].entries()) await changes.put(changesName('als'), delta(user, k));
    const damaged: typeof changes = {
      ...changes,
      get: async (reference) => {
        if (reference.endsWith('@2')) throw new AttuneError('ERR_BAD_FILE', 'damaged');
        return changes.get(reference);
      },
    };
    const errors: unknown[] = [];
    const stop = new AbortController();
    const live = followModel({ models, changes: damaged, name: 'als', load, intervalMs: 5, onError: (error) => errors.push(error) });
    const following = live.run({ signal: stop.signal });
    await until(() => live.changedUsers === 2);
    expect(values(live.historyOf('c'))).toEqual({ odd0: 1 });
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_BAD_FILE' })]);
    stop.abort();
    await following;
  });

  it('survives what passes when it has onError, and ends with the error when it has not', async () => {
    const [models, changes] = [memoryModelStore(), memoryModelStore()];
    const lost = followModel({ models, changes, name: 'als', load });
    expect(() => lost.recommender).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
    await expect(lost.run()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    const errors: unknown[] = [];
    const stop = new AbortController();
    const live = followModel({ models, changes, name: 'als', load, intervalMs: 5, onError: (error) => errors.push(error) });
    const following = live.run({ signal: stop.signal });
    await until(() => errors.length > 0);
    const { version } = await (await fitted()).save(models, 'als');
    await models.promote('als', version, 'production');
    await live.ready;
    await changes.put(changesName('als'), new Uint8Array([1, 2, 3]));
    await until(() => errors.some((error) => (error as { code?: string }).code === 'ERR_BAD_FILE'));
    const after = { user: 'u0', item: 'odd1', value: 1, timestamp: 0, source: 's/0', offset: 3 };
    await changes.put(changesName('als'), changesToBytes([after]));
    await until(() => live.changedUsers === 1);
    stop.abort();
    await following;
  });

  it('refuses options that do not fit', async () => {
    const [data, models, changes, recommender] = [memoryDataStore(), memoryModelStore(), memoryModelStore(), await fitted()];
    const bad = expect.objectContaining({ code: 'ERR_BAD_OPTION' });
    const stream = streamOf([], async () => {});
    expect(() => streamProcessor({ stream, data, changes })).toThrow(bad);
    expect(() => streamProcessor({ stream, data, models, recommender, name: 'als', changes: {} as never })).toThrow(bad);
    expect(() => followModel({ models, changes, name: 'als' } as never)).toThrow(bad);
    expect(() => followModel({ models, name: 'als', load } as never)).toThrow(bad);
    expect(() => followModel({ models, changes, name: 'als', load, every: 1 } as never)).toThrow(bad);
  });
});
