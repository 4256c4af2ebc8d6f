import type { EventBatch, EventStream, PartitionPosition, PlacedEvent } from '../../contracts/event-stream.ts';
import { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import { abortSignal, anything, callback, flag, integer, number, optional, readOptions, text } from '../../options.ts';
import { readWeights, weightOf } from '../weights.ts';
import { bytesOf, type KafkaConsumer, type KafkaMessage, type KafkaProducer } from './clients.ts';
import { Inbox, noTopic, saysNoTopic, streamError } from './inbox.ts';
import { checkEvent, type EventSchema, readJson } from './read-event.ts';
import { isKafkaJs, sendTo } from './send.ts';
import { sourceOf } from './source.ts';

/** Options of {@link interactionStream}. */
export interface InteractionStreamOptions {
  /** An opened consumer of a group: of kafkajs, connected, or of `@platformatic/kafka`. It remains the caller's. */
  consumer: KafkaConsumer;
  /** The topic. */
  topic: string;
  /** What an event of a type counts as an interaction, times its `value`. Types that are not named count nothing. */
  weights: Readonly<Record<string, number>>;
  /** What an event must be besides what every event is. Default: nothing. */
  schema?: EventSchema | undefined;
  /**
   * Where messages go that are no events or break the schema, with headers that say why and whence. Default: such a message ends the
   * stream with an error that names it, so that none is lost unnoticed.
   */
  deadLetter?:
    | {
        /** An opened producer. */
        producer: KafkaProducer;
        /** The topic. */
        topic: string;
      }
    | undefined;
  /** Whether a group without committed positions begins with the oldest message, or only with new ones. Default true. */
  fromBeginning?: boolean | undefined;
  /** Maximum number of messages of a batch. Default 5000. */
  maxEvents?: number | undefined;
  /** Time to wait for more messages after the first of a batch, in milliseconds. Default 50. */
  maxWaitMs?: number | undefined;
  /** Messages that are fetched ahead; while so many wait, no more are asked for. Default 20,000. */
  maxWaiting?: number | undefined;
}

/**
 * A topic of events as a stream of interactions. Messages are JSON, `{ user, item, type, value?, timestamp? }`, such as those of
 * {@link eventProducer}; without a timestamp, that of the message counts.
 *
 * `for await (const batch of stream.batches({ signal })) { await model.partialFit(batch.interactions); await batch.commit(); }`: after a
 * crash what was not committed comes again. Batches without any weighted event are committed along with the next one and not yielded.
 * For every event exactly once see {@link streamProcessor}.
 *
 * @throws ERR_BAD_OPTION
 */
export function interactionStream(options: InteractionStreamOptions): InteractionStream {
  return new InteractionStream(options);
}

/** A topic of events; see {@link interactionStream}. */
export class InteractionStream implements EventStream {
  /** The topic. */
  readonly name: string;
  /** What an event of a type counts. */
  readonly weights: Readonly<Record<string, number>>;
  readonly #options: ReturnType<typeof readStreamOptions>;
  readonly #ends = new Map<number, number>();
  readonly #next = new Map<number, number>();
  #deadLetters = 0;
  #reading = false;

  /** @throws ERR_BAD_OPTION */
  constructor(options: InteractionStreamOptions) {
    this.#options = readStreamOptions(options);
    this.name = this.#options.topic;
    this.weights = this.#options.weights;
  }

  /** Messages that went to the dead-letter topic so far. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  /** Messages that are there and not yet in a batch, by partition; empty while not known. */
  lag(): ReadonlyMap<number, number> {
    return new Map(Array.from(this.#ends, ([partition, end]) => [partition, Math.max(0, end - (this.#next.get(partition) ?? 0))] as const));
  }

  /** Batches with at least one interaction. @throws ERR_STREAM, ERR_BAD_ROW, ERR_BAD_ID or ERR_BAD_VALUE for a bad message without `deadLetter` */
  async *batches(options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<EventBatch, void, undefined> {
    for await (const batch of this.allBatches(options)) if (batch.interactions.size > 0) yield batch;
  }

  /**
   * Batches with at least one event or dead letter, as a processor needs them. `beforeStop` is run when the loop has ended and commits
   * are still possible.
   */
  async *allBatches(
    options: { signal?: AbortSignal | undefined; beforeStop?: (() => Promise<void>) | undefined } = {},
  ): AsyncGenerator<EventBatch, void, undefined> {
    const { signal, beforeStop } = readOptions('batches', options, { signal: abortSignal, beforeStop: callback<() => Promise<void>>() });
    if (this.#reading) throw new AttuneError('ERR_IN_USE', `The stream '${this.name}' is being read. End that loop first.`);
    if (signal?.aborted) return;
    const o = this.#options;
    const inbox = new Inbox(o.maxWaiting);
    const close = () => inbox.close();
    signal?.addEventListener('abort', close, { once: true });
    this.#reading = true;
    const watch = setInterval(() => void this.#look(), 1000);
    watch.unref?.();
    try {
      await o.source.start(inbox).catch((error) => {
        throw saysNoTopic(error) ? noTopic(o.topic, error) : streamError(`could not read '${o.topic}'`, error);
      });
      const begun = async () => this.#read(await inbox.take(o.maxEvents, o.maxWaitMs), new Draft());
      let next = begun();
      while (!inbox.isClosed) {
        const draft = await next;
        // What has come while a database stored the batch before goes with what was read and checked meanwhile.
        await this.#read(inbox.takeNow(o.maxEvents - draft.size), draft);
        next = begun();
        next.catch(() => {}); // whoever waits for it sees it
        if (draft.size > 0) yield await this.#batch(draft);
      }
    } finally {
      clearInterval(watch);
      signal?.removeEventListener('abort', close);
      inbox.close();
      await beforeStop?.();
      this.#reading = false;
      await o.source.stop().catch((error) => {
        throw streamError(`could not stop reading '${o.topic}'`, error);
      });
    }
  }

  /** Checks messages, and adds them to a batch. */
  async #read(messages: readonly KafkaMessage[], draft: Draft): Promise<Draft> {
    const o = this.#options;
    for (const message of messages) {
      draft.cover(message);
      const { partition, offset } = message;
      try {
        const checked = checkEvent(readJson(message.value), o.schema, message.timestamp);
        draft.events.push({ event: checked instanceof Promise ? await checked : checked, partition, offset });
      } catch (error) {
        const coded =
          error instanceof AttuneError ? error : new AttuneError('ERR_BAD_ROW', `The schema failed: ${error}`, { cause: error });
        if (!o.deadLetter) throw new AttuneError(coded.code, `'${o.topic}', partition ${partition}, offset ${offset}: ${coded.message}`);
        draft.bad.push({ message, error: coded });
      }
    }
    return draft;
  }

  async #batch({ events, bad, spans }: Draft): Promise<EventBatch> {
    const o = this.#options;
    await this.#bury(bad);
    const positions: PartitionPosition[] = Array.from(spans.values(), ({ partition, first, next }) => ({ partition, next, first }));
    for (const { partition, next } of positions) this.#next.set(partition, next);
    return new StreamBatch(events, positions, o.weights, async () => {
      try {
        await o.source.commit(positions);
      } catch (error) {
        throw streamError(`could not commit positions of '${o.topic}'`, error);
      }
    });
  }

  /** Sends messages that are no events where they can be looked at, before anything behind them is committed. */
  async #bury(bad: readonly BadMessage[]): Promise<void> {
    const { deadLetter, topic } = this.#options;
    if (!deadLetter || bad.length === 0) return;
    const letters = bad.map(({ message, error }) => ({
      key: bytesOf(message.key),
      value: bytesOf(message.value),
      headers: {
        error: error.message,
        code: error.code,
        topic,
        partition: String(message.partition),
        offset: String(message.offset),
        timestamp: String(message.timestamp),
      },
    }));
    await sendTo(deadLetter.producer, deadLetter.topic, letters, 'interactionStream: deadLetter');
    this.#deadLetters += bad.length;
  }

  async #look(): Promise<void> {
    try {
      const { source } = this.#options;
      const ends = await source.ends();
      // Partitions that another process has now are its own to report, and it goes on from where that one is.
      for (const known of [this.#ends, this.#next]) for (const partition of known.keys()) if (!ends.has(partition)) known.delete(partition);
      const unread = [...ends.keys()].filter((partition) => !this.#next.has(partition));
      const committed = unread.length > 0 ? await source.committed?.(unread) : undefined;
      for (const [partition, next] of committed ?? []) if (!this.#next.has(partition)) this.#next.set(partition, next);
      for (const [partition, end] of ends) this.#ends.set(partition, end);
    } catch {
      // The broker may be away for a while; the next look is a second later.
    }
  }
}

/** A message that is no event, and why. */
interface BadMessage {
  message: KafkaMessage;
  error: AttuneError;
}

/** What has been read of a batch. */
class Draft {
  readonly events: PlacedEvent[] = [];
  readonly bad: BadMessage[] = [];
  /** From where to where messages have been read, by partition. */
  readonly spans = new Map<number, { partition: number; first: number; next: number }>();

  /** Number of messages. */
  get size(): number {
    return this.events.length + this.bad.length;
  }

  /** Notes that a message was read. */
  cover({ partition, offset }: KafkaMessage): void {
    const span = this.spans.get(partition);
    if (!span) this.spans.set(partition, { partition, first: offset, next: offset + 1 });
    else if (offset >= span.next) span.next = offset + 1;
    else if (offset < span.first) span.first = offset; // after a rebalance, messages may come again behind later ones
  }
}

/** A batch that can let go of its events: a processor keeps batches until a version of the model has them, and a GC would copy all of it again and again. */
class StreamBatch implements EventBatch {
  readonly positions: readonly PartitionPosition[];
  readonly commit: () => Promise<void>;
  readonly #weights: Readonly<Record<string, number>>;
  #events: readonly PlacedEvent[];
  #interactions: Interactions | undefined;

  constructor(
    events: readonly PlacedEvent[],
    positions: readonly PartitionPosition[],
    weights: Readonly<Record<string, number>>,
    commit: () => Promise<void>,
  ) {
    this.#events = events;
    this.positions = positions;
    this.#weights = weights;
    this.commit = commit;
  }

  get events(): readonly PlacedEvent[] {
    return this.#events;
  }

  get interactions(): Interactions {
    this.#interactions ??= weighted(this.#events, this.#weights);
    return this.#interactions;
  }

  /** Forgets the events. */
  release(): void {
    this.#events = [];
  }
}

function readStreamOptions(options: InteractionStreamOptions) {
  const owner = 'interactionStream';
  const o = readOptions(owner, options, {
    consumer: anything<KafkaConsumer>(),
    topic: text(),
    weights: readWeights,
    schema: anything<EventSchema | undefined>(),
    deadLetter: optional((value: unknown) => {
      const letter = readOptions(`${owner}: deadLetter`, value, { producer: anything<KafkaProducer>(), topic: text() });
      isKafkaJs(letter.producer as KafkaProducer, `${owner}: deadLetter`);
      return letter as { producer: KafkaProducer; topic: string };
    }),
    fromBeginning: flag(true),
    maxEvents: integer({ default: 5000, min: 1 }),
    maxWaitMs: number({ default: 50, min: 0 }),
    maxWaiting: integer({ default: 20_000, min: 1 }),
  });
  return { ...o, source: sourceOf(o.consumer as KafkaConsumer, o.topic, o.fromBeginning) };
}

function weighted(events: readonly PlacedEvent[], weights: Readonly<Record<string, number>>): Interactions {
  const [users, items, values, timestamps]: [string[], string[], number[], number[]] = [[], [], [], []];
  for (const { event } of events) {
    const value = weightOf(event, weights);
    if (value === undefined || event.item === undefined) continue;
    users.push(event.user);
    items.push(event.item);
    values.push(value);
    timestamps.push(event.timestamp);
  }
  return Interactions.fromColumns({ users, items, values, timestamps }, { duplicates: 'sum' });
}
