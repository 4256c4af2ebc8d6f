import type { FitOptions } from '../contracts/recommender.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { writeArrow } from './arrow/write.ts';
import { catalogueTable, createView, files, localRelation, query, type Relation, runSql, uploaded } from './connect/plans.ts';
import type { ConnectSession, Execution } from './connect/session.ts';
import type { SparkAlsSettings, SparkSource } from './options.ts';
import { faultsSql, idsSql, names, pairsSql, rowsSql } from './prepare-sql.ts';
import { numbersOf, readBatches, textsOf } from './results.ts';

/** Interactions as MLlib takes them. */
export interface Prepared {
  /** Columns user, item (dense) and value. */
  dataset: Relation;
  rowCount: number;
  /** What is known here already, since it was sent from here. */
  userIds?: readonly string[];
  itemIds?: readonly string[];
  history?: Interactions;
}

/** Rows of a piece of an upload. */
const sentRows = 2 ** 20;

/** Sends interactions. Their ids stay here: the cluster gets their indices. */
export async function prepareSent(session: ConnectSession, interactions: Interactions, work: FitOptions): Promise<Prepared> {
  const { userIndices, itemIndices, values, size } = interactions;
  if (size === 0) throw new AttuneError('ERR_EMPTY', 'sparkAls: expected interactions, got none.');
  const hashes: string[] = [];
  for (let from = 0; from < size; from += sentRows) {
    work.signal?.throwIfAborted();
    const end = Math.min(size, from + sentRows);
    const part = { user: userIndices.subarray(from, end), item: itemIndices.subarray(from, end), value: values.subarray(from, end) };
    hashes.push(await session.upload(localRelation(writeArrow(part)), work.signal));
    work.onProgress?.({ phase: 'sending', done: end, total: size });
  }
  const { users, items } = interactions;
  return { dataset: uploaded(hashes), rowCount: size, userIds: [...users], itemIds: [...items], history: interactions };
}

/** Merges and indexes what is on the cluster. @throws as {@link sparkAls} says */
export async function prepare(
  session: ConnectSession,
  s: SparkAlsSettings,
  from: Exclude<SparkSource, Interactions>,
  follow: Execution,
): Promise<Prepared> {
  await session.execute(sourceView(names.source, from), follow);
  const value = await checkColumns(session, s, follow);
  await session.execute(runSql(cached(names.pairs, pairsSql({ ...s, value }))), follow);
  await checkRows(session, s, follow);
  await session.execute(runSql(cached(names.users, idsSql('u'))), follow);
  await session.execute(runSql(cached(names.items, idsSql('i'))), follow);
  await session.execute(runSql(cached(names.rows, rowsSql)), follow);
  let rowCount = 0;
  await readBatches(session, query(`SELECT COUNT(*) AS n FROM ${names.rows}`), follow, ({ columns }) => {
    rowCount = Number(numbersOf(columns.n)[0]);
  });
  if (rowCount === 0)
    throw new AttuneError('ERR_EMPTY', 'sparkAls: expected interactions, got none. Check the path, the table or the query.');
  return { dataset: query(`SELECT user, item, value FROM ${names.rows}`), rowCount };
}

/** Gives a source a name for SQL. */
export const sourceView = (name: string, from: Exclude<SparkSource, Interactions>) => createView(name, relationOf(from));

/** Frees what was cached: the cluster would keep that beyond the session. Never throws: it stands in `finally`. */
export async function tidy(session: ConnectSession): Promise<void> {
  try {
    for (const name of [names.rows, names.items, names.users, names.pairs]) {
      await session.execute(runSql(`UNCACHE TABLE IF EXISTS ${name}`), { attempts: 1 });
    }
  } catch {
    // Without a server there is nothing left to free.
  }
}

const cached = (name: string, sql: string) => `CACHE TABLE ${name} AS ${sql}`;

