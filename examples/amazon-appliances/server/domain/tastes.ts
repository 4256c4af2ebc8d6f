import type { DataStore, StoredEvent } from 'attune';
import { LruCache } from './lru-cache.ts';
import { type EventWeights, type Taste, tasteOf, tasteTypes } from './people.ts';

const remembered = 5000;

/** What is known of users, kept until something happens to them, because reading it from the database takes longer than a recommendation. */
export class Tastes {
  readonly #data: DataStore;
  readonly cache = new LruCache<Map<string, Taste>>('tastes', remembered);

  constructor(data: DataStore) {
    this.#data = data;
  }

  /** @param weights what events count instead of what they usually do */
  async of(user: string, weights: EventWeights = {}): Promise<Taste> {
    const how = Object.keys(weights).length === 0 ? '' : JSON.stringify(weights);
    const known = this.cache.get(user);
    const taste = known?.get(how);
    if (taste) return taste;
    const version = this.cache.version;
    const read = await tasteOf(this.#data, user, weights);
    // Something that happened while the database was read may be missing in the answer, so that it is not kept.
    if (this.cache.version === version) this.cache.set(user, new Map([...(this.cache.get(user) ?? []), [how, read]]));
    return read;
  }

  /** An event of a user was stored. That a list was shown, or a page opened, changes nothing: a list must not forget itself. */
  heard({ user, type }: StoredEvent): void {
    if (tasteTypes.includes(type)) this.cache.delete(user);
  }
}
