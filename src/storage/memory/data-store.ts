import type { DataStore } from '../../contracts/data-store.ts';
import { readOptions } from '../../options.ts';
import { Mutex } from '../../work/mutex.ts';
import { readWork } from '../shared/checks.ts';
import { type DataTables, readTables } from '../shared/tables.ts';
import { memoryEvents } from './events.ts';
import { memoryInteractions } from './interactions.ts';
import { memoryPositions } from './positions.ts';
import { memoryProducts } from './products.ts';
import { emptyState, type MemoryState, snapshot } from './state.ts';

/** Options of {@link memoryDataStore}. */
export interface MemoryDataStoreOptions<Tables extends DataTables = DataTables> {
  /**
   * Declared columns, with the same rules as in a database; so a test can take the `tables` of the store it stands for. Names of
   * tables and of the library's own columns are checked and make no difference. Default: rows carry any columns.
   */
  tables?: Tables | undefined;
}

/**
 * Products, interactions and events in memory: for tests, small programs and the browser. Gone when the process ends.
 *
 * @returns a store that knows the declared columns: others do not compile, and they come back typed
 * @throws ERR_BAD_OPTION
 */
export function memoryDataStore<const Tables extends DataTables = DataTables>(
  options: MemoryDataStoreOptions<Tables> = {},
): DataStore<Tables> {
  const { tables } = readOptions('memoryDataStore', options, {
    tables: (value) => readTables(value as DataTables | undefined, 'memoryDataStore'),
  });
  const parts = (state: () => MemoryState, mutex: Mutex): Pick<DataStore, 'products' | 'interactions' | 'events' | 'positions'> => ({
    products: memoryProducts(state, mutex, tables.products.columns),
    interactions: memoryInteractions(state, mutex, tables.interactions.columns),
    events: memoryEvents(state, mutex),
    positions: memoryPositions(state, mutex),
  });
  let state = emptyState();
  const mutex = new Mutex();
  const store: DataStore = {
    ...parts(() => state, mutex),
    async transaction(work) {
      readWork(work);
      return mutex.run(async () => {
        const draft = snapshot(state);
        const result = await work(inside(draft));
        state = draft;
        return result;
      });
    },
  };
  /** The store that the work of a transaction is given. A transaction in it is part of the outer one, but can fail alone. */
  const inside = (draft: MemoryState): DataStore => {
    const part: DataStore = {
      ...parts(() => draft, new Mutex()),
      async transaction(work) {
        const before = snapshot(draft);
        try {
          return await readWork(work)(part);
        } catch (error) {
          Object.assign(draft, before);
          throw error;
        }
      },
    };
    return part;
  };
  return store as unknown as DataStore<Tables>;
}
