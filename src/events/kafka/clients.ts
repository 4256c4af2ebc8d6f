/** What attune uses of an opened consumer: one of kafkajs 2, connected, or of `@platformatic/kafka` 1. It remains the caller's. */
export type KafkaConsumer = KafkaJsConsumer | PlatformaticConsumer;

/** What attune uses of an opened producer: one of kafkajs 2, connected, or of `@platformatic/kafka` 1 without serializers or with those of strings. */
export type KafkaProducer = KafkaJsProducer | PlatformaticProducer;

/** What attune uses of an opened admin client of either library. */
export type KafkaAdmin = KafkaJsAdmin | PlatformaticAdmin;

/** A consumer of kafkajs. */
export interface KafkaJsConsumer {
  /** Chooses topics. */
  // biome-ignore lint/suspicious/noExplicitAny: the library has several forms of this.
  subscribe(subscription: any): Promise<void>;
  /** Begins to deliver. */
  // biome-ignore lint/suspicious/noExplicitAny: its payloads have more than is used here.
  run(config: any): Promise<void>;
  /** Ends delivery. */
  stop(): Promise<void>;
  /** Commits offsets. */
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
  /** Listens. */
  // biome-ignore lint/suspicious/noExplicitAny: names and events of the library.
  on(event: any, listener: (event: any) => void): unknown;
}

/** A consumer of `@platformatic/kafka`. */
export interface PlatformaticConsumer {
  /** Begins to deliver. */
  // biome-ignore lint/suspicious/noExplicitAny: generic in four types there.
  consume(options: any): Promise<any>;
  /** Commits offsets. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  commit(options: any): Promise<void>;
  /** Last offsets of topics. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  listOffsets(options: any): Promise<Map<string, bigint[]>>;
  /** Positions of the group. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  listCommittedOffsets?(options: any): Promise<Map<string, bigint[]>>;
  /** Joins the group again after the client has given that up. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  joinGroup?(options: any): Promise<unknown>;
  /** Listens. */
  // biome-ignore lint/suspicious/noExplicitAny: names and events of the library.
  on?(event: any, listener: (event: any) => void): unknown;
  /** Ends that. */
  // biome-ignore lint/suspicious/noExplicitAny: names and events of the library.
  off?(event: any, listener: (event: any) => void): unknown;
  /** The partitions that it has. */
  readonly assignments:
    | {
        /** Its name. */
        topic: string;
        /** Their numbers. */
        partitions: number[];
      }[]
    | null;
}

/** A producer of kafkajs. */
export interface KafkaJsProducer {
  /** Sends messages of one topic. */
  // biome-ignore lint/suspicious/noExplicitAny: more forms than are used here.
  send(record: any): Promise<unknown>;
  /** Tells it from the other library. */
  // biome-ignore lint/suspicious/noExplicitAny: not called.
  sendBatch(batch: any): Promise<unknown>;
}

/** A producer of `@platformatic/kafka`. */
export interface PlatformaticProducer {
  /** Sends messages. */
  // biome-ignore lint/suspicious/noExplicitAny: generic in four types there.
  send(options: any): Promise<unknown>;
  /** Topics and their partitions. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  metadata(options: any): Promise<PlatformaticTopics>;
}

/** An admin client of kafkajs. */
export interface KafkaJsAdmin {
  /** Makes topics. */
  // biome-ignore lint/suspicious/noExplicitAny: more options than are used here.
  createTopics(options: any): Promise<unknown>;
  /** Topics and their partitions. */
  fetchTopicMetadata(options: { topics: string[] }): Promise<KafkaJsTopics>;
}

/** An admin client of `@platformatic/kafka`. */
export interface PlatformaticAdmin {
  /** Makes topics. */
  // biome-ignore lint/suspicious/noExplicitAny: more options than are used here.
  createTopics(options: any): Promise<unknown>;
  /** Topics and their partitions. */
  // biome-ignore lint/suspicious/noExplicitAny: overloaded there.
  metadata(options: any): Promise<PlatformaticTopics>;
}

/** A message as both libraries deliver it, reduced to what is used. */
export interface KafkaMessage {
  partition: number;
  offset: number;
  /** Bytes or text. */
  key: unknown;
  /** Bytes, text, or what a deserializer of the caller made of them. */
  value: unknown;
  /** When it was written, in milliseconds since 1970. */
  timestamp: number;
}

/** Bytes of a key or a value; undefined for none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

/** What `@platformatic/kafka` tells about topics. */
export interface PlatformaticTopics {
  /** By name. */
  topics: Map<
    string,
    {
      /** How many partitions the topic has. */
      partitionsCount: number;
    }
  >;
}

/** What kafkajs tells about topics. */
export interface KafkaJsTopics {
  /** In any order. */
  topics: {
    /** Its name. */
    name: string;
    /** One entry per partition. */
    partitions: unknown[];
  }[];
}
