import type { ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { keyValueModelStore } from '../key-value/model-store.ts';
import { memoryKeyValue } from './key-value.ts';

/**
 * Keeps models in memory: for tests, small programs and the browser. Gone when the process ends.
 * @param options `keep`: versions of a name that stay, see {@link ModelStoreOptions}
 */
export function memoryModelStore(options: ModelStoreOptions = {}): ModelStore {
  return keyValueModelStore(memoryKeyValue(), options);
}
