import { createReadStream, createWriteStream, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import type { DataStore } from 'attune';
import { ShopError } from './errors.ts';
import { problemOf, type Table, tables } from './imported-rows.ts';
import { nextTurn, rowsPerTurn } from './turns.ts';

/** Rows that were taken in, by table, and those that were left out; lines count from 1. */
export interface ImportCounts extends Record<Table, number> {
  rejected: { line: number; reason: string }[];
}

/**
 * Everything that is not computed, as JSON lines `{ table, row }`: what an import and a backup are made of. Many lines come as one text, since
 * whatever compresses or sends them works on each for as long as on a hundred.
 */
export async function* exportLines(data: DataStore, wanted: readonly Table[] = tables): AsyncGenerator<string> {
  let n = 0;
  let lines = '';
  for (const table of tables) {
    if (!wanted.includes(table)) continue;
    for await (const row of data[table].all()) {
      lines += `${JSON.stringify({ table, row })}\n`;
      if (++n % rowsPerTurn > 0) continue;
      await nextTurn();
      yield lines;
      lines = '';
    }
  }
  if (lines) yield lines;
}

/** Rows that are stored before others have a turn: at most some ten milliseconds, and enough that the sync after each group counts little. */
const rowsPerGroup: Record<Table, number> = { products: rowsPerTurn, interactions: 500, events: 500 };

/**
 * Takes in what {@link exportLines} wrote. What is there already is replaced, so that an import that was interrupted can be repeated, and a row that
 * breaks a rule is left out and named.
 *
 * @param onProducts gets the ids of products that came or are different now
 */
export async function importLines(
  data: DataStore,
  lines: AsyncIterable<string> | Iterable<string>,
  onProducts: (ids: string[]) => Promise<void> = async () => {},
): Promise<ImportCounts> {
  const counts: ImportCounts = { products: 0, interactions: 0, events: 0, rejected: [] };
  let waiting: { line: number; row: Record<string, unknown> }[] = [];
  let table: Table = 'products';
  let number = 0;
  const store = async () => {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    await nextTurn();
    const rows = group.map(({ row: { id, ...row } }) => row);
    if (table === 'events') {
      await data.events.appendMany(rows as never);
      counts.events += rows.length;
      return;
    }
    const { inserted, updated, rejected, changed } =
      table === 'products' ? await putProducts(data, rows) : { ...(await data.interactions.putMany(rows as never)), changed: [] };
    counts[table] += inserted + updated;
    for (const { row, reason } of rejected) counts.rejected.push({ line: group[row].line, reason });
    if (changed.length > 0) await onProducts(changed);
  };
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const entry = readLine(line, number);
    if (entry.table !== table || waiting.length === rowsPerGroup[table]) await store();
    table = entry.table;
    const reason = problemOf(table, entry.row);
    if (reason === undefined) waiting.push({ line: number, row: entry.row });
    else counts.rejected.push({ line: number, reason });
  }
  await store();
  counts.rejected.sort((a, b) => a.line - b.line);
  return counts;
}

/** Stores products. @returns what the store says of them, and the ids of those that came or are different now */
async function putProducts({ products }: DataStore, rows: readonly Record<string, unknown>[]) {
  const ids = rows.map(({ item }) => String(item));
  const before = await products.getMany(ids);
  const put = await products.putMany(rows as never);
  const after = await products.getMany(ids);
  return { ...put, changed: ids.filter((_, k) => !isDeepStrictEqual(before[k], after[k])) };
}

function readLine(line: string, number: number): { table: Table; row: Record<string, unknown> } {
  try {
    const { table, row } = JSON.parse(line);
    if ((tables as readonly string[]).includes(table) && row !== null && typeof row === 'object' && !Array.isArray(row))
      return { table, row };
  } catch {
    // said below
  }
  throw new ShopError('ERR_VALIDATION', `Line ${number}: expected { "table": one of ${tables.join(', ')}, "row": an object }.`);
}

/** Copies in a folder, each whole or not there at all. */
export class Backups {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Newest first. */
  list() {
    mkdirSync(this.#folder, { recursive: true });
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.jsonl.gz'));
    return names
      .sort()
      .reverse()
      .map((name) => ({ name, size_bytes: statSync(join(this.#folder, name)).size }));
  }

  async make(data: DataStore): Promise<{ name: string; size_bytes: number }> {
    mkdirSync(this.#folder, { recursive: true });
    const name = `shop-${new Date().toISOString().replaceAll(':', '-')}.jsonl.gz`;
    const file = join(this.#folder, name);
    try {
      await pipeline(Readable.from(exportLines(data)), createGzip(), createWriteStream(`${file}.part`, { flags: 'wx' }));
      renameSync(`${file}.part`, file);
    } finally {
      rmSync(`${file}.part`, { force: true });
    }
    return { name, size_bytes: statSync(file).size };
  }

  /** The lines of a copy. @param withEvents false leaves events out, which would otherwise be there twice */
  read(name: string, withEvents: boolean): AsyncIterable<string> {
    if (!this.list().some((it) => it.name === name)) throw new ShopError('ERR_NOT_FOUND', `There is no backup '${name.slice(0, 100)}'.`);
    const lines = createInterface({
      input: createReadStream(join(this.#folder, name)).pipe(createGunzip()),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    return withEvents ? lines : withoutEvents(lines);
  }
}

async function* withoutEvents(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) if (!line.startsWith('{"table":"events"')) yield line;
}
