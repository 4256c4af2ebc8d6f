import type { InteractionStore, PutResult } from '../../contracts/data-store.ts';
import { readPutInteractions } from '../shared/checks.ts';
import { olderThanStored, readAll, reject, unknownProduct } from '../shared/put.ts';
import { readInteraction } from '../shared/rows.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import type { SqlConnection, SqlValue, Use } from '../sql/connection.ts';
import type { ReadRow } from '../sql/rows.ts';
import { bareTable } from './bare-table.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { arrayText } from './given.ts';
import { putInRounds, type RoundWriter } from './rounds.ts';
import { type UpsertTable, upsertOf } from './upsert.ts';

/** `putMany` of interactions, by statements over many rows at once. */
export function interactionWriter(table: InteractionsTable, products: ProductsTable, use: Use): Pick<InteractionStore, 'putMany'> {
  const { columns } = table;
  const target = (newest: boolean, sum = false): UpsertTable => ({
    name: table.name,
    columns: [table.user, table.item, table.value, table.timestamp, ...columns.names],
    types: ['TEXT', 'TEXT', 'REAL', 'time', ...columns.types],
    keys: 2,
    newest: newest ? 4 : undefined,
    sum: sum ? { add: 3, larger: 4 } : undefined,
  });
  const upserts = { replace: upsertOf(target(false)), newest: upsertOf(target(true)), sum: upsertOf(target(false, true)) };
  const read = (row: Record<string, unknown>): SqlValue[] => {
    const { user, item, value, timestamp } = readInteraction(row);
    return ([user, item, value, timestamp] as SqlValue[]).concat(columns.encode(row));
  };
  return {
    async putMany(rows, options) {
      const o = readPutInteractions(options);
      const upsert = upserts[o.onConflict];
      return putInRounds(use, await readAll(rows, o, read), o, (): RoundWriter => {
        const withProducts = productCheck(products, o.unknownProducts);
        const bare = bareTable(table.name);
        return {
          keyOf: ([user, item]) => `${user}\0${item}`,
          before: bare.begin,
          after: bare.end,
          async store(connection, part, result) {
            const storable = await withProducts(connection, part, result);
            if (storable.length === 0) return;
            if (bare.is) {
              if (!(await upsert.copyAll(connection, storable))) await upsert.insertAll(connection, storable);
              result.inserted += storable.length;
              return;
            }
            const { inserted, older } = await (o.onConflict === 'sum' ? upsert.add : upsert.run)(connection, storable);
            for (const row of older) reject(result, row, olderThanStored());
            result.inserted += inserted;
            result.updated += storable.length - inserted - older.length;
          },
        };
      });
    },
  };
}

/** Makes sure that the products of rows exist: leaves the rows out, or makes bare products. */
function productCheck({ name, id }: ProductsTable, unknown: 'reject' | 'stub') {
  const [table, key] = [name, id].map(dialect.quote);
  // By a join: in a condition, the text would be read as an array again for every row of the table.
  const find = `select g.item as "item" from unnest($1::text::text[]) as g(item) join ${table} as t on t.${key} = g.item`;
  const make = `insert into ${table} (${key}) select item from unnest($1::text::text[]) with ordinality as g(item, n) order by n on conflict do nothing`;
  const known = new Set<SqlValue>();
  return async (connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<ReadRow[]> => {
    const items = [...new Set(rows.map(({ values }) => values[1]))].filter((item) => !known.has(item));
    if (items.length === 0) return rows;
    for (const { item } of await connection.all<{ item: string }>(find, arrayText(items))) known.add(item);
    const missing = items.filter((item) => !known.has(item));
    if (missing.length === 0) return rows;
    if (unknown === 'stub') {
      await connection.run(make, arrayText(missing));
      for (const item of missing) known.add(item);
      return rows;
    }
    return rows.filter(({ row, values }) => {
      if (!known.has(values[1])) reject(result, row, unknownProduct(values[1] as string));
      return known.has(values[1]);
    });
  };
}
