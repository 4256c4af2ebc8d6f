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

/** Writes the index of users and that of pairs. Yields once, the pages that it took and did not use. */
export async function* userIndexes({ path, pages, user, item, rows, roots, ...ids }: UserIndexes): AsyncGenerator<number[]> {
  const users = ids.userOrder ?? ranked(ids.users);
  const items = ranked(ids.items);
  const userRanks = rows.map((row) => users.rank[user[row]]);
  const itemRanks = rows.map((row) => items.rank[item[row]]);
  const places = counting(rows.length);
  const byUser = sortedBy(places, userRanks, users.rank.length);
  const byPair = sortedBy(sortedBy(places, itemRanks, items.rank.length), userRanks, users.rank.length);
  const file = new PageFile(path, pages);
  writeTree(
    file,
    roots.user,
    indexEntries(byUser, (record, place) => record.textAt(users.sorted, userRanks[place])),
  );
  writeTree(
    file,
    roots.pair,
    indexEntries(byPair, (record, place) => {
      record.textAt(users.sorted, userRanks[place]);
      record.textAt(items.sorted, itemRanks[place]);
    }),
  );
  yield file.end();
}
