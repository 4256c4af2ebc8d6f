import type { SparkAlsSettings } from './options.ts';

// The steps on the cluster between raw rows and what MLlib's ALS takes: pairs merged, ids of any kind made dense.

/** Names that the session gives to its steps. */
export const names = { source: 'attune_source', pairs: 'attune_pairs', users: 'attune_users', items: 'attune_items', rows: 'attune_rows' };

type Columns = Pick<SparkAlsSettings, 'user' | 'item' | 'timestamp' | 'duplicates'> & {
  /** Undefined = every row counts 1. */
  value: string | undefined;
};

/** One row per pair, with how many bad values it had. Rows without an id stay, to be counted. */
export function pairsSql({ user, item, value, timestamp, duplicates }: Columns): string {
  const time = timestamp === undefined ? '' : `, ${quoted(timestamp)} AS t`;
  const number = value === undefined ? 'CAST(1 AS FLOAT)' : `TRY_CAST(${quoted(value)} AS FLOAT)`;
  const source = `SELECT CAST(${quoted(user)} AS STRING) AS u, CAST(${quoted(item)} AS STRING) AS i, ${number} AS v${time} FROM ${names.source}`;
  const merged = {
    sum: 'SUM(v)',
    mean: 'AVG(v)',
    max: 'MAX(v)',
    error: 'MAX(v)',
    last: 'MAX_BY(v, t)',
    first: 'MIN_BY(v, t)',
  }[duplicates];
  const checked = `SELECT *, v IS NOT NULL AND NOT ISNAN(v) AND ABS(v) < DOUBLE('Infinity') AS good FROM (${source})`;
  return `SELECT u, i, CAST(${merged} FILTER (WHERE good) AS FLOAT) AS v, COUNT_IF(good) AS n, COUNT_IF(NOT good) AS bad,
    u IS NOT NULL AND u <> '' AS has_user, i IS NOT NULL AND i <> '' AS has_item FROM (${checked}) GROUP BY u, i`;
}

/** What is wrong with the pairs, in one row. */
export const faultsSql = `SELECT CAST(COALESCE(SUM(n + bad) FILTER (WHERE NOT has_user), 0) AS BIGINT) AS without_user,
  CAST(COALESCE(SUM(n + bad) FILTER (WHERE NOT has_item), 0) AS BIGINT) AS without_item,
  CAST(COALESCE(SUM(bad), 0) AS BIGINT) AS without_value, COUNT_IF(n > 1) AS repeated,
  COUNT_IF(n > 0 AND has_user AND has_item AND NOT (ABS(v) < DOUBLE('Infinity'))) AS overflowed FROM ${names.pairs}`;

const usable = 'has_user AND has_item AND n > 0';

/** Ids of one side with dense indices in the order of their UTF-8. */
export function idsSql(column: 'u' | 'i'): string {
  return `SELECT ${column} AS id, CAST(ROW_NUMBER() OVER (ORDER BY ${column}) - 1 AS INT) AS k
    FROM (SELECT DISTINCT ${column} FROM ${names.pairs} WHERE ${usable})`;
}

/** What ALS learns from. */
export const rowsSql = `SELECT a.k AS user, b.k AS item, p.v AS value FROM ${names.pairs} p
  JOIN ${names.users} a ON p.u = a.id JOIN ${names.items} b ON p.i = b.id WHERE ${usable}`;

/** Names of columns may hold anything. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
