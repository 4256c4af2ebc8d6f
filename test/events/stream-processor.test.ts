import { AlsRecommender, AttuneError, Interactions, memoryDataStore, memoryModelStore } from 'attune';
import { type EventBatch, type EventStream, partitionOf, type StreamEvent, storedInteractions, streamProcessor } from 'attune/kafka';
import { describe, expect, it } from 'vitest';
import { murmur2 } from '../../src/events/kafka/partition.ts';
import { StreamMetrics } from '../../src/events/metrics.ts';

describe('partitions', () => {
  it('are those of the Java client', () => {
    // From the tests of its Utils.murmur2.
    const known: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    for (const [text, hash] of known) expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
    expect(partitionOf('21', 6)).toBe((-973932308 & 0x7fffffff) % 6);
    expect(() => partitionOf('21', 0)).toThrow(/whole number from 1/);
  });
});

/** A stream of batches that are given, each of one partition, 0 unless said; commits are counted. */
function streamOf(batches: StreamEvent[][], commits: number[] = [], from = 0, partitions: number[] = []): EventStream {
  return {
    name: 's',
    weights: { view: 1, purchase: 5, dislike: -2 },
    lag: () => new Map(),
    async *batches() {
      let offset = from;
      for (const [k, events] of batches.entries()) {
        const partition = partitions[k] ?? 0;
        const placed = events.map((event) => ({ event, partition, offset: offset++ }));
        const next = offset;
        yield {
          events: placed,
          positions: [{ partition, next }],
          interactions: Interactions.fromColumns({ users: [], items: [] }),
          commit: async () => void commits.push(next),
        } satisfies EventBatch;
      }
    },
  };
}

const minute = 60_000;
const event = (user: string, item: string, type: string, minutes: number): StreamEvent => ({
  user,
  item,
  type,
  timestamp: 1.7e12 + minutes * minute,
});
const fitted = () =>
  new AlsRecommender({ factors: 4, iterations: 2, threads: 1 }).fit(Interactions.fromColumns({ users: ['z', 'z'], items: ['x', 'y'] }));

async function valuesOf(data: ReturnType<typeof memoryDataStore>): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for await (const { user, item, value } of data.interactions.all()) values[`${user} ${item}`] = value;
  return values;
}

