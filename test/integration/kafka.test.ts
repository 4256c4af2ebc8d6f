import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { AlsRecommender, Interactions, memoryDataStore, memoryModelStore } from 'attune';
import {
  eventProducer,
  eventTopic,
  type FollowedModel,
  followModel,
  interactionStream,
  partitionOf,
  type StreamMark,
  streamProcessor,
} from 'attune/kafka';
import { fileModelStore } from 'attune/node';
import { sqliteDataStore } from 'attune/sqlite';
import { Kafka, logLevel } from 'kafkajs';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../support/bundle.ts';
import { serviceUrl, skippedService } from '../support/service.ts';

const skipped = skippedService('kafka');
const broker = skipped ? '' : serviceUrl('kafka');
const folder = mkdtempSync(join(tmpdir(), 'attune-kafka-'));
const service = resolve(import.meta.dirname, '../../.services/kafka');
/** SIGKILLs of the processor, each after it has stored something; a tenth as many SIGTERMs besides, and a tenth as many restarts of the broker. */
const kills = Number(process.env.ATTUNE_KILLS ?? 5);
const eventsPerStart = 300;
const closing: (() => Promise<unknown>)[] = [];
let child = '';

beforeAll(async () => {
  if (!skipped)
    child = await bundled(resolve(import.meta.dirname, '../support/stream-child.ts'), ['@platformatic/kafka', 'kafkajs', 'libsql']);
});
afterAll(async () => {
  for (const close of closing.reverse()) await close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
  if (child) rmSync(child, { force: true });
});

const kafka = new Kafka({
  clientId: 'test',
  brokers: [broker || 'none'],
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 60 },
});
const times = { sessionTimeout: 1500, rebalanceTimeout: 3000, heartbeatInterval: 300 };
const options = { clientId: 'test', bootstrapBrokers: [broker] };

/** Clients of one library, opened. Producers are idempotent, or a broker that is slow or restarts may store a message twice. */
const libraries = {
  kafkajs: {
    async admin() {
      const admin = kafka.admin();
      await admin.connect();
      closing.push(() => admin.disconnect());
      return admin;
    },
    async producer() {
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      closing.push(() => producer.disconnect());
      return producer;
    },
    async consumer(groupId: string) {
      const consumer = kafka.consumer({ groupId, ...times, maxWaitTimeInMs: 100 });
      await consumer.connect();
      closing.push(() => consumer.disconnect());
      return consumer;
    },
  },
  platformatic: {
    async admin() {
      const admin = new Admin(options);
      closing.push(() => admin.close());
      return admin;
    },
    async producer() {
      const producer = new Producer({ ...options, idempotent: true, retries: 60, retryDelay: 200 });
      closing.push(() => producer.close());
      return producer;
    },
    async consumer(groupId: string) {
      const consumer = new Consumer({ ...options, groupId, ...times });
      closing.push(async () => consumer.close(true));
      return consumer;
    },
  },
};
type Library = keyof typeof libraries;
const names = Object.keys(libraries) as Library[];

let topics = 0;
async function newTopic(library: Library, partitions = 6): Promise<string> {
  const admin = await libraries[library].admin();
  return (await eventTopic({ admin, topic: `t${Date.now()}-${++topics}`, partitions })).topic;
}

async function until(what: () => Promise<boolean> | boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; !(await what()); ) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const smallModel = () =>
  new AlsRecommender({ factors: 8, iterations: 2, seed: 1, threads: 1 }).fit(
    Interactions.fromColumns({ users: ['first'], items: ['i0'], values: [1] }),
  );

