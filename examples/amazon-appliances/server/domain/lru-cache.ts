/** Keeps the values that were used last. Counts hits and misses for the metrics. */
export class LruCache<V> {
  readonly name: string;
  hits = 0;
  misses = 0;
  /** Changes when something was dropped that may have been out of date. */
  version = 0;
  readonly #limit: number;
  readonly #values = new Map<string, V>();

  constructor(name: string, limit: number) {
    this.name = name;
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    this.#values.delete(key); // the newest stand last
    this.#values.set(key, value);
    return value;
  }

  /** Whether a value is there, without using it. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  set(key: string, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) this.#values.delete(this.#values.keys().next().value as string);
  }

  delete(key: string): void {
    this.version++;
    this.#values.delete(key);
  }

  clear(): void {
    this.version++;
    this.#values.clear();
  }
}
