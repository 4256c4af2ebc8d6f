import { AttuneError } from 'attune';
import { readCsv } from 'attune/node';
import { ShopError } from './errors.ts';
import { nextTurn, rowsPerTurn } from './turns.ts';

/** A row of a request that was left out, and why; rows count from 0. */
export interface RejectedRow {
  row: number;
  reason: string;
}

export interface InsertResult {
  inserted: number;
  updated: number;
  rejected: RejectedRow[];
}

/** A row with its number in the request, or why there is none. */
export interface GivenRow {
  row: number;
  value?: unknown;
  problem?: string;
}

export const fromJson = (rows: readonly unknown[]): GivenRow[] => rows.map((value, row) => ({ row, value }));

/** Rows of a CSV text whose first line names the columns. A line that cannot be read is a row too. */
export async function fromCsv(text: string): Promise<GivenRow[]> {
  if (text.trim() === '') return [];
  const rows: GivenRow[] = [];
  const reader = readCsv<Record<string, string>>(linesOf(text), {
    onBadLine: 'skip',
    onSkip: ({ reason }) => rows.push({ row: rows.length, problem: reason }),
  });
  try {
    for await (const batch of reader.batches()) for (const value of batch) rows.push({ row: rows.length, value });
  } catch (error) {
    // The first line names no columns, or one twice.
    if (error instanceof AttuneError) throw new ShopError('ERR_VALIDATION', `csv_data: ${error.message}`);
    throw error;
  }
  return rows;
}

/** One by one, so that lines that cannot be read come among the others: blank lines and quoted ones make their numbers others than those of rows. */
async function* linesOf(text: string) {
  let n = 0;
  for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    if (++n % rowsPerTurn === 0) await nextTurn();
    yield line;
  }
}

/** Reads and stores rows a few at a time, so that shoppers are answered meanwhile. */
export async function storeRows<T>(
  given: readonly GivenRow[],
  read: (row: Record<string, unknown>) => T | string,
  store: (values: T[]) => Promise<Stored>,
): Promise<InsertResult> {
  const total: InsertResult = { inserted: 0, updated: 0, rejected: [] };
  for (let from = 0; from < given.length; from += rowsPerTurn) {
    const { rows, rejected } = readRows(given.slice(from, from + rowsPerTurn), read);
    const stored = await store(rows.map(({ value }) => value));
    total.inserted += stored.inserted;
    total.updated += stored.updated;
    const refused = stored.rejected.map(({ row, reason }) => ({ row: rows[row].row, reason }));
    total.rejected.push(...[...rejected, ...refused].sort((a, b) => a.row - b.row));
    await nextTurn();
  }
  return total;
}

/** What a store says of rows, which it numbers itself. */
interface Stored {
  inserted: number;
  updated: number;
  rejected: readonly { row: number; reason: string }[];
}

/** Reads rows one by one; those that break a rule are put aside with it. */
function readRows<T>(given: readonly GivenRow[], read: (row: Record<string, unknown>) => T | string) {
  const rejected: RejectedRow[] = [];
  const rows: { row: number; value: T }[] = [];
  for (const { row, value, problem } of given) {
    const result =
      problem ??
      (value !== null && typeof value === 'object' && !Array.isArray(value)
        ? read(value as Record<string, unknown>)
        : 'a row must be an object');
    if (typeof result === 'string') rejected.push({ row, reason: result });
    else rows.push({ row, value: result });
  }
  return { rows, rejected };
}