describe.skipIf(skipped)('a topic of Kafka', () => {
  it.each(names)(
    'has the events of a user in the partition of the Java client when %s sends them',
    { timeout: 240_000 },
    async (library) => {
      const topic = await newTopic(library);
      const admin = await libraries[library].admin();
      expect(await eventTopic({ admin, topic, partitions: 3 })).toEqual({ topic, partitions: 6 });
      const producer = eventProducer({ producer: await libraries[library].producer(), topic, admin });
      await producer.send(Array.from({ length: 200 }, (_, k) => ({ user: `ü${k % 50}`, item: `i${k}`, type: 'view' })));
      const consumer = await libraries[library === 'kafkajs' ? 'platformatic' : 'kafkajs'].consumer(`${topic}-g`);
      const stream = interactionStream({ consumer, topic, weights: { view: 2 } });
      const seen: string[] = [];
      for await (const batch of stream.batches()) {
        for (const { event, partition } of batch.events) {
          expect(partition).toBe(partitionOf(event.user, 6));
          seen.push(`${event.user} ${event.item}`);
        }
        for (const row of batch.interactions) expect(row.value).toBe(2);
        await batch.commit();
        if (seen.length >= 200) break;
      }
      expect(new Set(seen).size).toBe(200);
      const ofUser = seen.filter((line) => line.startsWith('ü7 ')).map((line) => Number(line.split(' i')[1]));
      expect(ofUser).toEqual([...ofUser].sort((a, b) => a - b));
    },
  );

  it.each(names)(
    'keeps old events as long as new ones, because messages have the time of sending, with %s',
    { timeout: 240_000 },
    async (library) => {
      const topic = await newTopic(library, 1);
      const producer = eventProducer({ producer: await libraries[library].producer(), topic, partitions: 1 });
      const before = Date.now();
      await producer.send([{ user: 'u', item: 'i', type: 'view', timestamp: 1.7e12 }]);
      const consumer = await libraries.kafkajs.consumer(`${topic}-g`);
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      const found: { at: number; event: { timestamp: number } }[] = [];
      await consumer.run({
        eachMessage: async ({ message }) => {
          found.push({ at: Number(message.timestamp), event: JSON.parse(String(message.value)) });
        },
      });
      await until(() => found.length === 1, 180);
      expect(found[0].event.timestamp).toBe(1.7e12);
      expect(found[0].at).toBeGreaterThanOrEqual(before);
    },
  );

  it.each(names)('gives what was not committed again, and nothing that was, with %s', { timeout: 240_000 }, async (library) => {
    const topic = await newTopic(library, 1);
    const producer = eventProducer({ producer: await libraries[library].producer(), topic, partitions: 1 });
    await producer.send(Array.from({ length: 30 }, (_, k) => ({ user: 'u', item: `i${k}`, type: 'view' })));
    const read = async (maxEvents: number, commits: number) => {
      const consumer = await libraries[library].consumer(`${topic}-g`);
      const offsets: number[] = [];
      let left = commits;
      for await (const batch of interactionStream({ consumer, topic, weights: { view: 1 }, maxEvents }).batches()) {
        offsets.push(...batch.events.map(({ offset }) => offset));
        if (left-- > 0) await batch.commit();
        else break;
      }
      await closing.pop()?.();
      return offsets;
    };
    expect((await read(10, 1)).slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, k) => k));
    expect((await read(100, 0))[0]).toBe(10);
  });

  it.each(names)('loses no message that is no event, with %s', { timeout: 240_000 }, async (library) => {
    const topic = await newTopic(library, 1);
    const dead = await newTopic(library, 1);
    const producer = await libraries[library].producer();
    const bad = [
      '{broken',
      '[]',
      '{"user":"u","type":"view","item":"i","price":-1}',
      '{"user":"","type":"view"}',
      '{"user":"u","type":"view","timestamp":"soon"}',
    ];
    const good = '{"user":7,"type":"view","item":5,"price":1}';
    const messages = [bad[0], good, ...bad.slice(1), good].map((value) => ({ key: Buffer.from('k'), value: Buffer.from(value) }));
    // biome-ignore lint/suspicious/noExplicitAny: each library has its own form.
    await (producer as any).send(library === 'kafkajs' ? { topic, messages } : { messages: messages.map((each) => ({ topic, ...each })) });
    const schema = ({ price }: { price?: unknown }) => (typeof price === 'number' && price >= 0 ? undefined : 'price must be 0 or more');
    const strict = interactionStream({ consumer: await libraries[library].consumer(`${topic}-s`), topic, weights: { view: 1 }, schema });
    await expect(strict.batches().next()).rejects.toThrow(/offset 0: Expected an event as JSON/);

    const stream = interactionStream({
      consumer: await libraries[library].consumer(`${topic}-g`),
      topic,
      weights: { view: 1 },
      schema,
      deadLetter: { producer, topic: dead },
    });
    let events = 0;
    for await (const batch of stream.batches()) {
      events += batch.events.length;
      expect(batch.events[0].event).toMatchObject({ user: '7', item: '5' });
      expect(Math.abs(batch.events[0].event.timestamp - Date.now())).toBeLessThan(120_000);
      await batch.commit();
      if (events === 2) break;
    }
    expect(stream.deadLetters).toBe(5);
    const letters = await libraries.kafkajs.consumer(`${dead}-g`);
    await letters.subscribe({ topics: [dead], fromBeginning: true });
    const found: string[] = [];
    await letters.run({
      eachMessage: async ({ message }) => {
        found.push(`${message.value} | ${message.headers?.code} | ${message.headers?.topic} ${message.headers?.offset}`);
      },
    });
    await until(() => found.length === 5, 180);
    expect(found).toEqual([
      `${bad[0]} | ERR_BAD_ROW | ${topic} 0`,
      `${bad[1]} | ERR_BAD_ROW | ${topic} 2`,
      `${bad[2]} | ERR_BAD_ROW | ${topic} 3`,
      `${bad[3]} | ERR_BAD_ID | ${topic} 4`,
      `${bad[4]} | ERR_BAD_VALUE | ${topic} 5`,
    ]);
  });

  it.each(names)('that is not there is named, with %s', { timeout: 240_000 }, async (library) => {
    const consumer = await libraries[library].consumer(`missing-${library}`);
    const stream = interactionStream({ consumer, topic: 'missing', weights: { view: 1 } });
    await expect(stream.batches().next()).rejects.toMatchObject({
      code: 'ERR_STREAM',
      message: expect.stringContaining("no topic 'missing'"),
    });
  });

  it.each(names)('has the lag from where the group goes on, with %s', { timeout: 240_000 }, async (library) => {
    const topic = await newTopic(library, 2);
    const producer = eventProducer({ producer: await libraries[library].producer(), topic, partitions: 2 });
    const events = Array.from({ length: 40 }, (_, k) => ({ user: `u${k}`, item: 'i', type: 'view' }));
    await producer.send(events);
    const read = async (enough: (lag: ReadonlyMap<number, number>, events: number) => boolean) => {
      const stop = new AbortController();
      const stream = interactionStream({
        consumer: await libraries[library].consumer(`${topic}-g`),
        topic,
        weights: { view: 1 },
      });
      let count = 0;
      const reading = (async () => {
        for await (const batch of stream.batches({ signal: stop.signal })) {
          count += batch.events.length;
          await batch.commit();
        }
      })();
      await until(() => enough(stream.lag(), count), 180);
      const lag = Object.fromEntries(stream.lag());
      stop.abort();
      await reading;
      await closing.pop()?.();
      return lag;
    };
    expect(await read((lag, count) => count === 40 && lag.size === 2)).toEqual({ 0: 0, 1: 0 });
    // Nothing new has come to one of the two partitions.
    await producer.send([events[0]]);
    const sum = (lag: ReadonlyMap<number, number>) => [...lag.values()].reduce((a, b) => a + b, 0);
    expect(Object.values(await read((lag, count) => count === 1 && lag.size > 0 && sum(lag) === 0)).every((lag) => lag === 0)).toBe(true);
  });

  it.each(names)(
    'is shared by two processors that come and go, and one model knows all, with %s',
    { timeout: 240_000 },
    async (library) => {
      const topic = await newTopic(library);
      const producer = eventProducer({ producer: await libraries[library].producer(), topic, partitions: 6 });
      const data = memoryDataStore();
      const models = memoryModelStore({ keep: 50 });
      const start = async () => {
        const stop = new AbortController();
        const stream = interactionStream({
          consumer: await libraries[library].consumer(`${topic}-g`),
          topic,
          weights: { view: 1 },
          maxEvents: 50,
        });
        const processor = streamProcessor({
          stream,
          data,
          recommender: await smallModel(),
          models,
          name: 'als',
          publishEveryMs: 20,
          sessionGapMs: 0,
        });
        const close = closing.at(-1) as () => Promise<unknown>;
        const done = processor.run({ signal: stop.signal });
        const end = async () => {
          stop.abort();
          await done;
          await close();
        };
        return { processor, end };
      };
      let sent = 0;
      const send = async (count: number) => {
        await producer.send(Array.from({ length: count }, () => ({ user: `u${sent % 40}`, item: `i${sent++ % 23}`, type: 'view' })));
      };
      await send(300);
      const first = await start();
      await until(async () => (await data.events.count()) >= 100, 180);
      const second = await start();
      for (let k = 0; k < 10; k++) {
        await send(60);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await until(async () => (await data.events.count()) >= 900, 180);
      await first.end();
      await send(100);
      await until(async () => (await data.events.count()) >= 1000, 180);
      await second.end();
      const places = new Set<string>();
      for await (const { stream } of data.events.all())
        places.add(JSON.stringify([(stream as StreamMark).source, (stream as StreamMark).offset]));
      expect(places.size).toBe(await data.events.count());
      expect(await data.events.count()).toBe(1000);
      await expectModelOf(data, (await models.get('als')).bytes);
      expect(second.processor.metrics()).toMatch(/attune_stream_lag_messages\{topic=".*",partition="\d"\} \d+/);
    },
  );
});

