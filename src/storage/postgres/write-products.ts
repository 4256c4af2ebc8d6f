import type { ProductStore } from '../../contracts/data-store.ts';
import { readPut } from '../shared/checks.ts';
import { readAll } from '../shared/put.ts';
import { readKey } from '../shared/rows.ts';
import type { ProductsTable } from '../shared/tables.ts';
import type { SqlValue, Use } from '../sql/connection.ts';
import { withGiven } from './given.ts';
import { putInRounds } from './rounds.ts';
import { givenTypes, type UpsertTable, upsertOf } from './upsert.ts';

/** `putMany` of products, by statements over many rows at once. */
export function productWriter(table: ProductsTable, use: Use): Pick<ProductStore, 'putMany'> {
  const { columns } = table;
  const target: UpsertTable = { name: table.name, columns: [table.id, ...columns.names], types: ['TEXT', ...columns.types], keys: 1 };
  const types = givenTypes(target);
  const upsert = upsertOf(target);
  const read = (row: Record<string, unknown>): SqlValue[] => [readKey(row.item, 'item'), ...columns.encode(row)];
  return {
    async putMany(rows, options) {
      const o = readPut(options);
      return putInRounds(use, await readAll(rows, o, read), o, () => ({
        keyOf: ([item]) => item as string,
        store: (connection, part, result) =>
          withGiven(connection, types, part, async (given) => {
            const { inserted } = await upsert.run(connection, given, part.length);
            result.inserted += inserted;
            result.updated += part.length - inserted;
          }),
      }));
    },
  };
}
