import { join } from 'node:path';
import { csrFromCoordinates } from '../../../data/csr.ts';
import { type DuplicatePolicy, mergeDuplicates } from '../../../data/duplicates.ts';
import { IdMap } from '../../../data/id-map.ts';
import { AttuneError } from '../../../errors.ts';
import { grown } from '../../../numeric/grown.ts';
import { EntryWriter, forEachChunk, orderedEntries, type Put, type Scratch, type SortedEntries, sortEntries } from './entry-file.ts';

/** Interactions on disk: what each user did, items ascending, pairs merged. */
export interface InteractionsByUser {
  users: IdMap;
  items: IdMap;
  /** By user: items and values. */
  entries: SortedEntries;
  /** How many users each item has. */
  itemCounts: Int32Array;
}

/** Takes rows one after the other and keeps them on disk. */
export class RowSpool {
  readonly users = new IdMap();
  readonly items = new IdMap();
  readonly #user = new NumberedIds(this.users);
  readonly #item = new NumberedIds(this.items);
  readonly #rows: EntryWriter;
  #counts = new Int32Array(1024);

  constructor(scratch: Scratch) {
    this.#rows = new EntryWriter(join(scratch.folder, 'rows'), 2 ** 16);
  }

  /** Number of rows. */
  get size(): number {
    return this.#rows.size;
  }

  push(user: string, item: string, value: number): void {
    const u = this.#user.add(user);
    this.#counts = grown(this.#counts, u + 1);
    this.#counts[u]++;
    this.#rows.put(u, this.#item.add(item), value);
  }

  /** The rows by user. */
  async byUser(scratch: Scratch, duplicates: DuplicatePolicy): Promise<InteractionsByUser> {
    const { users, items } = this;
    const counts = this.#counts.slice(0, users.size);
    const raw = await sortEntries(counts, 'rows-by-user', scratch, async (put) => this.#rows.forEach(put));
    const itemCounts = new Int32Array(items.size);
    const entries = orderedEntries(users.size, 'by-user', scratch, (put) => {
      forEachChunk(raw, (user, end, others, values) => {
        const u = new Int32Array(others.length);
        for (let k = user; k < end; k++) u.fill(k, raw.offsets[k] - raw.offsets[user], raw.offsets[k + 1] - raw.offsets[user]);
        putMerged(
          mergedRows({ users, items, u, i: others, v: values, t: undefined }, duplicates),
          user,
          end,
          items.size,
          (key, item, value) => {
            itemCounts[item]++;
            put(key, item, value);
          },
        );
      });
    });
    raw.remove();
    return { users, items, entries, itemCounts };
  }

  /** Removes the file. */
  remove(): void {
    this.#rows.remove();
  }
}

/** Numbers below this have a place of their own; 16 MB while rows are read. */
const mostNumbers = 2 ** 22;

/**
 * Adds ids to a map, of which most are whole numbers in most files: those are looked up in a table by their number. Of a million ids a hash
 * table would fetch four places that no cache holds for every row.
 */
class NumberedIds {
  readonly #ids: IdMap;
  /** Index + 1 of the id with a number. */
  #known = new Int32Array(1024);

  constructor(ids: IdMap) {
    this.#ids = ids;
  }

  add(id: string): number {
    const number = numberOf(id);
    if (number < 0) return this.#ids.add(id);
    if (number >= this.#known.length) this.#known = grown(this.#known, number + 1);
    if (this.#known[number] === 0) this.#known[number] = this.#ids.add(id) + 1;
    return this.#known[number] - 1;
  }
}

/** The number that an id is the digits of, below `mostNumbers` and written as numbers are; else -1. */
function numberOf(id: string): number {
  if (id.length === 0 || id.length > 7 || (id.length > 1 && id.charCodeAt(0) === 48)) return -1;
  let number = 0;
  for (let k = 0; k < id.length; k++) {
    const digit = id.charCodeAt(k) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number < mostNumbers ? number : -1;
}

function mergedRows(columns: Parameters<typeof mergeDuplicates>[0], duplicates: DuplicatePolicy) {
  try {
    return mergeDuplicates(columns, duplicates);
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    throw new AttuneError(error.code, error.message.replace(/^Row \d+: /, 'A row: '), { cause: error }); // its number is lost here
  }
}

function putMerged(
  { u, i, v }: { u: Int32Array; i: Int32Array; v: Float32Array },
  from: number,
  end: number,
  items: number,
  put: Put,
): void {
  const local = u.map((user) => user - from);
  const { offsets, indices, values } = csrFromCoordinates(end - from, items, local, i, v);
  for (let row = 0; row < end - from; row++) for (let e = offsets[row]; e < offsets[row + 1]; e++) put(from + row, indices[e], values[e]);
}