/** The values of a model are those of the store, pair by pair. */
async function expectModelOf(data: Pick<Awaited<ReturnType<typeof sqliteDataStore>>, 'interactions'>, bytes: Uint8Array): Promise<void> {
  const model = AlsRecommender.fromBytes(bytes);
  const ofModel = new Map<string, number>();
  for (const user of model.users) for (const { item, value } of model.interactionsOf(user)) ofModel.set(`${user} ${item}`, value);
  ofModel.delete('first i0');
  const ofStore = new Map<string, number>();
  for await (const { user, item, value } of data.interactions.all()) ofStore.set(`${user} ${item}`, value);
  expect(ofModel).toEqual(ofStore);
}

describe.skipIf(skipped)(`after ${kills} kills of the processor and ${Math.ceil((kills - 4) / 10)} restarts of the broker`, () => {
  it.each(names)('every event counts once, with %s', { timeout: 240_000 + 60_000 * kills }, async (library) => {
    const topic = await newTopic('kafkajs');
    const producer = eventProducer({ producer: await libraries.kafkajs.producer(), topic, partitions: 6 });
    const database = join(folder, `${library}.db`);
    const models = join(folder, library);
    for (const each of [models, `${models}-changes`]) mkdirSync(each);
    // A server that has the first version only, so that it knows the rest from changes.
    const first = memoryModelStore();
    await first.promote('als', (await (await smallModel()).save(first, 'als', { positions: {} })).version, 'production');
    const load = (bytes: Uint8Array) => AlsRecommender.fromBytes(bytes);
    const live = followModel({ models: first, changes: fileModelStore(`${models}-changes`), name: 'als', load });
    const stopFollowing = new AbortController();
    const following = live.run({ signal: stopFollowing.signal });
    let starts = 0;
    const start = (): ChildProcess => {
      starts++;
      return spawn(process.execPath, [child, broker, topic, library, database, models], { stdio: ['ignore', 'pipe', 'inherit'] });
    };
    const sent: { user: string; item: string; type: string; timestamp: number; number: number }[] = [];
    let sending = true;
    const send = (async () => {
      while (sending) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        if (sent.length > eventsPerStart * (starts + 1)) continue; // or a slow machine sends more than it ever takes in
        const events = Array.from({ length: 40 }, (_, k) => {
          const number = sent.length + k;
          // Two events of a user are seldom further apart than a session lasts, so that sessions span batches and kills, but they end.
          return {
            user: `u${(number * 7919) % 97}`,
            item: `i${(number * 31) % 53}`,
            type: number % 9 ? 'view' : 'purchase',
            timestamp: 1.7e12 + number * 17_000 + Math.floor(number / 1000) * 3_600_000,
            number,
          };
        });
        await producer.send(events);
        sent.push(...events);
      }
    })();
    const began = Date.now();
    let processor = start();
    let killed = 0;
    let restarts = 0;
    for (let kill = 0; kill < kills; kill++) {
      processor = await working(processor, start);
      await new Promise((resolve) => setTimeout(resolve, 700 * Math.random()));
      if (kill % 10 === 4) await restartBroker(restarts++ % 2 ? 'SIGTERM' : 'SIGKILL');
      if (process.env.ATTUNE_KILLS && kill % 10 === 9)
        console.log(`${library}: ${killed} kills, ${restarts} restarts of the broker after ${Math.round((Date.now() - began) / 1000)} s`);
      if (await ended(processor, 'SIGKILL')) killed++;
      else kill--; // it had given up while the broker was away
      processor = start();
      if (kill % 10 === 1) {
        processor = await working(processor, start);
        await ended(processor, 'SIGTERM');
        processor = start();
      }
    }
    expect(killed).toBe(kills);
    if (process.env.ATTUNE_KILLS) console.log(`${library}: ${killed} SIGKILLs, ${restarts} restarts of the broker, ${sent.length} events`);
    sending = false;
    await send;
    const data = await sqliteDataStore(new Database(database));
    await until(
      async () => {
        if (processor.exitCode !== null) processor = start(); // as whatever supervises it would
        return (await data.events.count()) >= sent.length;
      },
      90 + 15 * kills,
    );
    const store = fileModelStore(models);
    const stored = await data.positions?.all();
    const served = async () => (await store.list('als')).find(({ aliases }) => aliases.includes('production'))?.metadata.positions;
    await until(async () => JSON.stringify(sorted(await served())) === JSON.stringify(stored), 180);
    processor.kill('SIGKILL');

    const numbers: number[] = [];
    for await (const event of data.events.all()) numbers.push(event.number as number);
    expect(numbers.length).toBe(sent.length);
    expect(numbers.sort((a, b) => a - b)).toEqual(sent.map(({ number }) => number));
    const expected = inSessions(sent);
    expect(await totals(data)).toEqual(expected);
    const followed = () => live.historyOf('u0').length > 0 && pairsOf([...new Set(sent.map(({ user }) => user))], live);
    await until(() => JSON.stringify(followed()) === JSON.stringify(expected), 180).catch(() => expect(followed()).toEqual(expected));
    stopFollowing.abort();
    await following;
    await expectModelOf(data, (await store.get('als@production')).bytes);
  });
});

