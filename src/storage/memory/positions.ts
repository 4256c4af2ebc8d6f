import type { PositionStore } from '../../contracts/data-store.ts';
import type { Mutex } from '../../work/mutex.ts';
import { readPosition } from '../shared/checks.ts';
import type { MemoryState } from './state.ts';

/** Positions of a memory store. */
export function memoryPositions(state: () => MemoryState, mutex: Mutex): PositionStore {
  return {
    get: async (source) => mutex.run(() => state().positions.get(readPosition(source))),
    async set(source, position) {
      readPosition(source, position);
      await mutex.run(() => void state().positions.set(source, position));
    },
    all: (prefix = '') => mutex.run(() => Object.fromEntries([...state().positions].filter(([source]) => source.startsWith(prefix)).sort())),
  };
}
