import { readWork } from './checks.ts';
import type { DataStore } from './data-store.ts';
import { memoryEvents } from './memory/events.ts';
import { memoryInteractions } from './memory/interactions.ts';
import { memoryProducts } from './memory/products.ts';
import { emptyState, type MemoryState, snapshot } from './memory/state.ts';
import { Turn } from './turn.ts';

/** Products, interactions and events in memory: for tests, small programs and the browser. Gone when the process ends. */
export function memoryDataStore(): DataStore {
  let state = emptyState();
  const turn = new Turn();
  return {
    ...parts(() => state, turn),
    async transaction(work) {
      readWork(work);
      return turn.hold(async () => {
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
    ...parts(() => draft, new Turn()),
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

function parts(state: () => MemoryState, turn: Turn): Pick<DataStore, 'products' | 'interactions' | 'events'> {
  return { products: memoryProducts(state, turn), interactions: memoryInteractions(state, turn), events: memoryEvents(state, turn) };
}
