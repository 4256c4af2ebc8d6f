import type { JsonKeyValue } from './json.ts';

/** One change of an alias: where it points since, and the entry that `rollback` goes back to. */
export interface AliasEntry {
  version: number;
  /** Number of an earlier entry. */
  before?: number | undefined;
}

/** A change and its number, from 1. */
export interface NumberedEntry extends AliasEntry {
  number: number;
}

/**
 * The history of the aliases of one model: `name@alias/1`, `name@alias/2`, ..., of which the last counts. Entries are only ever added,
 * with `setNew`, so of two processes that change an alias concurrently one sees the other's change and retries.
 */
export class AliasLog {
  readonly #store: JsonKeyValue;
  readonly #name: string;

  constructor(store: JsonKeyValue, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** Where an alias points; undefined when it never did. */
  async last(alias: string): Promise<NumberedEntry | undefined> {
    const numbers = (await this.#numbers(`${alias}/`)).get(alias);
    return numbers === undefined ? undefined : this.entry(alias, numbers);
  }

  /** The entry with a number. */
  async entry(alias: string, number: number): Promise<NumberedEntry | undefined> {
    const entry = await this.#store.get<AliasEntry>(this.#key(alias, number));
    return entry && { ...entry, number };
  }

  /** Appends an entry after `last`, unless another process has done so. */
  async append(alias: string, last: NumberedEntry | undefined, entry: AliasEntry): Promise<NumberedEntry | undefined> {
    const number = (last?.number ?? 0) + 1;
    return (await this.#store.setNew(this.#key(alias, number), entry)) ? { ...entry, number } : undefined;
  }

  /** Every alias and the version it points at, by name. */
  async all(): Promise<{ alias: string; version: number }[]> {
    const found: { alias: string; version: number }[] = [];
    for (const [alias, number] of await this.#numbers('')) {
      const entry = await this.entry(alias, number);
      if (entry) found.push({ alias, version: entry.version });
    }
    return found.sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** The last number of each alias. */
  async #numbers(prefix: string): Promise<Map<string, number>> {
    const last = new Map<string, number>();
    for (const key of await this.#store.keys(`${this.#name}@${prefix}`)) {
      const [, alias, number] = /^([^/]+)\/(\d{1,15})$/.exec(key.slice(this.#name.length + 1)) ?? [];
      if (alias) last.set(alias, Math.max(Number(number), last.get(alias) ?? 0));
    }
    return last;
  }

  #key(alias: string, number: number): string {
    return `${this.#name}@${alias}/${number}`;
  }
}
