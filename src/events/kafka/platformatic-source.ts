import type { PlatformaticConsumer } from './clients.ts';
import { type Inbox, type MessageSource, noTopic, saysNoTopic, streamError } from './inbox.ts';

interface Message {
  key: unknown;
  value: unknown;
  partition: number;
  offset: bigint;
  timestamp: bigint;
}

type Messages = AsyncIterable<Message> & { close(): Promise<void> };

/** So many times in a row a stream may end, or joining the group fail, before that counts as a failure: about two minutes without a broker. */
const attempts = 30;
/** The same of a topic that is not there: one that was made just now may not be known to every broker. */
const topicAttempts = 3;

/** `@platformatic/kafka` gives a stream, which ends with an error when a broker goes away; a new one is asked for then. */
export function platformaticSource(consumer: PlatformaticConsumer, topic: string, fromBeginning: boolean): MessageSource {
  let messages: Messages | undefined;
  let reading: Promise<void> | undefined;
  let stopping = false;
  const open = async (): Promise<Messages> =>
    consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: fromBeginning ? 'earliest' : 'latest',
      autocommit: false,
      maxWaitTime: 50,
      minBytes: 1,
    });
  const deliver = async (inbox: Inbox) => {
    for (let failures = 0; !stopping; ) {
      try {
        messages ??= await within(30_000, open());
        for await (const { key, value, partition, offset, timestamp } of messages) {
          failures = 0;
          while (!inbox.hasRoom) await inbox.room(1000);
          if (stopping) return;
          inbox.add({ partition, offset: Number(offset), key, value, timestamp: Number(timestamp) });
        }
        if (!stopping) throw new Error('the stream ended');
      } catch (error) {
        if (stopping) return;
        failures++;
        if (saysNoTopic(error) && failures > topicAttempts) return inbox.fail(noTopic(topic, error));
        if (failures > attempts) return inbox.fail(streamError('the consumer stopped', error));
        await within(2000, messages?.close()).catch(() => {});
        messages = undefined;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  };
  const join = () => within(30_000, consumer.joinGroup?.({}));
  const rejoin = rejoiner(join, () => stopping);
  let listener: (() => void) | undefined;
  return {
    async start(inbox) {
      // A broker that is away now is waited for like one that goes away later.
      stopping = false;
      listener = () => void rejoin(inbox);
      consumer.on?.('error', listener);
      reading = deliver(inbox);
    },
    async stop() {
      stopping = true;
      if (listener) consumer.off?.('error', listener);
      await within(5000, messages?.close()).catch(() => {});
      await within(5000, reading).catch(() => {});
      messages = undefined;
    },
    commit: (positions) =>
      consumer.commit({ offsets: positions.map(({ partition, next }) => ({ topic, partition, offset: BigInt(next), leaderEpoch: -1 })) }),
    async committed(partitions) {
      const found = await consumer.listCommittedOffsets?.({ topics: [{ topic, partitions: [...partitions] }] });
      const offsets = found?.get(topic) ?? [];
      return new Map(partitions.map((partition) => [partition, Number(offsets[partition] ?? -1)] as const).filter(([, next]) => next >= 0));
    },
    async ends() {
      const offsets = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
      const mine = new Set(consumer.assignments?.filter((each) => each.topic === topic).flatMap(({ partitions }) => partitions));
      return new Map(
        Array.from(offsets, (end, partition) => [partition, Number(end)] as const).filter(([partition]) => mine.has(partition)),
      );
    },
  };
}

/**
 * The library leaves the group for good, by an event `error` that ends the process when nobody listens, where a broker is away for more
 * than its few retries. Its stream goes on once the group is joined again.
 */
function rejoiner(join: () => Promise<unknown>, isStopping: () => boolean): (inbox: Inbox) => Promise<void> {
  let rejoining = false;
  return async (inbox) => {
    if (rejoining) return;
    rejoining = true;
    for (let failures = 1; !isStopping(); failures++) {
      try {
        await join();
        break;
      } catch (error) {
        if (isStopping()) break;
        if (failures === attempts) inbox.fail(streamError('the consumer could not join its group again', error));
        if (failures === attempts) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    rejoining = false;
  };
}

/** A promise that is given up after a time: while a broker goes away, some calls of the library are never answered. */
async function within<T>(ms: number, promise: Promise<T> | undefined): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise as Promise<T>, late]);
  } finally {
    clearTimeout(timer);
  }
}