/** The processor when it has stored something; another one when it ends before, as whatever supervises it would start one. */
async function working(processor: ChildProcess, start: () => ChildProcess): Promise<ChildProcess> {
  for (let current = processor; ; current = start()) {
    const isWorking = await new Promise<boolean>((resolve) => {
      if (current.exitCode !== null || current.signalCode !== null) return resolve(false);
      current.stdout?.on('data', (text) => String(text).includes('stored') && resolve(true));
      current.once('exit', () => resolve(false));
    });
    if (isWorking) return current;
  }
}

/** Ends a process; one that does not end by SIGTERM within 5 s is killed. @returns whether it was still there */
async function ended(processor: ChildProcess, signal: NodeJS.Signals): Promise<boolean> {
  if (processor.exitCode !== null || processor.signalCode !== null) return false;
  const exit = new Promise((resolve) => processor.once('exit', resolve));
  processor.kill(signal);
  const timer = setTimeout(() => processor.kill('SIGKILL'), 5000);
  await exit;
  clearTimeout(timer);
  return true;
}

/** What a model knows, pair by pair. */
function pairsOf(users: string[], model: Pick<FollowedModel, 'historyOf'>): Record<string, number> {
  const pairs = users.flatMap((user) => model.historyOf(user).map(({ item, value }): [string, number] => [`${user} ${item}`, value]));
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const sorted = (positions: unknown) => Object.fromEntries(Object.entries((positions ?? {}) as Record<string, number>).sort());

async function totals(data: Awaited<ReturnType<typeof sqliteDataStore>>): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for await (const { user, item, value } of data.interactions.all()) result[`${user} ${item}`] = value;
  return Object.fromEntries(Object.entries(result).sort());
}

