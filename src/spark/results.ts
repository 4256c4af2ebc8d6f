import { Interactions } from '../data/interactions.ts';
import { AttuneError } from '../errors.ts';
import { type Batch, type Column, type Numbers, readArrow } from './arrow/read.ts';
import { query, type Relation, rowsOf } from './connect/plans.ts';
import type { ConnectSession, Execution } from './connect/session.ts';
import { names } from './prepare-sql.ts';

/** How a result is received. */
export interface Receiving {
  signal?: AbortSignal | undefined;
  /** Called with the number of rows of each batch. */
  each?: ((rows: number) => void) | undefined;
}

/** Hands on the record batches of a relation. */
export function readBatches(session: ConnectSession, relation: Relation, follow: Execution, each: (batch: Batch) => void): Promise<void> {
  return session.execute(rowsOf(relation), {
    ...follow,
    each(reply) {
      follow.each?.(reply);
      if (reply.has(2)) for (const batch of readArrow(reply.message(2).bytes(2))) if (batch.rows > 0) each(batch);
    },
  });
}

/** The ids of one side in the order of their indices. */
export async function readIds(session: ConnectSession, side: 'users' | 'items', signal: AbortSignal | undefined): Promise<string[]> {
  const ids: string[] = [];
  let rows = 0;
  await readBatches(session, query(`SELECT id, k FROM ${names[side]}`), { signal }, (batch) => {
    const at = numbersOf(batch.columns.k);
    textsOf(batch.columns.id, batch.rows).forEach((id, row) => {
      ids[Number(at[row])] = id;
    });
    rows += batch.rows;
  });
  if (rows !== ids.length) throw torn(`${ids.length} ${side}`, `${rows}`);
  return ids;
}

/** Factors of MLlib, whose rows come in any order, as a matrix in the order of their ids. */
export async function readFactors(
  session: ConnectSession,
  relation: Relation,
  count: number,
  rank: number,
  { signal, each }: Receiving,
): Promise<Float32Array> {
  const matrix = new Float32Array(count * rank);
  let rows = 0;
  await readBatches(session, relation, { signal }, ({ columns, rows: n }) => {
    const ids = numbersOf(columns.id);
    const { features } = columns;
    if (features?.kind !== 'lists') throw torn('lists of floats as factors', features?.kind ?? 'none');
    for (let row = 0; row < n; row++) {
      const from = features.offsets[row];
      if (features.offsets[row + 1] - from !== rank) throw torn(`${rank} factors`, `${features.offsets[row + 1] - from}`);
      matrix.set(features.values.subarray(from, from + rank), Number(ids[row]) * rank);
    }
    rows += n;
    each?.(n);
  });
  if (rows !== count) throw torn(`factors of ${count} rows`, `${rows}`);
  return matrix;
}

/** What users did. */
export async function readHistory(
  session: ConnectSession,
  users: readonly string[],
  items: readonly string[],
  count: number,
  { signal, each }: Receiving,
): Promise<Interactions> {
  const rows = { users: new Array<string>(count), items: new Array<string>(count), values: new Float32Array(count) };
  let at = 0;
  await readBatches(session, query(`SELECT user, item, value FROM ${names.rows}`), { signal }, ({ columns, rows: n }) => {
    const [user, item, value] = [numbersOf(columns.user), numbersOf(columns.item), numbersOf(columns.value)];
    for (let row = 0; row < n; row++, at++) {
      rows.users[at] = users[Number(user[row])];
      rows.items[at] = items[Number(item[row])];
      rows.values[at] = Number(value[row]);
    }
    each?.(n);
  });
  if (at !== count) throw torn(`${count} interactions`, `${at}`);
  return Interactions.fromColumns(rows);
}

/** Numbers of a column. */
export function numbersOf(column: Column | undefined): Numbers {
  if (column?.kind === 'numbers') return column.values;
  throw torn('a column of numbers', column?.kind ?? 'none');
}

/** Texts of a column. */
export function textsOf(column: Column | undefined, rows: number): string[] {
  if (column?.kind !== 'texts') throw torn('a column of texts', column?.kind ?? 'none');
  const { offsets, bytes } = column;
  const decoder = new TextDecoder();
  return Array.from({ length: rows }, (_, row) => decoder.decode(bytes.subarray(offsets[row], offsets[row + 1])));
}

const torn = (expected: string, got: string) =>
  new AttuneError(
    'ERR_CLUSTER',
    `sparkAls: expected ${expected} from Spark, got ${got}. Train again; if it stays, the cluster loses data.`,
  );
