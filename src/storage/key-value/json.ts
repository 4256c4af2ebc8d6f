import type { KeyValue } from '../../contracts/key-value.ts';
import { AttuneError } from '../../errors.ts';

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
    return guarded(() => this.#client.setNew(key, encoded(value)));
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
    return guarded(() => this.#client.keys(prefix));
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
