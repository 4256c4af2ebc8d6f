import type { PartitionPosition } from '../../contracts/event-stream.ts';
import type { KafkaJsConsumer } from './clients.ts';
import { type Inbox, type MessageSource, noTopic, saysNoTopic, streamError } from './inbox.ts';

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

/** So many times in a row the library may give up, each after retries of its own, before that counts as a failure. */
const attempts = 30;
const pauseMs = 1000;

/** Whether an error that the library does not survive passes by itself: it gives up where a broker that starts does not know yet who keeps the group. */
function passes(error: unknown): boolean {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return name === 'KafkaJSGroupCoordinatorNotFound' || (cause !== undefined && cause !== null && passes(cause));
}

/** kafkajs pushes batches; they wait in the inbox, and so does the next fetch while that is full. */
export function kafkaJsSource(consumer: KafkaJsConsumer, topic: string, fromBeginning: boolean): MessageSource {
  const ends = new Map<number, number>();
  let listening = false;
  let current: Inbox | undefined;
  let crashes = 0;
  const run = (inbox: Inbox) =>
    consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }: Payload) => {
        crashes = 0;
        ends.set(batch.partition, Number(batch.highWatermark));
        // Resolved once per stretch and not per message, which took the library longer than the message itself.
        let accepted: string | undefined;
        const resolve = () => {
          if (accepted !== undefined) resolveOffset(accepted);
        };
        let goesOn = isRunning() && !isStale();
        for (const { key, value, offset, timestamp } of batch.messages) {
          if (!inbox.hasRoom) resolve();
          // A full inbox may take longer to empty than the broker waits for a sign of life.
          while (!inbox.hasRoom) {
            await inbox.room(1000);
            await heartbeat();
            goesOn = isRunning() && !isStale();
          }
          if (!goesOn || inbox.isClosed) return resolve();
          inbox.add({ partition: batch.partition, offset: Number(offset), key, value, timestamp: Number(timestamp) });
          accepted = offset;
        }
        resolve();
        await heartbeat();
      },
    });
  const crashed = (error: unknown) => {
    const inbox = current;
    if (!inbox || inbox.isClosed) return;
    if (!passes(error) || ++crashes > attempts) inbox.fail(streamError('the consumer stopped', error));
    else setTimeout(() => !inbox.isClosed && run(inbox).catch(crashed), pauseMs);
  };
  return {
    async start(inbox) {
      current = inbox;
      crashes = 0;
      if (!listening) {
        listening = true;
        consumer.on('consumer.crash', ({ payload }: { payload: { error: unknown; restart: boolean } }) => {
          // By itself the library would look for a missing topic for ever.
          if (saysNoTopic(payload.error)) current?.fail(noTopic(topic, payload.error));
          else if (!payload.restart) crashed(payload.error);
        });
        consumer.on('consumer.group_join', ({ payload }: { payload: { memberAssignment?: Record<string, number[]> } }) => {
          const own = new Set(payload.memberAssignment?.[topic]);
          for (const partition of ends.keys()) if (!own.has(partition)) ends.delete(partition);
        });
        await consumer.subscribe({ topics: [topic], fromBeginning });
      }
      await run(inbox);
    },
    stop: () => consumer.stop(),
    commit: (positions: readonly PartitionPosition[]) =>
      consumer.commitOffsets(positions.map(({ partition, next }) => ({ topic, partition, offset: String(next) }))),
    ends: () => ends,
  };
}
