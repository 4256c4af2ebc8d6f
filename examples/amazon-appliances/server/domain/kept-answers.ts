import { LruCache } from './lru-cache.ts';

/**
 * Answers that are kept until what they follow from changes. Those who ask for the same at the same time wait for one answer.
 */
export class KeptAnswers<V> {
  readonly cache: LruCache<{ from: readonly unknown[]; value: V }>;
  readonly #coming = new Map<string, { from: readonly unknown[]; value: Promise<V> }>();

  constructor(name: string, limit: number) {
    this.cache = new LruCache(name, limit);
  }

  /** @param from what the answer follows from; one that followed from anything else is made anew. */
  async of(key: string, from: readonly unknown[], make: () => V | Promise<V>): Promise<V> {
    const kept = this.cache.get(key);
    if (kept && isSame(kept.from, from)) return kept.value;
    const known = this.#coming.get(key);
    if (known && isSame(known.from, from)) return known.value;
    const coming = { from, value: Promise.resolve(make()) };
    this.#coming.set(key, coming);
    try {
      const value = await coming.value;
      this.cache.set(key, { from, value });
      return value;
    } finally {
      if (this.#coming.get(key) === coming) this.#coming.delete(key);
    }
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) => a.length === b.length && a.every((each, k) => each === b[k]);
