import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readParquet } from 'attune/node';

/** Names of the Parquet files that the ETL writes. */
export const tables = ['interactions', 'user_map', 'item_map', 'popular_items'] as const;

/** How a table of one folder compares with that of another. */
export interface TableComparison {
  table: (typeof tables)[number];
  /** Rows of the first. */
  rows: number;
  /** The first difference, in words; undefined when all rows are the same, in the same order. */
  difference: string | undefined;
}

/** Compares the tables of two folders row by row. A table is a Parquet file, or a folder of files in the order of their names, as Spark writes it. */
export function compareTables(ours: string, theirs: string): Promise<TableComparison[]> {
  return Promise.all(tables.map((table) => compare(table, join(ours, `${table}.parquet`), join(theirs, `${table}.parquet`))));
}

async function compare(table: TableComparison['table'], ours: string, theirs: string): Promise<TableComparison> {
  const [mine, other] = [rowsOf(ours)[Symbol.asyncIterator](), rowsOf(theirs)[Symbol.asyncIterator]()];
  for (let rows = 0; ; rows++) {
    const [a, b] = await Promise.all([mine.next(), other.next()]);
    if (a.done && b.done) return { table, rows, difference: undefined };
    if (a.done || b.done || !isDeepStrictEqual({ ...a.value }, { ...b.value })) {
      const shown = (row: IteratorResult<object>) => (row.done ? 'nothing' : JSON.stringify(row.value));
      return { table, rows, difference: `row ${rows} is ${shown(a)} in ${ours} and ${shown(b)} in ${theirs}` };
    }
  }
}

/** The rows of a table. */
export async function* rowsOf(path: string): AsyncGenerator<Record<string, unknown>> {
  if (!existsSync(path)) return;
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.parquet'))
        .sort()
    : [''];
  for (const file of files) yield* readParquet(join(path, file));
}