/** The totals by the plain definition: the strongest weight of each item in each session of 30 minutes' gap. */
function inSessions(events: { user: string; item: string; type: string; timestamp: number }[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const user of new Set(events.map((event) => event.user))) {
    let last = Number.NEGATIVE_INFINITY;
    let session: Record<string, number> = {};
    const add = () => {
      for (const [item, weight] of Object.entries(session)) result[`${user} ${item}`] = (result[`${user} ${item}`] ?? 0) + weight;
    };
    for (const { item, type, timestamp } of events.filter((event) => event.user === user)) {
      if (timestamp > last + 30 * 60_000) {
        add();
        session = {};
      }
      last = timestamp;
      session[item] = Math.max(session[item] ?? 0, type === 'view' ? 1 : 5);
    }
    add();
  }
  return Object.fromEntries(Object.entries(result).sort());
}

/** Ends the broker and starts it again on the same port with its data. */
async function restartBroker(signal: NodeJS.Signals): Promise<void> {
  const root = resolve(import.meta.dirname, '../..');
  const script = join(import.meta.dirname, 'services/kafka.sh');
  const env = { ...process.env, ROOT: root, SERVICE: service, KEEP: '1', STOP: signal };
  await new Promise<void>((done, fail) => {
    spawn('bash', [script], { cwd: service, env, stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', (code) =>
      code === 0 ? done() : fail(new Error(`the broker did not come back (exit ${code})`)),
    );
  });
}
