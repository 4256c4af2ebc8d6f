import type { ProductStore } from '../../contracts/data-store.ts';
import { readPut } from '../shared/checks.ts';
import { readAll } from '../shared/put.ts';
import { readKey } from '../shared/rows.ts';
import type { ProductsTable } from '../shared/tables.ts';
import type { SqlConnection, SqlValue, Use } from '../sql/connection.ts';
import type { ReadRow } from '../sql/rows.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { arrayText, worthCopy } from './given.ts';
import { putInRounds } from './rounds.ts';
import { type UpsertTable, upsertOf } from './upsert.ts';

/** `putMany` of products, by statements over many rows at once. */
export function productWriter(table: ProductsTable, use: Use): Pick<ProductStore, 'putMany'> {
  const { columns } = table;
  const target: UpsertTable = { name: table.name, columns: [table.id, ...columns.names], types: ['TEXT', ...columns.types], keys: 1 };
  const upsert = upsertOf(target);
  const [name, id] = [table.name, table.id].map(dialect.quote);
  const known = `select 1 as one from unnest($1::text::text[]) as g(item) join ${name} as t on t.${id} = g.item limit 1`;
  const read = (row: Record<string, unknown>): SqlValue[] => ([readKey(row.item, 'item')] as SqlValue[]).concat(columns.encode(row));

  /** Many rows of which the table has none, as in a load. @returns whether they are stored */
  const copyNew = async (connection: SqlConnection, rows: readonly ReadRow[]): Promise<boolean> => {
    if (!worthCopy(connection, rows)) return false;
    if (await connection.one(known, arrayText(rows.map(({ values }) => values[0])))) return false;
    return upsert.copyAll(connection, rows);
  };
  return {
    async putMany(rows, options) {
      const o = readPut(options);
      return putInRounds(use, await readAll(rows, o, read), o, () => ({
        keyOf: ([item]) => item as string,
        async store(connection, part, result) {
          const inserted = (await copyNew(connection, part)) ? part.length : (await upsert.run(connection, part)).inserted;
          result.inserted += inserted;
          result.updated += part.length - inserted;
        },
      }));
    },
  };
}
