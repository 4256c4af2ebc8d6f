import type { KeyValue } from '../../contracts/key-value.ts';
import { AttuneError, shown } from '../../errors.ts';

/** JSON and bytes by key. What the client throws comes out as ERR_STORE, with its own error as the cause. */
export class JsonKeyValue {
  readonly #client: KeyValue;

  constructor(client: KeyValue) {
    this.#client = client;
  }

  /** The value of a key, or undefined when there is none. @throws ERR_BAD_FILE when it is not JSON */
  async get<T extends object>(key: string): Promise<T | undefined> {
    const bytes = await this.bytes(key);
    if (!bytes) return undefined;
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (value !== null && typeof value === 'object') return value as T;
    } catch {
      // as below
    }
    throw new AttuneError('ERR_BAD_FILE', `Expected JSON under the key '${key}', got something else. Restore it from a copy.`);
  }

  set(key: string, value: object): Promise<void> {
    return this.setBytes(key, encoded(value));
  }

  /** Sets only what is not there, and says whether it did. */
  setNew(key: string, value: object): Promise<boolean> {
    return guarded(async () => {
      const isNew: unknown = await this.#client.setNew(key, encoded(value));
      if (typeof isNew === 'boolean') return isNew;
      // Taken for false, it would be tried for ever.
      throw new AttuneError('ERR_STORE', `Expected true or false from 'setNew' of the client, got ${shown(isNew)}.`);
    });
  }

  bytes(key: string): Promise<Uint8Array | undefined> {
    return guarded(() => this.#client.get(key));
  }

  setBytes(key: string, value: Uint8Array): Promise<void> {
    return guarded(() => this.#client.set(key, value));
  }

  delete(key: string): Promise<void> {
    return guarded(() => this.#client.delete(key));
  }

  keys(prefix: string): Promise<string[]> {
    return guarded(async () => {
      const keys: unknown = await this.#client.keys(prefix);
      if (Array.isArray(keys)) return keys as string[];
      throw new AttuneError('ERR_STORE', `Expected an array from 'keys' of the client, got ${shown(keys)}.`);
    });
  }
}

function encoded(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AttuneError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AttuneError('ERR_STORE', `The key-value store refused: ${message}. The old state is kept.`, { cause: error });
  }
}
