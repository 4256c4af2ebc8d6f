import { AttuneError } from '../../errors.ts';
import { anything, integer, readOptions, text } from '../../options.ts';
import type { KafkaAdmin, KafkaJsAdmin, PlatformaticAdmin } from './clients.ts';
import { streamError } from './inbox.ts';

/** Options of {@link eventTopic}. */
export interface EventTopicOptions {
  /** An opened admin client of kafkajs or `@platformatic/kafka`. It remains the caller's. */
  admin: KafkaAdmin;
  /** The topic. */
  topic: string;
  /** Number of partitions: how many processes can share the work. It cannot be changed later without moving users. Default 6. */
  partitions?: number | undefined;
  /** Copies of each partition on different brokers. Default 1. */
  replicas?: number | undefined;
}

/** A topic that is there. */
export interface EventTopic {
  /** Its name. */
  topic: string;
  /** How many partitions it has. */
  partitions: number;
}

/**
 * Makes a topic for events if there is none.
 * @returns the number of its partitions, which is that of the existing topic if there is one
 * @throws ERR_BAD_OPTION, ERR_STREAM
 */
export async function eventTopic(options: EventTopicOptions): Promise<EventTopic> {
  const o = readOptions('eventTopic', options, {
    admin: anything<KafkaAdmin>(),
    topic: text(),
    partitions: integer({ default: 6, min: 1 }),
    replicas: integer({ default: 1, min: 1 }),
  });
  const admin = o.admin as KafkaAdmin;
  try {
    if (isKafkaJs(admin)) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic: o.topic, numPartitions: o.partitions, replicationFactor: o.replicas }],
      });
    } else if (typeof admin?.createTopics === 'function') {
      await admin.createTopics({ topics: [o.topic], partitions: o.partitions, replicas: o.replicas });
    } else
      throw new AttuneError(
        'ERR_BAD_OPTION',
        "eventTopic: option 'admin' must be a connected admin client of kafkajs or @platformatic/kafka.",
      );
  } catch (error) {
    if (!exists(error)) throw streamError(`could not make the topic '${o.topic}'`, error);
  }
  return { topic: o.topic, partitions: await partitionsOf(admin, o.topic) };
}

/** How many partitions a topic has. @throws ERR_STREAM when there is no such topic */
export async function partitionsOf(admin: KafkaAdmin | Pick<PlatformaticAdmin, 'metadata'>, topic: string): Promise<number> {
  let last: unknown;
  // A topic that was made just now may not be known to the broker that is asked.
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const count = isKafkaJs(admin)
        ? (await admin.fetchTopicMetadata({ topics: [topic] })).topics.find(({ name }) => name === topic)?.partitions.length
        : (await (admin as PlatformaticAdmin).metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.partitionsCount;
      if (count) return count;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw streamError(`no partitions of topic '${topic}'`, last ?? new Error('there is no such topic; make it with eventTopic'));
}

function isKafkaJs(admin: unknown): admin is KafkaJsAdmin {
  return typeof (admin as KafkaJsAdmin | undefined)?.fetchTopicMetadata === 'function';
}

/** Whether a library says that the topic is there already; each in its own way, some inside a list of errors. */
function exists(error: unknown): boolean {
  const seen = error as { type?: unknown; apiId?: unknown; errors?: unknown[]; cause?: unknown; message?: unknown } | undefined;
  if (seen === undefined || seen === null || typeof seen !== 'object') return false;
  return (
    seen.type === 'TOPIC_ALREADY_EXISTS' ||
    seen.apiId === 'TOPIC_ALREADY_EXISTS' ||
    (seen.errors ?? []).some(exists) ||
    exists(seen.cause) ||
    /already exists/i.test(String(seen.message))
  );
}
