import type { ModelStore } from '../../contracts/model-store.ts';
import { keyValueModelStore } from '../key-value/model-store.ts';
import { memoryKeyValue } from './key-value.ts';

/** Keeps models in memory: for tests, small programs and the browser. Gone when the process ends. */
export function memoryModelStore(): ModelStore {
  return keyValueModelStore(memoryKeyValue());
}
