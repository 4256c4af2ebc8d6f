import type { InteractionSelection, InteractionStore, RowListOptions, StoredInteraction } from '../../contracts/data-store.ts';
import type { InteractionRow } from '../../data/interactions-options.ts';
import type { Mutex } from '../../work/mutex.ts';
import { firstOrLast, readList, readPutInteractions, selectedRows } from '../shared/checks.ts';
import type { ColumnCodec } from '../shared/columns.ts';
import { olderThanStored, readAll, type Stored, unknownProduct } from '../shared/put.ts';
import { copied, lookupKey, newestFirst, readInteraction } from '../shared/rows.ts';
import { kept, paged, putAll, streamed } from './lists.ts';
import { putProduct } from './products.ts';
import { dropInteraction, idOfPair, keysAtEnd, type MemoryState, setInteraction } from './state.ts';

/** Interactions of a memory store. */
export function memoryInteractions(state: () => MemoryState, mutex: Mutex, columns: ColumnCodec): InteractionStore {
  const list = (byOther: ReadonlyMap<string, number> | undefined, options: RowListOptions | undefined) => {
    const { newestFirst: reverse, limit } = readList(options);
    const rows = Array.from(byOther?.values() ?? [], (id) => state().interactions.get(id) as StoredInteraction);
    return rows
      .sort(reverse ? newestFirst : (a, b) => a.id - b.id)
      .slice(0, limit)
      .map(copied);
  };
  return {
    async putMany(rows, options) {
      const o = readPutInteractions(options);
      const read = await readAll(rows, o, (row) => readRowOfPair(row, columns));
      return mutex.run(() => putAll(read, (row) => put(state(), row, o)));
    },
    all: () =>
      streamed(
        mutex,
        () => ({ map: state().interactions, last: state().last.interaction }),
        (row) => row.id,
        copied,
      ),
    ofUser: (user, options) => mutex.run(() => list(state().byUser.get(lookupKey(user, 'ofUser: user') ?? ''), options)),
    ofItem: (item, options) => mutex.run(() => list(state().byItem.get(lookupKey(item, 'ofItem: item') ?? ''), options)),
    page: (options) => mutex.run(() => paged(state().interactions.values(), options, (row) => row.id, copied)),
    count: () => mutex.run(() => state().interactions.size),
    stats: () =>
      mutex.run(() => {
        const { interactions, byUser, byItem } = state();
        let sum = 0;
        for (const row of interactions.values()) sum += row.value;
        return { total: interactions.size, users: byUser.size, items: byItem.size, averageValue: sum / interactions.size };
      }),
    async delete(what) {
      const select = selection(what);
      return mutex.run(() => {
        let gone = 0;
        for (const id of select(state())) if (dropInteraction(state(), id)) gone++;
        return gone;
      });
    },
  };
}

type NewRow = Omit<StoredInteraction, 'id'> & InteractionRow;

function readRowOfPair(row: Record<string, unknown>, columns: ColumnCodec): NewRow {
  const { user, item, value, timestamp } = readInteraction(row);
  return kept(row, timestamp === null ? { user, item, value } : { user, item, value, timestamp }, columns);
}

function put(state: MemoryState, row: NewRow, { unknownProducts, onConflict }: { unknownProducts: string; onConflict: string }): Stored {
  if (!state.products.has(row.item)) {
    if (unknownProducts === 'reject') return unknownProduct(row.item);
    putProduct(state, { item: row.item });
  }
  const known = idOfPair(state, row.user, row.item);
  if (known === undefined) {
    setInteraction(state, { id: ++state.last.interaction, ...row });
    return 'inserted';
  }
  const stored = state.interactions.get(known)?.timestamp;
  if (onConflict === 'sum') {
    const sum: NewRow = { ...row, value: row.value + (state.interactions.get(known)?.value ?? 0) };
    const timestamp = Math.max(stored ?? Number.NEGATIVE_INFINITY, row.timestamp ?? Number.NEGATIVE_INFINITY);
    if (timestamp > Number.NEGATIVE_INFINITY) sum.timestamp = timestamp;
    setInteraction(state, { id: known, ...sum });
    return 'updated';
  }
  if (onConflict === 'newest' && row.timestamp !== undefined && stored !== undefined && row.timestamp < stored) return olderThanStored();
  setInteraction(state, { id: known, ...row });
  return 'updated';
}

/** Reads the whole selection before anything is deleted. */
function selection(what: InteractionSelection): (state: MemoryState) => Iterable<number | undefined> {
  const rows = selectedRows(what);
  const end = firstOrLast(what);
  if (end) return (state) => keysAtEnd(state.interactions, end);
  return (state) =>
    rows.flatMap(({ by, values }): (number | undefined)[] => {
      if (by === 'id') return [values[0]];
      if (by === 'pair') return [idOfPair(state, ...values)];
      return [...((by === 'user' ? state.byUser : state.byItem).get(values[0])?.values() ?? [])];
    });
}
