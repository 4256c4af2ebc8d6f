import type { DataStore } from '../../contracts/data-store.ts';
import { Mutex } from '../../work/mutex.ts';
import { readWork } from '../shared/checks.ts';
import { memoryEvents } from './events.ts';
import { memoryInteractions } from './interactions.ts';
import { memoryProducts } from './products.ts';
import { emptyState, type MemoryState, snapshot } from './state.ts';

/** Products, interactions and events in memory: for tests, small programs and the browser. Gone when the process ends. */
export function memoryDataStore(): DataStore {
  let state = emptyState();
  const mutex = new Mutex();
  return {
    ...parts(() => state, mutex),
    async transaction(work) {
      readWork(work);
      return mutex.hold(async () => {
        const draft = snapshot(state);
        const result = await work(inside(draft));
        state = draft;
        return result;
      });
    },
  };
}

/** The store that the work of a transaction is given. A transaction in it is part of the outer one, but can fail alone. */
function inside(draft: MemoryState): DataStore {
  const store: DataStore = {
    ...parts(() => draft, new Mutex()),
    async transaction(work) {
      const before = snapshot(draft);
      try {
        return await readWork(work)(store);
      } catch (error) {
        Object.assign(draft, before);
        throw error;
      }
    },
  };
  return store;
}

function parts(state: () => MemoryState, mutex: Mutex): Pick<DataStore, 'products' | 'interactions' | 'events'> {
  return { products: memoryProducts(state, mutex), interactions: memoryInteractions(state, mutex), events: memoryEvents(state, mutex) };
}
