import Database from 'libsql';
import type { RatingColumns } from '../etl/ratings.ts';
import { received } from '../etl/threads.ts';
import { type Entries, writeTree } from './btree.ts';
import { indexEntries } from './index-entries.ts';
import { counting, ranked, sortedBy, startOf } from './orders.ts';
import { PageFile } from './page-file.ts';
import { RecordWriter } from './records.ts';
import { userIndexes } from './user-indexes.ts';

const table = 'user_item_rating';
const columns = ['id', 'user_id', 'parent_asin', 'rating', 'timestamp', 'verified_purchase', 'helpful_vote'];

/**
 * Fills the empty table of ratings of a closed database file with rows in the given order, and its indexes, page by page. Two million
 * rows take a tenth of the time of inserts: ids are sorted once and not in each index, and every page is written once.
 *
 * The indexes of users and pairs take as long as the rest, so a thread of its own writes them for large tables, into the same file.
 * @param beside work that needs nothing of the table, to be done meanwhile
 */
export async function writeRatingTable(path: string, ratings: RatingColumns, rows: Int32Array, beside = () => {}): Promise<void> {
  const roots = prepare(path, rows.length);
  const file = new PageFile(path);
  const task = {
    path,
    pages: file.counter,
    users: ratings.users,
    userOrder: ratings.userOrder,
    items: ratings.items,
    user: ratings.user,
    item: ratings.item,
    rows,
    roots,
  };
  const inThread = rows.length >= worthThread;
  const others = inThread ? received<number[]>(new URL('./user-indexes-thread.ts', import.meta.url), task) : userIndexes(task);
  try {
    const written = others.next();
    written.catch(() => {}); // it is awaited below
    writeRows(file, ratings, rows, roots);
    beside();
    file.close((await written).value);
  } finally {
    await others.return(undefined);
  }
}

/** Smaller tables are written faster than a thread starts. */
const worthThread = 50_000;

/** The table, and the indexes of small columns. */
function writeRows(file: PageFile, ratings: RatingColumns, rows: Int32Array, roots: Roots): void {
  const { item, value } = ratings;
  writeTree(file, roots.table, tableEntries(ratings, rows));
  const items = ranked(ratings.items);
  const itemRanks = rows.map((row) => items.rank[item[row]]);
  const places = counting(rows.length);
  const byItem = sortedBy(places, itemRanks, ratings.items.ends.length);
  writeTree(
    file,
    roots.item,
    indexEntries(byItem, (record, place) => record.textAt(items.sorted, itemRanks[place])),
  );
  const values = Float64Array.from(distinct(rows, value)).sort();
  const rankOfValue = new Map(Array.from(values, (it, k) => [it, k]));
  const valueRanks = rows.map((row) => rankOfValue.get(value[row]) as number);
  const byValue = sortedBy(places, valueRanks, values.length);
  writeTree(
    file,
    roots.value,
    indexEntries(byValue, (record, place) => record.real(values[valueRanks[place]])),
  );
}

/** Where the tree of the table and those of its indexes begin. */
export interface Roots {
  table: number;
  item: number;
  value: number;
  user: number;
  pair: number;
}

/** The rows themselves, in the order of their numbers. */
function tableEntries(ratings: RatingColumns, rows: Int32Array): Entries {
  const { users, items, user, item, value, time, verified, helpful } = ratings;
  const record = new RecordWriter();
  return {
    kind: 'table',
    record,
    count: rows.length,
    key: (k) => k + 1,
    cell(k) {
      const row = rows[k];
      record.null(); // the id is the number of the row
      record.text(users.bytes, startOf(users.ends, user[row]), users.ends[user[row]]);
      record.text(items.bytes, startOf(items.ends, item[row]), items.ends[item[row]]);
      record.real(value[row]);
      if (Number.isNaN(time[row])) record.null();
      else record.integer(time[row]);
      if (verified[row] < 0) record.null();
      else record.integer(verified[row]);
      if (helpful[row] < 0) record.null();
      else record.integer(helpful[row]);
      return record.finish(k + 1);
    },
  };
}

function distinct(rows: Int32Array, value: Float64Array): Set<number> {
  const found = new Set<number>();
  for (const row of rows) found.add(value[row]);
  return found;
}

/** Makes sure that the table is the one this file knows. */
function prepare(path: string, count: number): Roots {
  const database = new Database(path);
  try {
    database.exec('PRAGMA journal_mode = DELETE');
    const found = (database.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map(({ name }) => name);
    const { n } = database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
    if (found.join() !== columns.join() || n > 0)
      throw new Error(`Expected an empty table ${table} (${columns.join(', ')}), got ${n} rows of (${found.join(', ')}).`);
    const roots = rootsOf(database);
    database.exec(`DELETE FROM sqlite_sequence WHERE name = '${table}'`);
    database.exec(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${table}', ${count})`); // AUTOINCREMENT goes on from there
    return roots;
  } finally {
    database.close();
  }
}

/** The root page of the table and of each index. */
function rootsOf(database: Database.Database): Roots {
  const pages = new Map<string, number>();
  const trees = database.prepare('SELECT type, name, rootpage FROM sqlite_master WHERE tbl_name = ?').all(table);
  for (const { type, name, rootpage } of trees as { type: string; name: string; rootpage: number }[]) {
    const columns = type === 'table' ? [] : (database.prepare(`PRAGMA index_info(${JSON.stringify(name)})`).all() as { name: string }[]);
    pages.set(columns.map((it) => it.name).join(), rootpage);
  }
  const take = (columns: string) => {
    const page = pages.get(columns);
    if (page === undefined) throw new Error(`Expected a table ${table}${columns ? ` with an index of ${columns}` : ''}.`);
    pages.delete(columns);
    return page;
  };
  const roots = {
    table: take(''),
    item: take('parent_asin'),
    value: take('rating'),
    user: take('user_id'),
    pair: take('user_id,parent_asin'),
  };
  if (pages.size > 0) throw new Error(`There are indexes of ${table} that a bulk load does not know: ${[...pages.keys()].join('; ')}.`);
  return roots;
}
