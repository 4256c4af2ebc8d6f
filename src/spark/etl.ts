import type { FitOptions } from '../contracts/recommender.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError } from '../errors.ts';
import { integer, number, readOptions, text, workOptions } from '../options.ts';
import { query, runSql } from './connect/plans.ts';
import { ConnectSession, type Execution } from './connect/session.ts';
import { coreSql, names, newestSql, outputsSql, placesSql, usableSql } from './etl-sql.ts';
import { taskProgress } from './fit.ts';
import { clusterChecks, onCluster, type SparkAlsOptions, type SparkSource } from './options.ts';
import { sourceView } from './prepare.ts';
import { numbersOf, readBatches } from './results.ts';

/** Options of {@link sparkEtl}. */
export interface SparkEtlOptions extends Pick<SparkAlsOptions, 'cluster' | 'ca' | 'sparkOptions'> {
  /** Where the ratings are on the cluster. */
  interactions: Exclude<SparkSource, Interactions>;
  /** Column of user ids. Default `'user'`. */
  user?: string | undefined;
  /** Column of item ids. Default `'item'`. */
  item?: string | undefined;
  /** Column of ratings. Default `'value'`. */
  value?: string | undefined;
  /** Column of times: milliseconds or seconds since 1970. Default `'timestamp'`. */
  timestamp?: string | undefined;
  /** Least rating that is one; lower ones are left out, as are rows without an id or a number. Default 1. */
  minValue?: number | undefined;
  /** Largest rating. Default 5. */
  maxValue?: number | undefined;
  /** Users and items with fewer ratings are left out, again and again until all have as many (k-core). Default 1. */
  minInteractions?: number | undefined;
  /** Folder for the results, as the cluster sees it. They are overwritten. */
  output: string;
  /** Name of the column of user ids in the results. Default `'user_id'`. */
  userId?: string | undefined;
  /** Name of the column of item ids in the results. Default `'item_id'`. */
  itemId?: string | undefined;
}

/** What {@link sparkEtl} made. */
export interface SparkEtlSummary {
  /** Ratings that were kept. */
  rows: number;
  /** Users that were kept. */
  users: number;
  /** Items that were kept. */
  items: number;
  /** How often the minimum counts were applied. */
  rounds: number;
}

/**
 * From raw ratings to tables for training, on the cluster, by Spark Connect (Spark 4.0 and later): the newest rating of each pair, the k-core,
 * dense indices of ids in the order in which they first come, and popularity. Writes four folders of Parquet files into `output`:
 * `interactions.parquet` (user_idx, item_idx, rating, timestamp), `user_map.parquet`, `item_map.parquet` (index and id) and
 * `popular_items.parquet` (id, item_idx, rating_count, average_rating; best first). The same rows in the same order come whatever the number of
 * workers, where the source is files whose lines keep their order.
 *
 * @example
 * await sparkEtl({ cluster: 'sc://spark:15002', interactions: { path: 's3a://shop/reviews/', format: 'json' }, user: 'user_id', item: 'parent_asin',
 *   value: 'rating', minInteractions: 5, output: 's3a://shop/tables' });
 * @throws ERR_BAD_OPTION; ERR_CLUSTER; ERR_EMPTY when nothing is left; the signal's reason
 */
export async function sparkEtl(options: SparkEtlOptions, work: FitOptions = {}): Promise<SparkEtlSummary> {
  const o = readOptions('sparkEtl', options, {
    ...clusterChecks,
    interactions: onCluster('Let the cluster read a file of them.'),
    user: text({ default: 'user' }),
    item: text({ default: 'item' }),
    value: text({ default: 'value' }),
    timestamp: text({ default: 'timestamp' }),
    minValue: number({ default: 1 }),
    maxValue: number({ default: 5 }),
    minInteractions: integer({ default: 1, min: 1 }),
    output: text(),
    userId: text({ default: 'user_id' }),
    itemId: text({ default: 'item_id' }),
  });
  const { signal, onProgress } = readOptions('sparkEtl', work, workOptions);
  signal?.throwIfAborted();
  const session = new ConnectSession(o.cluster, o.ca);
  const tables: string[] = [];
  const follow: Execution = { signal, each: taskProgress('preparing', onProgress) };
  const run = (sql: string) => session.execute(runSql(sql), follow);
  const cache = async (name: string, sql: string) => {
    tables.push(name);
    await run(`CACHE TABLE ${name} AS ${sql}`);
    return counted(session, name, follow);
  };
  try {
    await session.configure(o.sparkOptions, signal);
    await session.execute(sourceView(names.source, o.interactions), follow);
    let rows = await cache(names.pairs, newestSql(usableSql(o)));
    let core = names.pairs;
    let rounds = 0;
    for (let before = -1; o.minInteractions > 1 && rows !== before; rounds++) {
      before = rows;
      const next = `${names.core}_${rounds}`;
      rows = await cache(next, coreSql(core, o.minInteractions));
      await run(`UNCACHE TABLE IF EXISTS ${core}`);
      core = next;
    }
    if (rows === 0) throw new AttuneError('ERR_EMPTY', 'sparkEtl: no rating is left. Check the columns, minValue and minInteractions.');
    const users = await cache(names.users, placesSql(core, 'u'));
    const items = await cache(names.items, placesSql(core, 'i'));
    for (const sql of outputsSql(core, o)) await run(sql);
    return { rows, users, items, rounds };
  } finally {
    for (const name of tables.reverse()) await session.execute(runSql(`UNCACHE TABLE IF EXISTS ${name}`), { attempts: 1 }).catch(() => {});
    await session.close();
  }
}

async function counted(session: ConnectSession, table: string, follow: Execution): Promise<number> {
  let count = 0;
  await readBatches(session, query(`SELECT COUNT(*) AS n FROM ${table}`), follow, ({ columns }) => {
    count = Number(numbersOf(columns.n)[0]);
  });
  return count;
}
