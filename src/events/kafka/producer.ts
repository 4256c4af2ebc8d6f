import type { StreamEvent } from '../../contracts/event-stream.ts';
import type { Id } from '../../data/ids.ts';
import { AttuneError } from '../../errors.ts';
import { anything, checkIterable, integer, optional, readOptions, text } from '../../options.ts';
import type { KafkaAdmin, KafkaProducer } from './clients.ts';
import { partitionOfBytes } from './partition.ts';
import { checkEvent, type EventSchema } from './read-event.ts';
import { isKafkaJs, sendTo } from './send.ts';
import { partitionsOf } from './topic.ts';

/** Options of {@link eventProducer}. */
export interface EventProducerOptions {
  /** An opened producer of kafkajs or `@platformatic/kafka`. It remains the caller's. */
  producer: KafkaProducer;
  /** The topic. */
  topic: string;
  /** Number of partitions of the topic. Default: asked of `admin`, or of a producer of `@platformatic/kafka`. */
  partitions?: number | undefined;
  /** An opened admin client, to ask for the number of partitions; kafkajs needs it, or `partitions`. */
  admin?: KafkaAdmin | undefined;
  /** What an event must be besides what every event is. Default: nothing. */
  schema?: EventSchema | undefined;
}

/** An event to send. */
export interface OutgoingEvent {
  /** Who. */
  readonly user: Id;
  /** What happened, such as `'view'`. */
  readonly type: string;
  /** With which item. */
  readonly item?: Id | undefined;
  /** How much of it. Default 1. */
  readonly value?: number | undefined;
  /** When: milliseconds since 1970, a Date, or an ISO 8601 text. Default now. */
  readonly timestamp?: number | string | Date | undefined;
  /** Anything else that JSON holds. */
  readonly [field: string]: unknown;
}

/** Sends events. */
export interface EventProducer {
  /**
   * Sends events, all or none; resolves when all replicas in sync have them.
   * @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming the event (from 0), before any is sent; ERR_STREAM
   */
  send(events: Iterable<OutgoingEvent>): Promise<void>;
}

/**
 * Sends events to a topic as JSON, keyed by user and each to the partition that the Java client gives the key, whatever library sends
 * it; so the events of a user keep their order.
 *
 * @throws ERR_BAD_OPTION
 */
export function eventProducer(options: EventProducerOptions): EventProducer {
  const owner = 'eventProducer';
  const o = readOptions(owner, options, {
    producer: anything<KafkaProducer>(),
    topic: text(),
    partitions: optional(integer({ min: 1 })),
    admin: anything<KafkaAdmin | undefined>(),
    schema: anything<EventSchema | undefined>(),
  });
  const producer = o.producer as KafkaProducer;
  const kafkaJs = isKafkaJs(producer, owner);
  if (o.partitions === undefined && !o.admin && kafkaJs) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: a producer of kafkajs does not tell how many partitions '${o.topic}' has. Pass 'partitions', or an 'admin'.`,
    );
  }
  let partitions = o.partitions;
  return {
    async send(events) {
      const now = Date.now();
      const checked: StreamEvent[] = [];
      for (const event of checkIterable(owner, 'events', events)) {
        try {
          const read = checkEvent(event, o.schema, now);
          checked.push(read instanceof Promise ? await read : read);
        } catch (error) {
          throw error instanceof AttuneError ? new AttuneError(error.code, `Event ${checked.length}: ${error.message}`) : error;
        }
      }
      const count = (partitions ??= await partitionsOf((o.admin ?? producer) as KafkaAdmin, o.topic));
      const encoder = new TextEncoder();
      await sendTo(
        producer,
        o.topic,
        checked.map((event) => {
          const key = encoder.encode(event.user);
          return { key, value: encoder.encode(JSON.stringify(event)), partition: partitionOfBytes(key, count) };
          // Without the event's time, which the value has: the broker counts retention from the time of a message, and would delete events
          // of last month, sent today, before anybody read them.
        }),
        owner,
      );
    },
  };
}
