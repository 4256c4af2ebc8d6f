import type { ProductRow, StoredEvent, StoredInteraction } from '../../contracts/data-store.ts';

/** A product and its place in the stable order. */
export interface PlacedProduct {
  place: number;
  row: ProductRow;
}

/** Everything a memory store holds. Rows are never changed, only replaced, so that a copy of the maps is a snapshot. */
export interface MemoryState {
  products: Map<string, PlacedProduct>;
  interactions: Map<number, StoredInteraction>;
  byUser: Map<string, Map<string, number>>;
  byItem: Map<string, Map<string, number>>;
  events: Map<number, StoredEvent>;
  positions: Map<string, number>;
  last: { place: number; interaction: number; event: number };
}

/** The state of an empty store. */
export function emptyState(): MemoryState {
  return {
    products: new Map(),
    interactions: new Map(),
    byUser: new Map(),
    byItem: new Map(),
    events: new Map(),
    positions: new Map(),
    last: { place: 0, interaction: 0, event: 0 },
  };
}

/** An independent state with the same rows. */
export function snapshot(state: MemoryState): MemoryState {
  const copyOf = (index: Map<string, Map<string, number>>) => new Map(Array.from(index, ([key, inner]) => [key, new Map(inner)]));
  return {
    products: new Map(state.products),
    interactions: new Map(state.interactions),
    byUser: copyOf(state.byUser),
    byItem: copyOf(state.byItem),
    events: new Map(state.events),
    positions: new Map(state.positions),
    last: { ...state.last },
  };
}

/** The number of the row of a pair, or undefined. */
export function idOfPair(state: MemoryState, user: string, item: string): number | undefined {
  return state.byUser.get(user)?.get(item);
}

/** Adds or replaces the row of a pair. */
export function setInteraction(state: MemoryState, row: StoredInteraction): void {
  state.interactions.set(row.id, row);
  entry(state.byUser, row.user).set(row.item, row.id);
  entry(state.byItem, row.item).set(row.user, row.id);
}

/** Deletes a row; false when it is not there. */
export function dropInteraction(state: MemoryState, id: number | undefined): boolean {
  const row = id === undefined ? undefined : state.interactions.get(id);
  if (!row) return false;
  state.interactions.delete(row.id);
  drop(state.byUser, row.user, row.item);
  drop(state.byItem, row.item, row.user);
  return true;
}

/** The first or last keys of a map, in its order. */
export function keysAtEnd<K>(map: Map<K, unknown>, what: { first: number } | { last: number }): K[] {
  const keys = [...map.keys()];
  return 'first' in what ? keys.slice(0, what.first) : keys.slice(Math.max(0, keys.length - what.last));
}

function entry(index: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let inner = index.get(key);
  if (!inner) index.set(key, (inner = new Map()));
  return inner;
}

function drop(index: Map<string, Map<string, number>>, key: string, inner: string): void {
  const map = index.get(key);
  map?.delete(inner);
  if (map?.size === 0) index.delete(key);
}
