import type { ModelStore } from '../contracts/model-store.ts';
import { AttuneError } from '../errors.ts';
import type { Delta } from './store-batch.ts';

/** Name under which the changes of a model are kept. */
export const changesName = (model: string): string => `${model}.changes`;

/** Deltas as columns; a source is the number of its name. */
interface Columns {
  sources: string[];
  users: string[];
  items: string[];
  values: number[];
  timestamps: number[];
  source: number[];
  offsets: number[];
}

/** Deltas as bytes, as a server that follows the model reads them. */
export function changesToBytes(deltas: readonly Delta[]): Uint8Array {
  const columns: Columns = { sources: [], users: [], items: [], values: [], timestamps: [], source: [], offsets: [] };
  const numbers = new Map<string, number>();
  for (const { user, item, value, timestamp, source, offset } of deltas) {
    let number = numbers.get(source);
    if (number === undefined) {
      number = columns.sources.push(source) - 1;
      numbers.set(source, number);
    }
    columns.users.push(user);
    columns.items.push(item);
    columns.values.push(value);
    columns.timestamps.push(timestamp);
    columns.source.push(number);
    columns.offsets.push(offset);
  }
  return new TextEncoder().encode(JSON.stringify(columns));
}

/** The inverse of {@link changesToBytes}. @throws ERR_BAD_FILE */
export function changesFromBytes(bytes: Uint8Array): Delta[] {
  try {
    const { sources, users, items, values, timestamps, source, offsets } = JSON.parse(new TextDecoder().decode(bytes)) as Columns;
    return users.map((user, k) => ({
      user,
      item: items[k],
      value: values[k],
      timestamp: timestamps[k],
      source: sources[source[k]],
      offset: offsets[k],
    }));
  } catch (error) {
    throw new AttuneError('ERR_BAD_FILE', 'Expected changes of a model as a streamProcessor writes them. Give them a store of their own.', {
      cause: error,
    });
  }
}

/** Writes what batches add, each as soon as the one before is written; those that have come meanwhile go together. */
export class ChangePublisher {
  readonly #put: (deltas: readonly Delta[]) => Promise<void>;
  #waiting: Delta[] = [];
  #writing: Promise<void> | undefined;

  /** @param put writes some deltas; tries again itself what passes */
  constructor(put: (deltas: readonly Delta[]) => Promise<void>) {
    this.#put = put;
  }

  /** Hands over what a batch adds. */
  add(deltas: readonly Delta[]): void {
    for (const delta of deltas) this.#waiting.push(delta);
    if (this.#waiting.length === 0) return;
    this.#writing ??= this.#write();
    this.#writing.catch(() => {}); // whoever waits for it sees it
  }

  /** Resolves when all that was handed over is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const deltas = this.#waiting;
      this.#waiting = [];
      await this.#put(deltas);
    }
    this.#writing = undefined;
  }
}

/** A put of changes into a store. */
export const putChanges = (store: ModelStore, model: string) => async (deltas: readonly Delta[]) => {
  await store.put(changesName(model), changesToBytes(deltas), {});
};
