import type { ProductRow, ProductStore } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import type { Mutex } from '../../work/mutex.ts';
import { firstOrLast, readPut } from '../shared/checks.ts';
import type { ColumnCodec } from '../shared/columns.ts';
import { readAll } from '../shared/put.ts';
import { copied, lookupKey, readKey } from '../shared/rows.ts';
import { kept, paged, putAll, streamed } from './lists.ts';
import { dropInteraction, keysAtEnd, type MemoryState, type PlacedProduct } from './state.ts';

/** Products of a memory store. */
export function memoryProducts(state: () => MemoryState, mutex: Mutex, columns: ColumnCodec): ProductStore {
  const get = (id: unknown) => rowOf(state().products.get(lookupKey(id, 'products: id') ?? ''));
  return {
    async putMany(rows, options) {
      const read = await readAll(rows, readPut(options), (row) => readProduct(row, columns));
      return mutex.run(() => putAll(read, (row) => putProduct(state(), row)));
    },
    get: (id) => mutex.run(() => get(id)),
    async getMany(ids) {
      const wanted = [...checkIterable('products.getMany', 'ids', ids)];
      return mutex.run(() => wanted.map(get));
    },
    all: () =>
      streamed(
        mutex,
        () => ({ map: state().products, last: state().last.place }),
        (product) => product.place,
        rowOf,
      ),
    page: (options) =>
      mutex.run(() =>
        paged(
          state().products.values(),
          options,
          (product) => product.place,
          (product) => copied(product.row),
        ),
      ),
    count: () => mutex.run(() => state().products.size),
    async delete(what) {
      const end = firstOrLast(what);
      const ids = end
        ? []
        : Array.from(
            checkIterable('products.delete', 'ids', what as Iterable<unknown>),
            (id) => lookupKey(id, 'products.delete: id') ?? '',
          );
      return mutex.run(() => {
        let gone = 0;
        for (const id of end ? keysAtEnd(state().products, end) : ids) if (dropProduct(state(), id)) gone++;
        return gone;
      });
    },
  };
}

/** Adds a product, or replaces it where it stands. */
export function putProduct(state: MemoryState, row: ProductRow): 'inserted' | 'updated' {
  const known = state.products.get(row.item);
  state.products.set(row.item, { place: known?.place ?? ++state.last.place, row });
  return known ? 'updated' : 'inserted';
}

function dropProduct(state: MemoryState, id: string): boolean {
  for (const interaction of state.byItem.get(id)?.values() ?? []) dropInteraction(state, interaction);
  return state.products.delete(id);
}

function readProduct(row: Record<string, unknown>, columns: ColumnCodec): ProductRow {
  const product: ProductRow = { item: readKey(row.item, 'item') };
  return kept(row, product, columns);
}

function rowOf(product: PlacedProduct | undefined): ProductRow | undefined {
  return product && copied(product.row);
}
