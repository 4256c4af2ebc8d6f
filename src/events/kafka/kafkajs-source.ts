import type { PartitionPosition } from '../../contracts/event-stream.ts';
import type { KafkaJsConsumer } from './clients.ts';
import { type Inbox, type MessageSource, streamError } from './inbox.ts';

/** What kafkajs gives `eachBatch`. */
interface Payload {
  batch: {
    partition: number;
    highWatermark: string;
    messages: { key: unknown; value: unknown; offset: string; timestamp: string }[];
  };
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
}

/** kafkajs pushes batches; they wait in the inbox, and so does the next fetch while that is full. */
export function kafkaJsSource(consumer: KafkaJsConsumer, topic: string, fromBeginning: boolean): MessageSource {
  const ends = new Map<number, number>();
  let listening = false;
  let current: Inbox | undefined;
  return {
    async start(inbox) {
      current = inbox;
      if (!listening) {
        listening = true;
        consumer.on('consumer.crash', ({ payload }: { payload: { error: unknown; restart: boolean } }) => {
          if (!payload.restart) current?.fail(streamError('the consumer stopped', payload.error));
        });
        await consumer.subscribe({ topics: [topic], fromBeginning });
      }
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }: Payload) => {
          ends.set(batch.partition, Number(batch.highWatermark));
          for (const { key, value, offset, timestamp } of batch.messages) {
            // A full inbox may take longer to empty than the broker waits for a sign of life.
            while (!inbox.hasRoom) {
              await inbox.room(1000);
              await heartbeat();
            }
            if (!isRunning() || isStale() || inbox.isClosed) return;
            inbox.add({ partition: batch.partition, offset: Number(offset), key, value, timestamp: Number(timestamp) });
            resolveOffset(offset);
          }
          await heartbeat();
        },
      });
    },
    stop: () => consumer.stop(),
    commit: (positions: readonly PartitionPosition[]) =>
      consumer.commitOffsets(positions.map(({ partition, next }) => ({ topic, partition, offset: String(next) }))),
    ends: () => ends,
  };
}
