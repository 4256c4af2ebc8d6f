import type { PlatformaticConsumer } from './clients.ts';
import { type Inbox, type MessageSource, streamError } from './inbox.ts';

interface Message {
  key: unknown;
  value: unknown;
  partition: number;
  offset: bigint;
  timestamp: bigint;
}

type Messages = AsyncIterable<Message> & { close(): Promise<void> };

/** So many times in a row a stream may end with an error before that counts as a failure, such as while a broker restarts. */
const attempts = 30;

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
        messages ??= await open();
        for await (const { key, value, partition, offset, timestamp } of messages) {
          failures = 0;
          while (!inbox.hasRoom) await inbox.room(1000);
          if (stopping) return;
          inbox.add({ partition, offset: Number(offset), key, value, timestamp: Number(timestamp) });
        }
        if (!stopping) throw new Error('the stream ended');
      } catch (error) {
        if (stopping) return;
        if (++failures > attempts) {
          inbox.fail(streamError('the consumer stopped', error));
          return;
        }
        await messages?.close().catch(() => {});
        messages = undefined;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  };
  return {
    async start(inbox) {
      // A broker that is away now is waited for like one that goes away later.
      stopping = false;
      reading = deliver(inbox);
    },
    async stop() {
      stopping = true;
      await messages?.close();
      await reading;
      messages = undefined;
    },
    commit: (positions) =>
      consumer.commit({ offsets: positions.map(({ partition, next }) => ({ topic, partition, offset: BigInt(next), leaderEpoch: -1 })) }),
    async ends() {
      const offsets = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
      const mine = new Set(consumer.assignments?.filter((each) => each.topic === topic).flatMap(({ partitions }) => partitions));
      return new Map(Array.from(offsets, (end, partition) => [partition, Number(end)] as const).filter(([partition]) => mine.has(partition)));
    },
  };
}
