import type { DataStore, StoredEvent } from 'attune';
import { LruCache } from './lru-cache.ts';
import { type Taste, tasteOf } from './people.ts';

const remembered = 20_000;

/** What is known of users, kept until something happens to them, because reading it from the database takes longer than a recommendation. */
export class Tastes {
  readonly #data: DataStore;
  readonly cache = new LruCache<Taste>('tastes', remembered);

  constructor(data: DataStore) {
    this.#data = data;
  }

  async of(user: string): Promise<Taste> {
    const known = this.cache.get(user);
    if (known) return known;
    const version = this.cache.version;
    const taste = await tasteOf(this.#data, user);
    // Something that happened while the database was read may be missing in the answer, so that it is not kept.
    if (this.cache.version === version) this.cache.set(user, taste);
    return taste;
  }

  /** An event of a user was stored. */
  heard({ user }: StoredEvent): void {
    this.cache.delete(user);
  }
}
