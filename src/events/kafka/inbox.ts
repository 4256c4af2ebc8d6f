import type { PartitionPosition } from '../../contracts/event-stream.ts';
import { AttuneError } from '../../errors.ts';
import type { KafkaMessage } from './clients.ts';

/** Messages of a topic as they arrive, whatever the client. */
export interface MessageSource {
  /** Begins to deliver into the inbox. */
  start(inbox: Inbox): Promise<void>;
  /** Ends delivery. */
  stop(): Promise<void>;
  commit(positions: readonly PartitionPosition[]): Promise<void>;
  /** Offset behind the last message of each partition that the consumer has, as far as known. */
  ends(): Promise<ReadonlyMap<number, number>> | ReadonlyMap<number, number>;
  /** Where the group goes on in partitions of which no message has come yet, as far as known. */
  committed?(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
}

/** An error of a client, with a code. */
export function streamError(what: string, error: unknown): AttuneError {
  if (error instanceof AttuneError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AttuneError('ERR_STREAM', `Kafka: ${what}: ${message}. Nothing is lost; what was not committed comes again.`, {
    cause: error,
  });
}

/** The error for a topic that is not there. */
export function noTopic(topic: string, error: unknown): AttuneError {
  return new AttuneError('ERR_STREAM', `Kafka: there is no topic '${topic}'. Make it with eventTopic, or correct the name.`, {
    cause: error,
  });
}

/** Whether a client failed because there is no such topic; each says so in its own way, some inside a list of errors. */
export function saysNoTopic(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false;
  const { type, apiId, code, message, cause, errors } = error as Record<string, unknown>;
  const name = 'UNKNOWN_TOPIC_OR_PARTITION';
  if (type === name || apiId === name || (code === 'PLT_KFK_USER' && /^Unknown topic /.test(String(message)))) return true;
  return saysNoTopic(cause) || (Array.isArray(errors) && errors.some(saysNoTopic));
}

/** Messages that have arrived and are not taken yet. Whoever delivers waits while there are too many. */
export class Inbox {
  readonly #limit: number;
  #messages: KafkaMessage[] = [];
  /** When the first of them came. */
  #since = 0;
  #failure: unknown;
  #failed = false;
  #closed = false;
  #arrived = () => {};
  #taken = () => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#messages.length;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  add(message: KafkaMessage): void {
    if (this.#messages.length === 0) this.#since = performance.now();
    this.#messages.push(message);
    this.#arrived();
  }

  /** Makes `take` reject. */
  fail(error: unknown): void {
    this.#failure = error;
    this.#failed = true;
    this.#arrived();
  }

  close(): void {
    this.#closed = true;
    this.#arrived();
    this.#taken();
  }

  /** Whether there is room, or nobody will take anything any more. */
  get hasRoom(): boolean {
    return this.#messages.length < this.#limit || this.#closed;
  }

  /** Resolves when there is room or after a time. */
  room(withinMs: number): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#taken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Up to `most` messages, as soon as there is one; more of those that come within `waitMs` of the first. None when closed. */
  async take(most: number, waitMs: number): Promise<KafkaMessage[]> {
    while (this.#messages.length === 0 && !this.#failed && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const left = this.#since + waitMs - performance.now();
    if (this.#messages.length < most && left > 0 && !this.#failed && !this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#arrived = () => {
          if (this.#messages.length < most && !this.#failed && !this.#closed) return;
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#arrived = () => {};
    if (this.#closed) return [];
    if (this.#failed && this.#messages.length === 0) throw this.#failure;
    return this.takeNow(most);
  }

  /** Up to `most` of the messages that are there. */
  takeNow(most: number): KafkaMessage[] {
    const taken = this.#messages.slice(0, most);
    this.#messages = this.#messages.slice(most);
    this.#taken();
    return taken;
  }
}
