import type { KeyValue } from '../../contracts/key-value.ts';
import { checkTyped } from '../../options.ts';

/** Keys and values in a `Map`: for tests, small programs and the browser. Gone when the process ends. */
export function memoryKeyValue(): KeyValue {
  const values = new Map<string, Uint8Array>();
  return {
    get: async (key) => values.get(key)?.slice(),
    async set(key, value) {
      checkTyped('memoryKeyValue.set', Uint8Array, value);
      values.set(key, Uint8Array.from(value)); // slice() of a Buffer is no copy
    },
    async setNew(key, value) {
      checkTyped('memoryKeyValue.setNew', Uint8Array, value);
      if (values.has(key)) return false;
      values.set(key, Uint8Array.from(value));
      return true;
    },
    delete: async (key) => void values.delete(key),
    keys: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
  };
}
