import { received } from '../etl/threads.ts';
import { writeTree } from './btree.ts';
import { indexEntries } from './index-entries.ts';
import { counting, ranked, sortedBy, type Texts } from './orders.ts';
import { PageFile } from './page-file.ts';
import type { Roots } from './rating-table.ts';

/** What the indexes of users, and of pairs of user and product, are made from. */
export interface UserIndexes {
  path: string;
  users: Texts;
  items: Texts;
  user: Int32Array;
  item: Int32Array;
  rows: Int32Array;
  roots: Roots;
}

/** Indexes that are under construction. */
interface Running {
  /** Says that the file is closed: from now on pages are appended to it. */
  start(): void;
  written: Promise<unknown>;
  /** Gives up what was not started. */
  end(): void;
}

/** Puts all in order, and returns what writes it. */
export function prepareUserIndexes({ path, user, item, rows, roots, ...texts }: UserIndexes): () => void {
  const users = ranked(texts.users);
  const items = ranked(texts.items);
  const userRanks = rows.map((row) => users.rank[user[row]]);
  const itemRanks = rows.map((row) => items.rank[item[row]]);
  const byItem = sortedBy(counting(rows.length), itemRanks, items.rank.length);
  const byPair = sortedBy(byItem, userRanks, users.rank.length);
  return () => {
    const file = new PageFile(path);
    writeTree(
      file,
      roots.pair,
      indexEntries(byPair, (record, place) => {
        record.textAt(users.sorted, userRanks[place]);
        record.textAt(items.sorted, itemRanks[place]);
      }),
    );
    const byUser = sortedBy(counting(rows.length), userRanks, users.rank.length);
    writeTree(
      file,
      roots.user,
      indexEntries(byUser, (record, place) => record.textAt(users.sorted, userRanks[place])),
    );
    file.close();
  };
}

/** In this thread, when they are to start. */
export function userIndexesHere(task: UserIndexes): Running {
  return { start: () => prepareUserIndexes(task)(), written: Promise.resolve(), end: () => {} };
}

/** In a thread, which puts all in order at once and then waits for its start. The columns should be shared, or they are copied. */
export function userIndexesInThread(task: UserIndexes): Running {
  const started = new Int32Array(new SharedArrayBuffer(4));
  const thread = received<never>(new URL('./user-indexes-thread.ts', import.meta.url), { ...task, started } satisfies ThreadTask);
  const written = thread.next();
  written.catch(() => {}); // whoever waits for it is told
  const say = (what: number) => {
    Atomics.compareExchange(started, 0, 0, what);
    Atomics.notify(started, 0);
  };
  return { start: () => say(1), written, end: () => say(2) };
}

/** What the thread is given. */
export interface ThreadTask extends UserIndexes {
  /** 0 until the file is closed, 1 from then on; 2 when nothing is to be written after all. */
  started: Int32Array;
}
