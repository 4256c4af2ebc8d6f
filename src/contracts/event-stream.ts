import type { Interactions } from '../data/interactions.ts';

/** An event as it came out of a stream: who did what with which item, and when. Further fields are kept. */
export interface StreamEvent {
  /** Who. */
  user: string;
  /** What happened, such as `'view'`. */
  type: string;
  /** With which item; absent for events that are about none. */
  item?: string | undefined;
  /** How much of it; multiplies the weight of the type. Default 1. */
  value?: number | undefined;
  /** When, in milliseconds since 1970. */
  timestamp: number;
  /** Anything else that JSON holds. */
  [field: string]: unknown;
}

/** An event and where in the stream it stands. */
export interface PlacedEvent {
  /** The event. */
  event: StreamEvent;
  /** Partition that it came from. */
  partition: number;
  /** Its number within the partition. */
  offset: number;
}

/** How far a partition has been read: the offset of the next message. */
export interface PartitionPosition {
  /** Number of the partition, from 0. */
  partition: number;
  /** Offset of the next message to read. */
  next: number;
  /** Offset of the first message of the batch, to see whether some were deleted before they were read. */
  first?: number | undefined;
}

/** Some messages that came together. */
export interface EventBatch {
  /** The events, those of one partition in the order of the stream. */
  readonly events: readonly PlacedEvent[];
  /** The events as interactions by the weights of the stream; values of one pair are added up. Empty when no event has a weight. */
  readonly interactions: Interactions;
  /** How far each partition has been read when this batch is done. */
  readonly positions: readonly PartitionPosition[];
  /** Tells the stream that the batch is done, so that a restart begins behind it. */
  commit(): Promise<void>;
}

/** A stream of events with positions, such as a topic of Kafka. */
export interface EventStream {
  /** Name of the stream, under which its positions are kept. */
  readonly name: string;
  /** What an event of a type counts; see `eventInteractions`. */
  readonly weights: Readonly<Record<string, number>>;
  /**
   * Batches in order, from behind the last one that was committed. May be called once at a time. Ends when the signal aborts.
   * @throws what the source fails with, as ERR_STREAM
   */
  batches(options?: { signal?: AbortSignal | undefined }): AsyncIterable<EventBatch>;
  /** Messages that are there and not yet read, by partition; empty while not known. */
  lag(): ReadonlyMap<number, number>;
}