function relationOf(from: Exclude<SparkSource, Interactions>): Relation {
  if (typeof from === 'string') return files([from], 'parquet', {});
  if ('table' in from) return catalogueTable(from.table);
  if ('query' in from) return query(from.query);
  return files(typeof from.path === 'string' ? [from.path] : from.path, from.format ?? 'parquet', from.options ?? {});
}

/** Looks whether the columns are there. @returns the column of values, undefined = none */
async function checkColumns(session: ConnectSession, s: SparkAlsSettings, follow: Execution): Promise<string | undefined> {
  const types = new Map<string, string>();
  await readBatches(session, query(`DESCRIBE TABLE ${names.source}`), follow, ({ columns, rows }) => {
    const [column, type] = [textsOf(columns.col_name, rows), textsOf(columns.data_type, rows)];
    for (let k = 0; k < rows && !/^(#|$)/.test(column[k]); k++) types.set(column[k], type[k]);
  });
  const typeOf = (name: string) => types.get(name) ?? [...types].find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  const check = (option: string, name: string, allowed: RegExp, what: string) => {
    const type = typeOf(name);
    if (type !== undefined && allowed.test(type)) return;
    const got = type === undefined ? `none; there are ${[...types.keys()].map(shown).join(', ') || 'no columns'}` : `one of type ${type}`;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `sparkAls: expected a column ${shown(name)} of ${what}, got ${got}. Name the right column with the option '${option}', or give a query that makes it.`,
    );
  };
  const ids = /^(string|char\(|varchar\(|tinyint|smallint|int|bigint|decimal\(\d+,0\))/;
  check('user', s.user, ids, 'texts or whole numbers');
  check('item', s.item, ids, 'texts or whole numbers');
  if (s.timestamp !== undefined)
    check('timestamp', s.timestamp, /^(timestamp|date|tinyint|smallint|int|bigint|float|double|decimal|string)/, 'times');
  const value = s.value ?? (typeOf('value') === undefined ? undefined : 'value');
  if (value !== undefined) check('value', value, /^(tinyint|smallint|int|bigint|float|double|decimal|string)/, 'numbers');
  return value;
}

/** @throws ERR_BAD_ID, ERR_BAD_VALUE, ERR_DUPLICATE */
async function checkRows(session: ConnectSession, s: SparkAlsSettings, follow: Execution): Promise<void> {
  const faults: Record<string, number> = {};
  await readBatches(session, query(faultsSql), follow, ({ columns }) => {
    for (const [name, column] of Object.entries(columns)) faults[name] = Number(numbersOf(column)[0]);
  });
  const skip = "Repair them, or leave them out with onBadRow: 'skip'.";
  const refuse = (code: 'ERR_BAD_ID' | 'ERR_BAD_VALUE' | 'ERR_DUPLICATE', what: string) => {
    throw new AttuneError(code, `sparkAls: ${what}`);
  };
  if (s.onBadRow === 'throw') {
    if (faults.without_user > 0)
      refuse('ERR_BAD_ID', `expected an id in column ${shown(s.user)} of each row, got none in ${faults.without_user} rows. ${skip}`);
    if (faults.without_item > 0)
      refuse('ERR_BAD_ID', `expected an id in column ${shown(s.item)} of each row, got none in ${faults.without_item} rows. ${skip}`);
    if (faults.without_value > 0)
      refuse('ERR_BAD_VALUE', `expected a finite number as the value of each row, got none in ${faults.without_value} rows. ${skip}`);
  }
  if (faults.overflowed > 0)
    refuse('ERR_BAD_VALUE', `expected merged values within float32, got more in ${faults.overflowed} pairs. Scale the values down.`);
  if (s.duplicates === 'error' && faults.repeated > 0) {
    refuse(
      'ERR_DUPLICATE',
      `expected one row per user and item, got several in ${faults.repeated} pairs. Choose another option 'duplicates', such as 'sum'.`,
    );
  }
}
