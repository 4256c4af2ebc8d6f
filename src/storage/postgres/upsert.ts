import type { ColumnType } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import type { SqlConnection } from '../sql/connection.ts';
import type { ReadRow } from '../sql/rows.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { copyChunks, type Given, withGiven, worthCopy } from './given.ts';
import { sqlState } from './sessions.ts';

/** A table that takes rows whose first columns are its key. */
export interface UpsertTable {
  /** Name of the table. */
  name: string;
  /** Names of the columns, those of the key first. */
  columns: readonly string[];
  types: readonly (ColumnType | 'time')[];
  /** How many columns the key has. */
  keys: number;
  /** Position of a column (from 1) that holds times: an older row does not replace a newer one. */
  newest?: number | undefined;
  /** Positions of the columns whose values are added up, and of which the larger stays, when a key exists. */
  sum?: { add: number; larger: number } | undefined;
}

/** What became of rows: how many were new, and the numbers of those that were older than what is there. */
export interface Upserted {
  inserted: number;
  older: number[];
}

/** The statements that replace the rows whose keys exist and insert the others, and use up no number of a row that is not inserted. */
export function upsertOf({ name, columns, types, keys, newest, sum }: UpsertTable) {
  const table = dialect.quote(name);
  const names = columns.map(dialect.quote);
  const given = types.map((type) => (type === 'JSON' ? 'TEXT' : dialect.types[type]));
  const value = (k: number) => (types[k] === 'JSON' ? `g.c${k + 1}::json` : `g.c${k + 1}`);
  const key = names.slice(0, keys);
  const same = key.map((column, k) => `t.${column} = g.c${k + 1}`).join(' and ');
  const sets = names.slice(keys).map((column, k) => `${column} = ${value(keys + k)}`);
  const isOlder = newest === undefined ? '' : `t.${names[newest - 1]} > g.c${newest}`;
  const newer = newest === undefined ? '' : ` and (${isOlder}) is not true`;
  const update = ({ source }: Given) => `update ${table} as t set ${sets.join(', ')} from ${source} where ${same}${newer}`;
  const insert = ({ source }: Given, condition = `where not exists (select 1 from ${table} as t where ${same})`) =>
    `insert into ${table} (${names.join(', ')}) select ${names.map((_, k) => value(k)).join(', ')} from ${source} ${condition} order by g.n`;
  const older = ({ source }: Given) => `select g.n as "row" from ${source} join ${table} as t on ${same} where ${isOlder}`;

  const added = names.slice(keys).map((column, k) => {
    if (keys + k + 1 === sum?.add) return `${column} = t.${column} + excluded.${column}`;
    if (keys + k + 1 === sum?.larger) return `${column} = greatest(t.${column}, excluded.${column})`;
    return `${column} = excluded.${column}`;
  });
  const addInto = ({ source }: Given) =>
    `with stored as (insert into ${table} as t (${names.join(', ')}) select ${names.map((_, k) => value(k)).join(', ')} from ${source} order by g.n ` +
    `on conflict (${key.join(', ')}) do update set ${added.join(', ')} returning (t.xmax = 0) as "fresh") ` +
    'select count(*) filter (where fresh) as n from stored';

  const copy = `copy ${table} (${names.join(', ')}) from stdin`;
  const valuesOf = (row: ReadRow) => row.values;

  return {
    /** Adds the values of rows whose keys exist, in one statement, so that no other writer comes in between. */
    add: (connection: SqlConnection, rows: readonly ReadRow[]): Promise<Upserted> =>
      withGiven(connection, given, rows, async (it) => {
        const counted = await connection.one<{ n: number }>(addInto(it), ...it.values);
        return { inserted: Number(counted?.n), older: [] };
      }),
    /**
     * Copies rows whose keys are new straight into the table, which takes half the time of a table of their own before.
     * @returns whether they are there; not when they are few, or the server refuses: a key may have come meanwhile, and a view, or policies for
     * rows, take no copies
     */
    async copyAll(connection: SqlConnection, rows: readonly ReadRow[]): Promise<boolean> {
      if (!worthCopy(connection, rows)) return false;
      try {
        await connection.atomic(() => connection.copyIn(copy, copyChunks(rows, valuesOf)));
        return true;
      } catch (error) {
        if (error instanceof AttuneError && sqlState(error.cause)) return false;
        throw error;
      }
    },
    /** Into a table that has none of the keys and, for the time being, no constraint. */
    insertAll: (connection: SqlConnection, rows: readonly ReadRow[]): Promise<unknown> =>
      withGiven(connection, given, rows, async (it) => connection.run(insert(it, ''), ...it.values)),
    run: (connection: SqlConnection, rows: readonly ReadRow[]): Promise<Upserted> =>
      withGiven(connection, given, rows, async (it) => {
        const updated = sets.length > 0 ? await connection.run(update(it), ...it.values) : 0;
        const left = updated === rows.length ? 0 : rows.length;
        const inserted = left && (await connection.run(`${insert(it)} on conflict (${key.join(', ')}) do nothing`, ...it.values));
        if (updated + inserted === rows.length) return { inserted, older: [] };
        // Some are older, or another writer inserted them between the two statements.
        const found = newest === undefined ? [] : await connection.all<{ row: number }>(older(it), ...it.values);
        if (updated + inserted + found.length < rows.length && sets.length > 0) await connection.run(update(it), ...it.values);
        return { inserted, older: found.map(({ row }) => Number(row)) };
      }),
  };
}