describe('a stream processor', () => {
  const first = [event('u', 'x', 'view', 0), event('u', 'x', 'view', 5), event('u', 'y', 'dislike', 6), event('u', 'x', 'other', 7)];
  const second = [event('u', 'x', 'purchase', 30), event('u', 'x', 'view', 70), event('u', 'x', 'view', 20), event('u', 'y', 'view', 71)];

  it('counts an item once per session, by its strongest weight', async () => {
    const data = memoryDataStore();
    await streamProcessor({ stream: streamOf([first, second]), data }).run();
    // One session with a view and a purchase of x, one with a view of x and of y; a late view that counts alone.
    expect(await valuesOf(data)).toEqual({ 'u x': 5 + 1 + 1, 'u y': -2 + 1 });
    const marks: unknown[] = [];
    for await (const { stream } of data.events.all()) marks.push((stream as { session: number }).session - 1.7e12);
    expect(marks.map((ms) => Number(ms) / minute)).toEqual([0, 0, 0, 0, 0, 70, 20, 70]);
    expect(await data.positions?.all()).toEqual({ 's/0': 8 });
  });

  it('counts every event in full without sessions', async () => {
    const data = memoryDataStore();
    await streamProcessor({ stream: streamOf([first, second]), data, sessionGapMs: 0 }).run();
    expect(await valuesOf(data)).toEqual({ 'u x': 1 + 1 + 5 + 1 + 1, 'u y': -2 + 1 });
  });

  it('knows events that come again, whether a new process reads them or the same', async () => {
    const data = memoryDataStore();
    const models = memoryModelStore();
    const run = async (batches: StreamEvent[][], from = 0) => {
      const processor = streamProcessor({
        stream: streamOf(batches, [], from),
        data,
        recommender: await fitted(),
        models,
        name: 'als',
        publishEveryMs: 0,
      });
      await processor.run();
      return processor;
    };
    await run([first, first.slice(0, 0)]);
    await run([first, second]);
    const last = await run([second], 4);
    expect(await data.events.count()).toBe(8);
    expect(await valuesOf(data)).toEqual({ 'u x': 7, 'u y': -1 });
    const model = await AlsRecommender.load(models, 'als@production');
    expect(Object.fromEntries(model.interactionsOf('u').map(({ item, value }) => [item, value]))).toEqual({ x: 7, y: -1 });
    expect(last.metrics()).toContain('attune_stream_duplicates_total{topic="s"} 4');
    expect(last.version).toBe((await models.list('als')).at(-1)?.version);
  });

  it('publishes and commits the batch that was in its transaction when it was stopped', async () => {
    const data = memoryDataStore();
    const stop = new AbortController();
    const transaction = data.transaction.bind(data);
    let transactions = 0;
    data.transaction = async (work) => {
      if (++transactions === 3) {
        stop.abort(); // the second batch, which waits for the next version, is published now
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return transaction(work);
    };
    const commits: number[] = [];
    const models = memoryModelStore();
    const stream = streamOf([first.slice(0, 1), first.slice(1, 2), first.slice(2, 3)], commits);
    const processor = streamProcessor({ stream, data, recommender: await fitted(), models, name: 'als', publishEveryMs: 60_000 });
    await processor.run({ signal: stop.signal });
    expect(commits).toEqual([1, 2, 3]);
    expect((await AlsRecommender.load(models, 'als@production')).interactionsOf('u')).toHaveLength(2);
  });

  it('keeps the sessions of users who move to other partitions, because the topic got more of them', async () => {
    const at = (minutes: number, type: string) => [event('u', 'x', type, minutes)];
    const batches = [at(0, 'view'), at(5, 'purchase'), at(10, 'purchase'), at(15, 'view'), at(100, 'view')];
    const partitions = [0, 6, 0, 6, 6];
    const together = memoryDataStore();
    await streamProcessor({ stream: streamOf(batches, [], 0, partitions), data: together }).run();
    expect(await valuesOf(together)).toEqual({ 'u x': 5 + 1 });
    const apart = memoryDataStore();
    for (const [k, batch] of batches.entries())
      await streamProcessor({ stream: streamOf([batch], [], k, [partitions[k]]), data: apart }).run();
    expect(await valuesOf(apart)).toEqual({ 'u x': 5 + 1 });
  });

  it('counts messages once that come again behind later ones, as after a rebalance', async () => {
    const data = memoryDataStore();
    const placed = first.map((event, offset) => ({ event, partition: 0, offset }));
    const stream = streamOf([]);
    stream.batches = async function* () {
      const interactions = Interactions.fromColumns({ users: [], items: [] });
      yield { events: [...placed, ...placed.slice(1, 3)], positions: [{ partition: 0, next: 4 }], interactions, commit: async () => {} };
      yield { events: placed.slice(1), positions: [{ partition: 0, next: 4 }], interactions, commit: async () => {} };
    };
    await streamProcessor({ stream, data }).run();
    expect(await data.events.count()).toBe(4);
    expect(await valuesOf(data)).toEqual({ 'u x': 1, 'u y': -2 });
  });

  it('counts offsets for which no message came, as when retention was shorter than a pause', async () => {
    const stream = streamOf([]);
    stream.batches = async function* () {
      const interactions = Interactions.fromColumns({ users: [], items: [] });
      const batch = (from: number, to: number) => ({
        events: first.slice(0, to - from).map((event, k) => ({ event, partition: 0, offset: from + k })),
        positions: [{ partition: 0, next: to, first: from }],
        interactions,
        commit: async () => {},
      });
      yield batch(0, 2);
      yield batch(1, 3);
      yield batch(10, 12);
    };
    const processor = streamProcessor({ stream, data: memoryDataStore() });
    await processor.run();
    expect(processor.metrics()).toContain('attune_stream_missing_total{topic="s"} 7\n');
  });

  it('teaches the model once what comes again before it is published', async () => {
    const data = memoryDataStore();
    const models = memoryModelStore();
    const placed = [...first, ...second].map((event, offset) => ({ event, partition: 0, offset }));
    const stream = streamOf([]);
    stream.batches = async function* () {
      const interactions = Interactions.fromColumns({ users: [], items: [] });
      const batch = (from: number, to: number) => ({
        events: placed.slice(from, to),
        positions: [{ partition: 0, next: to }],
        interactions,
        commit: async () => {},
      });
      yield batch(0, 1);
      await new Promise((resolve) => setTimeout(resolve, 20)); // published
      yield batch(1, 8);
      yield batch(2, 8);
    };
    await streamProcessor({ stream, data, recommender: await fitted(), models, name: 'als', publishEveryMs: 100 }).run();
    expect(await valuesOf(data)).toEqual({ 'u x': 7, 'u y': -1 });
    const model = await AlsRecommender.load(models, 'als@production');
    expect(Object.fromEntries(model.interactionsOf('u').map(({ item, value }) => [item, value]))).toEqual({ x: 7, y: -1 });
  });

  it('goes on from a new fit that somebody put, and adds what that does not know', async () => {
    const data = memoryDataStore();
    const models = memoryModelStore();
    const stream = streamOf([first, second]);
    const original = stream.batches.bind(stream);
    let version = 0;
    stream.batches = async function* () {
      for await (const batch of original()) {
        if (batch.positions[0].next === 8) {
          // The first batch is published, as the second version.
          while ((await models.list('als')).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
          const { interactions, positions } = await storedInteractions(data);
          expect(positions).toEqual({ 's/0': 4 });
          const fresh = await new AlsRecommender({ factors: 2, iterations: 1, threads: 1 }).fit(interactions);
          version = (await fresh.save(models, 'als', { positions })).version;
        }
        yield batch;
      }
    };
    await streamProcessor({ stream, data, recommender: await fitted(), models, name: 'als', publishEveryMs: 0 }).run();
    const model = await AlsRecommender.load(models, 'als@production');
    expect((await models.get('als@production')).version).toBe(version + 1);
    expect(model.itemFactors.columns).toBe(2);
    expect(Object.fromEntries(model.interactionsOf('u').map(({ item, value }) => [item, value]))).toEqual({ x: 7, y: -1 });
  });

  it('tries again what a database refuses, and counts it once', async () => {
    const data = memoryDataStore();
    let refused = 0;
    const shaky = {
      ...data,
      transaction: (work: Parameters<typeof data.transaction>[0]) =>
        data.transaction(async (store) => {
          const result = await work(store);
          if (refused < 2) {
            refused++;
            throw new AttuneError('ERR_STORE', 'The database is away.');
          }
          return result;
        }),
    };
    const seen: unknown[] = [];
    const processor = streamProcessor({
      stream: streamOf([first, second]),
      data: shaky as typeof data,
      onError: (error) => seen.push(error),
    });
    await processor.run();
    expect(seen).toHaveLength(2);
    expect(await valuesOf(data)).toEqual({ 'u x': 7, 'u y': -1 });
  });

  it('refuses options that do not fit', async () => {
    const data = memoryDataStore();
    const stream = streamOf([]);
    const coded = (code: string) => expect.objectContaining({ code });
    expect(() => streamProcessor({ stream, data, name: 'als' })).toThrow(/belong together/);
    expect(() => streamProcessor({ stream: {} as never, data })).toThrow(coded('ERR_BAD_OPTION'));
    expect(() => streamProcessor({ stream, data: { ...data, positions: undefined } as never })).toThrow(coded('ERR_NOT_SUPPORTED'));
    const models = memoryModelStore();
    await (await fitted()).save(models, 'als');
    await data.positions?.set('s/0', 3);
    await expect(streamProcessor({ stream, data, recommender: await fitted(), models, name: 'als' }).run()).rejects.toThrow(
      /storedInteractions/,
    );
  });
});

describe('metrics of a stream', () => {
  it('are in the text format of Prometheus', () => {
    const metrics = new StreamMetrics('a"b\\');
    metrics.count('events', 3);
    metrics.observe(0.3, 2);
    metrics.observe(99, 1);
    const text = metrics.text(new Map([[1, 7]]), 4);
    expect(text).toContain('attune_stream_events_total{topic="a\\"b\\\\"} 3\n');
    expect(text).toContain('attune_stream_lag_messages{topic="a\\"b\\\\",partition="1"} 7\n');
    expect(text).toContain('attune_stream_delay_seconds_bucket{topic="a\\"b\\\\",le="0.5"} 2\n');
    expect(text).toContain('attune_stream_delay_seconds_bucket{topic="a\\"b\\\\",le="+Inf"} 3\n');
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+\{.*\} [\d.e+-]+)$/);
  });
});
