import { quoted } from './prepare-sql.ts';

// The steps on the cluster between raw ratings and tables for training.

/** Names that the session gives to its steps. */
export const names = {
  source: 'attune_etl_source',
  pairs: 'attune_etl_pairs',
  core: 'attune_etl_core',
  users: 'attune_etl_users',
  items: 'attune_etl_items',
};

/** The columns that are read, and what counts as a rating. */
interface Columns {
  user: string;
  item: string;
  value: string;
  timestamp: string;
  minValue: number;
  maxValue: number;
}

/**
 * Rows that are ratings, with the place at which they stand: by file, block and line, whichever worker reads them when. Numbers below 1e11 are
 * seconds: 1e11 seconds is the year 5138, 1e11 milliseconds is 1973, and nothing between is meant.
 */
export function usableSql({ user, item, value, timestamp, minValue, maxValue }: Columns): string {
  const id = (column: string) => `TRIM(CAST(${quoted(column)} AS STRING))`;
  const time = `TRY_CAST(${quoted(timestamp)} AS DOUBLE)`;
  const rows = `SELECT ${id(user)} AS u, ${id(item)} AS i, TRY_CAST(${quoted(value)} AS DOUBLE) AS v,
    ROUND(CASE WHEN ABS(${time}) < 1e11 THEN 1000 * ${time} ELSE ${time} END) AS t,
    STRUCT(INPUT_FILE_NAME() AS f, INPUT_FILE_BLOCK_START() AS b, MONOTONICALLY_INCREASING_ID() AS n) AS place FROM ${names.source}`;
  return `SELECT * FROM (${rows}) WHERE u <> '' AND i <> '' AND v BETWEEN ${minValue} AND ${maxValue} AND (t IS NULL OR t >= 0)`;
}

/** The newest rating of each pair, of equal times the later row, at the place of the pair's first row. */
export const newestSql = (rows: string): string =>
  `SELECT u, i, newest.v AS v, newest.t AS t, place FROM (SELECT u, i, MIN(place) AS place,
    MAX_BY(STRUCT(v, t), STRUCT(COALESCE(t, -1) AS t, place)) AS newest FROM (${rows}) GROUP BY u, i)`;

/**
 * The rows whose user and item have enough of them. Names `rows` once: Spark puts the plan of a view wherever it is named, so with two more for
 * the counts the plan of ten rounds would hold 59,049 times that of the first.
 */
export const coreSql = (rows: string, least: number): string =>
  `SELECT u, i, v, t, place FROM (SELECT *, COUNT(*) OVER (PARTITION BY u) AS of_user, COUNT(*) OVER (PARTITION BY i) AS of_item FROM ${rows})
    WHERE of_user >= ${least} AND of_item >= ${least}`;

/** Ids of one side with dense indices, in the order in which they first come. */
export const placesSql = (rows: string, column: 'u' | 'i'): string =>
  `SELECT id, CAST(ROW_NUMBER() OVER (ORDER BY place) - 1 AS INT) AS k
    FROM (SELECT ${column} AS id, MIN(place) AS place FROM ${rows} GROUP BY ${column})`;

/** The statements that write the results. */
export function outputsSql(rows: string, { output, userId, itemId }: { output: string; userId: string; itemId: string }): string[] {
  const [user, item] = [userId, itemId].map(quoted);
  const into = (name: string) => `INSERT OVERWRITE DIRECTORY ${literal(`${output.replace(/\/+$/, '')}/${name}.parquet`)} USING parquet`;
  return [
    `${into('interactions')} SELECT a.k AS user_idx, b.k AS item_idx, CAST(r.v AS FLOAT) AS rating, CAST(r.t AS BIGINT) AS timestamp
      FROM ${rows} r JOIN ${names.users} a ON r.u = a.id JOIN ${names.items} b ON r.i = b.id ORDER BY r.place`,
    `${into('user_map')} SELECT k AS user_idx, id AS ${user} FROM ${names.users} ORDER BY k`,
    `${into('item_map')} SELECT k AS item_idx, id AS ${item} FROM ${names.items} ORDER BY k`,
    `${into('popular_items')} SELECT ${item}, item_idx, CAST(n AS INT) AS rating_count, total / n AS average_rating
      FROM (SELECT b.id AS ${item}, b.k AS item_idx, COUNT(*) AS n, SUM(r.v) AS total FROM ${rows} r JOIN ${names.items} b ON r.i = b.id GROUP BY b.id, b.k)
      ORDER BY n DESC, total DESC, item_idx`,
  ];
}

/** A text as a literal of Spark's SQL. */
const literal = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
