import { writeTree } from './btree.ts';
import { indexEntries } from './index-entries.ts';
import { counting, type Ranked, ranked, sortedBy, type Texts } from './orders.ts';
import { PageFile } from './page-file.ts';
import type { Roots } from './rating-table.ts';

/** What the indexes of users, and of pairs of user and product, are made from. Columns and texts should be shared, or a thread gets copies. */
export interface UserIndexes {
  path: string;
  /** Counts the pages of the file; see {@link PageFile}. */
  pages: Int32Array;
  users: Texts;
  /** The users in order, where that is known. */
  userOrder?: Ranked;
  items: Texts;
  user: Int32Array;
  item: Int32Array;
  rows: Int32Array;
  roots: Roots;
}

/** The users in order. */
export interface UserOrder {
  sorted: Texts;
  /** Of the user of each row. */
  ranks: Int32Array;
}

/** First the order of users, from which others may write the index of users; then the pages that are left when the index of pairs is written. */
export type UserIndexMessage = { order: UserOrder; unused?: undefined } | { order?: undefined; unused: number[] };

/** Puts the users in order and writes the index of pairs. */
export async function* userIndexes({ path, pages, user, item, rows, roots, ...ids }: UserIndexes): AsyncGenerator<UserIndexMessage> {
  const users = ids.userOrder ?? ranked(ids.users);
  const ranks = new Int32Array(new SharedArrayBuffer(4 * rows.length));
  for (let k = 0; k < rows.length; k++) ranks[k] = users.rank[user[rows[k]]];
  const order = { sorted: users.sorted, ranks };
  yield { order };
  const items = ranked(ids.items);
  const itemRanks = rows.map((row) => items.rank[item[row]]);
  const byItem = sortedBy(counting(rows.length), itemRanks, items.rank.length);
  const byPair = sortedBy(byItem, ranks, users.rank.length);
  const file = new PageFile(path, pages);
  writeTree(
    file,
    roots.pair,
    indexEntries(byPair, (record, place) => {
      record.textAt(order.sorted, ranks[place]);
      record.textAt(items.sorted, itemRanks[place]);
    }),
  );
  yield { unused: file.end() };
}

export function writeUsers(file: PageFile, root: number, { sorted, ranks }: UserOrder): void {
  const byUser = sortedBy(counting(ranks.length), ranks, sorted.ends.length);
  writeTree(
    file,
    root,
    indexEntries(byUser, (record, place) => record.textAt(sorted, ranks[place])),
  );
}
