import { EventEmitter } from 'node:events';
import { type InteractionStreamOptions, interactionStream } from 'attune/kafka';
import { describe, expect, it } from 'vitest';

const weights = { view: 1 };
const message = (partition: number, offset: number) => ({
  partition,
  offset: BigInt(offset),
  key: 'u',
  value: '{"user":"u","item":"i","type":"view"}',
  timestamp: 1n,
});
const noSuchTopic = () =>
  Object.assign(new Error('failed'), { errors: [Object.assign(new Error('protocol'), { apiId: 'UNKNOWN_TOPIC_OR_PARTITION' })] });

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Reads until `enough` batches are there. */
async function read(options: Pick<InteractionStreamOptions, 'consumer'>, enough: number) {
  const stream = interactionStream({ ...options, topic: 't', weights, maxWaitMs: 0 });
  let batches = 0;
  for await (const { events } of stream.batches()) if ((batches += events.length) >= enough) break;
  return stream;
}

/** What attune uses of a consumer of `@platformatic/kafka`, as that library behaves. */
class FakePlatformatic extends EventEmitter {
  joins = 0;
  assignments = [{ topic: 't', partitions: [0, 1] }];
  ends = [5n, 40n];
  failing: (() => Error) | undefined;
  private wake = () => {};
  private messages: ReturnType<typeof message>[] = [];

  deliver(...messages: ReturnType<typeof message>[]): void {
    this.messages.push(...messages);
    this.wake();
  }
  async consume() {
    if (this.failing) throw this.failing();
    let closed = false;
    const next = async () => {
      while (this.messages.length === 0 && !closed)
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      return closed ? { done: true as const, value: undefined } : { done: false as const, value: this.messages.shift() };
    };
    const close = async () => {
      closed = true;
      this.wake();
    };
    return { [Symbol.asyncIterator]: () => ({ next }), close };
  }
  async commit() {}
  async listOffsets() {
    return new Map([['t', this.ends]]);
  }
  async listCommittedOffsets() {
    return new Map([['t', [-1n, 38n]]]);
  }
  async joinGroup() {
    if (++this.joins < 3) throw new Error('connection refused');
    this.deliver(message(0, 1));
  }
}

/** The same of kafkajs. */
class FakeKafkaJs {
  runs = 0;
  private emitter = new EventEmitter();
  private each: ((payload: object) => Promise<void>) | undefined;

  async subscribe() {}
  async run({ eachBatch }: { eachBatch: (payload: object) => Promise<void> }) {
    this.runs++;
    this.each = eachBatch;
  }
  async stop() {}
  async commitOffsets() {}
  on(event: string, listener: (event: object) => void) {
    this.emitter.on(event, listener);
  }
  emit(event: string, payload: object) {
    this.emitter.emit(event, { payload });
  }
  deliver(partition: number, offset: number) {
    const messages = [{ key: 'u', value: message(0, 0).value, offset: String(offset), timestamp: '1' }];
    const rest = { resolveOffset() {}, async heartbeat() {}, isRunning: () => true, isStale: () => false };
    return this.each?.({ batch: { partition, highWatermark: String(offset + 1), messages }, ...rest });
  }
}

describe('a stream of a consumer of @platformatic/kafka', () => {
  it('joins its group again when the client has given that up, where the process ended', async () => {
    const consumer = new FakePlatformatic();
    const reading = read({ consumer }, 2);
    consumer.deliver(message(0, 0));
    await until(() => consumer.listenerCount('error') === 1);
    consumer.emit('error', new Error('rejoinGroup failed 4 times.'));
    await reading;
    expect(consumer.joins).toBe(3);
    expect(consumer.listenerCount('error')).toBe(0);
  });

  it.each([
    ['the broker', noSuchTopic],
    ['the client', () => Object.assign(new Error('Unknown topic t.'), { code: 'PLT_KFK_USER' })],
  ])('says that there is no topic, as %s does', async (_, error) => {
    const consumer = new FakePlatformatic();
    consumer.failing = error;
    await expect(read({ consumer }, 1)).rejects.toMatchObject({ code: 'ERR_STREAM', message: expect.stringContaining("no topic 't'") });
  });

  it('counts lag from where the group goes on, also in partitions of which nothing has come, and only in its own', async () => {
    const consumer = new FakePlatformatic();
    const stop = new AbortController();
    const stream = interactionStream({ consumer, topic: 't', weights, maxWaitMs: 0 });
    const reading = (async () => {
      for await (const _ of stream.batches({ signal: stop.signal }));
    })();
    consumer.deliver(message(0, 3));
    await until(() => stream.lag().size === 2);
    expect([...stream.lag()]).toEqual([
      [0, 1],
      [1, 2],
    ]);
    consumer.assignments = [{ topic: 't', partitions: [1] }];
    await until(() => stream.lag().size === 1);
    expect([...stream.lag()]).toEqual([[1, 2]]);
    stop.abort();
    await reading;
  });
});

describe('a stream of a consumer of kafkajs', () => {
  const crash = (consumer: FakeKafkaJs, error: object, restart: boolean) => consumer.emit('consumer.crash', { error, restart });

  it('goes on where the broker does not know its groups yet, for which the client gives up', async () => {
    const consumer = new FakeKafkaJs();
    const reading = read({ consumer }, 2);
    await until(() => consumer.runs === 1);
    await consumer.deliver(0, 0);
    const cause = Object.assign(new Error('Failed to find group coordinator'), { name: 'KafkaJSGroupCoordinatorNotFound' });
    crash(consumer, Object.assign(new Error('x'), { name: 'KafkaJSNonRetriableError', cause }), false);
    await until(() => consumer.runs === 2);
    await consumer.deliver(0, 1);
    await reading;
  });

  it('says that there is no topic, for which the client would look for ever', async () => {
    const consumer = new FakeKafkaJs();
    const reading = read({ consumer }, 1);
    await until(() => consumer.runs === 1);
    crash(consumer, Object.assign(new Error('x'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }), true);
    await expect(reading).rejects.toMatchObject({ code: 'ERR_STREAM', message: expect.stringContaining("no topic 't'") });
  });

  it('ends with the error for which trying again does not help', async () => {
    const consumer = new FakeKafkaJs();
    const reading = read({ consumer }, 1);
    await until(() => consumer.runs === 1);
    crash(consumer, Object.assign(new Error('wrong password'), { name: 'KafkaJSSASLAuthenticationError' }), false);
    await expect(reading).rejects.toMatchObject({ code: 'ERR_STREAM', message: expect.stringContaining('wrong password') });
  });

  it('reports no lag of partitions that another process has now', async () => {
    const consumer = new FakeKafkaJs();
    const stop = new AbortController();
    const stream = interactionStream({ consumer, topic: 't', weights, maxWaitMs: 0 });
    const reading = (async () => {
      for await (const _ of stream.batches({ signal: stop.signal }));
    })();
    await until(() => consumer.runs === 1);
    await consumer.deliver(0, 7);
    await consumer.deliver(1, 7);
    await until(() => stream.lag().size === 2);
    consumer.emit('consumer.group_join', { memberAssignment: { t: [1] } });
    await until(() => stream.lag().size === 1);
    expect([...stream.lag()]).toEqual([[1, 0]]);
    stop.abort();
    await reading;
  });
});
