import type { PutOptions, PutResult, RowSource } from '../../contracts/data-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { takeUntilAborted } from '../../work/until-aborted.ts';
import { isStream } from './checks.ts';
import { readRow } from './rows.ts';

/** Rows between two checks of the signal, progress reports and yields to the event loop. */
export const stride = 16_384;

/**
 * Reads and checks all rows before any is stored. So a source that fails, or an abort, changes nothing; a slow one does not hold
 * the connection; and one that reads from the same store does not deadlock. A row that breaks a rule becomes its error.
 */
export async function readAll<Row>(
  rows: RowSource<unknown>,
  { signal, onProgress }: PutOptions,
  read: (row: Record<string, unknown>) => Row,
): Promise<(Row | AttuneError)[]> {
  signal?.throwIfAborted();
  const result: (Row | AttuneError)[] = [];
  const take = (row: unknown) => {
    try {
      result.push(read(readRow(row)));
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      result.push(error);
    }
    if (result.length % stride > 0) return;
    signal?.throwIfAborted();
    onProgress?.({ phase: 'reading', done: result.length });
  };
  if (isStream(rows)) await takeUntilAborted(rows, signal, take);
  else for (const row of rows) take(row);
  signal?.throwIfAborted();
  onProgress?.({ phase: 'reading', done: result.length, total: result.length });
  return result;
}

/** The outcome of storing a row, or why it was left out. */
export type Stored = 'inserted' | 'updated' | AttuneError;

/** An empty result to count in. */
export function emptyResult(): PutResult {
  return { inserted: 0, updated: 0, rejected: [] };
}

/** Counts the outcome of a row. */
export function count(result: PutResult, row: number, stored: Stored): void {
  if (typeof stored === 'string') result[stored]++;
  else reject(result, row, stored);
}

/** Notes that a row is left out, and why. */
export function reject(result: PutResult, row: number, { message, code }: AttuneError): void {
  result.rejected.push({ row, reason: message, code });
}

/** Why an interaction with an unknown product is left out. */
export function unknownProduct(item: string): AttuneError {
  return new AttuneError('ERR_UNKNOWN_ITEM', `Expected a product the store knows, got ${shown(item)}.`);
}

/** Why an interaction is left out under `onConflict: 'newest'`. */
export function olderThanStored(): AttuneError {
  return new AttuneError('ERR_DUPLICATE', 'Older than the stored row of the same user and item.');
}
