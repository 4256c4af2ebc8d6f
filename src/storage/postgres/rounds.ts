import type { PutOptions, PutResult } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { emptyResult, reject, stride } from '../shared/put.ts';
import type { SqlConnection, SqlValue, Use } from '../sql/connection.ts';
import type { ReadRow } from '../sql/rows.ts';
import { mostInArrays } from './given.ts';

/** How rows of one kind are stored. */
export interface RoundWriter {
  /** The key of a row. */
  keyOf(values: readonly SqlValue[]): string;
  /** Stores rows with distinct keys, and counts the outcomes. */
  store(connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<void>;
  /** Before the first row and after the first round, in their transaction. */
  before?(connection: SqlConnection, rows: number): Promise<void>;
  after?(connection: SqlConnection): Promise<void>;
}

/**
 * Stores rows in one transaction, with statements over many rows at once. In a round every key occurs once, so that such a statement
 * means the same as its rows one by one: first the first row of each key, in their order, then the second rows, and so on.
 */
export async function putInRounds(
  use: Use,
  rows: readonly (SqlValue[] | AttuneError)[],
  { signal, onProgress }: PutOptions,
  writerOf: () => RoundWriter,
): Promise<PutResult> {
  return use((connection) =>
    connection.atomic(async () => {
      const writer = writerOf();
      const result = emptyResult();
      const rounds = roundsOf(rows, writer, result);
      const size = connection.canCopy ? 2 * stride : mostInArrays;
      let done = result.rejected.length;
      await writer.before?.(connection, rounds[0]?.length ?? 0);
      for (const [k, round] of rounds.entries()) {
        for (let from = 0; from < round.length; from += size) {
          const part = round.slice(from, from + size);
          await writer.store(connection, part, result);
          signal?.throwIfAborted();
          done += part.length;
          onProgress?.({ phase: 'storing', done, total: rows.length });
        }
        if (k === 0) await writer.after?.(connection);
      }
      result.rejected.sort((a, b) => a.row - b.row);
      return result;
    }),
  );
}

function roundsOf(rows: readonly (SqlValue[] | AttuneError)[], writer: RoundWriter, result: PutResult): ReadRow[][] {
  const rounds: ReadRow[][] = [[]];
  const first = new Set<string>();
  const further = new Map<string, number>();
  rows.forEach((values, row) => {
    if (values instanceof AttuneError) {
      reject(result, row, values);
      return;
    }
    const key = writer.keyOf(values);
    if (!first.has(key)) {
      first.add(key);
      rounds[0].push({ row, values });
      return;
    }
    const round = (further.get(key) ?? 0) + 1;
    further.set(key, round);
    if (rounds.length === round) rounds.push([]);
    rounds[round].push({ row, values });
  });
  return rounds;
}
