import type { PutResult } from '../../contracts/data-store.ts';
import type { SqlConnection, SqlValue } from './connection.ts';
import type { SqlDialect } from './dialect.ts';
import { ManyRows, type ReadRow, tuples } from './rows.ts';

/** Names of a table of interactions, quoted, and the types of all columns. */
interface Names {
  name: string;
  user: string;
  item: string;
  value: string;
  timestamp: string;
  /** Further columns. */
  names: readonly string[];
  types: readonly string[];
  /** How user and item are selected. */
  pair: readonly [string, string];
}

/** Puts rows with different pairs: inserts what is new, and adds the values of the others. */
export function adding(dialect: SqlDialect, { name, user, item, value, timestamp, names, types, pair }: Names) {
  const all = [user, item, value, timestamp, ...names];
  const ignore = dialect.upsert({ key: [user, item], set: [] });
  const insert = new ManyRows(
    dialect,
    all.length,
    (size) =>
      `insert into ${name} (${all.join(', ')}) values ${tuples(all.length, size)} ${ignore} returning ${pair[0]} as "user", ${pair[1]} as "item"`,
  );
  const add = new ManyRows(dialect, all.length, (size) => {
    const first = `(${types.map((type) => dialect.typed('?', type)).join(', ')})`;
    const values = size > 1 ? `${first}, ${tuples(all.length, size - 1)}` : first;
    const later = `case when ${name}.${timestamp} is null or "new".column4 > ${name}.${timestamp} then "new".column4 else ${name}.${timestamp} end`;
    const further = names.map((column, k) => `${column} = "new".column${k + 5}`);
    const set = [`${value} = ${name}.${value} + "new".column3`, `${timestamp} = ${later}`, ...further];
    return `update ${name} set ${set.join(', ')} from (values ${values}) as "new" where ${name}.${user} = "new".column1 and ${name}.${item} = "new".column2`;
  });
  const valuesOf = (row: ReadRow) => row.values;
  return async (connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<void> => {
    const fresh = new Set<string>();
    await insert.run(rows, valuesOf, async (sql, values) => {
      for (const pair of await connection.all<{ user: string; item: string }>(sql, ...values)) fresh.add(pairKey(pair.user, pair.item));
    });
    const known = rows.filter(({ values }) => !fresh.has(pairKey(values[0], values[1])));
    await add.run(known, valuesOf, async (sql, values) => void (await connection.run(sql, ...values)));
    result.inserted += fresh.size;
    result.updated += known.length;
  };
}

/** Ids hold no NUL. */
export function pairKey(user: SqlValue, item: SqlValue): string {
  return `${user}\0${item}`;
}
