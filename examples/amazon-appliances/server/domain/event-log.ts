import type { DataStore, EventInput, StoredEvent } from 'attune';

interface Waiting {
  event: EventInput;
  done: (stored: StoredEvent) => void;
  fail: (error: unknown) => void;
}

/** More in one transaction would keep others waiting for too long. */
const largestGroup = 500;

/**
 * Writes what visitors do. Events that come together are stored in one transaction, so that a few thousand a second are each durable before
 * they are acknowledged: one write to the disk takes as long for hundreds as for one.
 */
export class EventLog {
  readonly data: DataStore;
  readonly #listeners: ((event: StoredEvent) => void)[] = [];
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(data: DataStore) {
    this.data = data;
  }

  /** Resolves when the event is on the disk. */
  append(event: EventInput): Promise<StoredEvent> {
    return new Promise((done, fail) => {
      this.#waiting.push({ event, done, fail });
      this.#writing ??= this.#write();
    });
  }

  /** Calls after each event that was stored, in order. */
  onEvent(listener: (event: StoredEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when nothing is waiting to be written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((next) => setImmediate(next)); // the other requests that have come by now
      await this.#store(this.#waiting.splice(0, largestGroup));
    }
    this.#writing = undefined;
  }

  async #store(group: Waiting[]): Promise<void> {
    try {
      const stored = await this.data.events.appendMany(group.map(({ event }) => event));
      stored.forEach((event, k) => {
        for (const listener of this.#listeners) listener(event);
        group[k].done(event);
      });
    } catch (error) {
      // One bad event refuses its group, so that halves are tried until it is alone.
      if (group.length === 1) return group[0].fail(error);
      const middle = group.length >> 1;
      await this.#store(group.slice(0, middle));
      await this.#store(group.slice(middle));
    }
  }
}
