import { isInteractions } from '../data/check-interactions.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, type Check, choice, flag, integer, number, onUnknown, optional, readOptions, text, threads } from '../options.ts';
import { type ConnectAddress, connectAddress } from './connect/address.ts';

/** Files that the cluster reads. */
export interface SparkFiles {
  /** Where they are, as the cluster sees it: `'s3a://shop/interactions/'`. A folder stands for its files. */
  path: string | readonly string[];
  /** A format that the cluster knows. Default `'parquet'`. */
  format?: string | undefined;
  /** Options of the format, such as `{ header: 'true' }` of `'csv'`. */
  options?: Readonly<Record<string, string>> | undefined;
}

/** A table that the cluster knows. */
export interface SparkTable {
  /** Its name. */
  table: string;
}

/** A query of the cluster. */
export interface SparkQuery {
  /** In the SQL of Spark. */
  query: string;
}

/** Where the interactions are: a path of Parquet files, other files, a table or a query of the cluster, or rows that are sent from here. */
export type SparkSource = string | SparkFiles | SparkTable | SparkQuery | Interactions;

/** Options of {@link sparkAls}. Defaults are those of Spark, which differ from those of `AlsRecommender`. */
export interface SparkAlsOptions {
  /** Address of a Spark Connect server (Spark 4.0 or later): `'sc://spark:15002'`, `'sc://spark:443/;token=...;use_ssl=true'`. */
  cluster: string;
  /** Certificates (PEM) that vouch for the server, besides `use_ssl=true`. Default those of Node. */
  ca?: string | Uint8Array | undefined;
  /** Where the interactions are. */
  interactions: SparkSource;
  /** Column of user ids: texts or whole numbers. Default `'user'`. */
  user?: string | undefined;
  /** Column of item ids: texts or whole numbers. Default `'item'`. */
  item?: string | undefined;
  /** Column of values. Default `'value'` when there is one, and 1 for each row otherwise. */
  value?: string | undefined;
  /** Column of times, by which `duplicates: 'last'` and `'first'` choose. */
  timestamp?: string | undefined;
  /**
   * What becomes of several rows of a pair: `'sum'` (default of implicit feedback), `'mean'` (default of explicit feedback), `'max'`,
   * `'error'`, or `'last'` and `'first'` by `timestamp`. Spark alone would count each row as a separate rating.
   */
  duplicates?: 'sum' | 'mean' | 'max' | 'last' | 'first' | 'error' | undefined;
  /** What becomes of rows without an id or with a value that is no finite number: `'throw'` (default) or `'skip'`. */
  onBadRow?: 'throw' | 'skip' | undefined;
  /** Number of factors, 1 to 1024. Default 10. */
  rank?: number | undefined;
  /** Iterations, Spark's `maxIter`. Default 10. */
  iterations?: number | undefined;
  /** Spark's `regParam`: times the row's number of (implicit: positive) values it is the weight of |row|^2. Default 0.1. */
  regularization?: number | undefined;
  /** Spark's `implicitPrefs`: whether values say how sure a preference is, or are ratings to predict. Default true; in Spark it is false. */
  implicit?: boolean | undefined;
  /** Implicit confidence is 1 + alpha |value|. Default 1. */
  alpha?: number | undefined;
  /** A whole number from 0. Default 0. */
  seed?: number | undefined;
  /** Spark's `numUserBlocks` and `numItemBlocks`: into how many parts users and items are divided. Default 10. */
  blocks?: number | undefined;
  /**
   * Whether the model gets what users did, 12 bytes a row on the way: without it nothing is left out as seen, `explain` has no parts, and
   * `partialFit` is refused. Default true.
   */
  history?: boolean | undefined;
  /** Settings of the session on the cluster, such as `{ 'spark.sql.shuffle.partitions': '200' }`. */
  sparkOptions?: Readonly<Record<string, string>> | undefined;
  /** As in `AlsRecommender`. */
  threads?: number | 'auto' | undefined;
  /** As in `AlsRecommender`. */
  onUnknown?: 'throw' | 'empty' | undefined;
}

/** {@link SparkAlsOptions} as read. */
export type SparkAlsSettings = ReturnType<typeof readSparkAlsOptions>;

/** @throws ERR_BAD_OPTION */
export function readSparkAlsOptions(options: SparkAlsOptions) {
  const o = readOptions('sparkAls', options, {
    ...clusterChecks,
    ...jobChecks,
    threads,
    onUnknown,
  });
  return { ...o, duplicates: mergePolicy('sparkAls', o) };
}

/** How pairs are merged. @throws ERR_BAD_OPTION for options that do not go together */
export function mergePolicy(owner: string, o: Pick<SparkAlsOptions, 'duplicates' | 'implicit' | 'timestamp' | 'regularization'>) {
  const duplicates = o.duplicates ?? (o.implicit ? 'sum' : 'mean');
  if ((duplicates === 'last' || duplicates === 'first') && o.timestamp === undefined) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'duplicates' can be '${duplicates}' with a column of times only, since rows of a cluster have no order. Give its name as 'timestamp'.`,
    );
  }
  if (!o.implicit && o.regularization === 0) {
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: option 'regularization' must be above 0 for explicit feedback, got 0.`);
  }
  return duplicates;
}

const source: Check<SparkSource> = (value, name) => {
  const given = value as Record<string, unknown> | string | null | undefined;
  if (typeof given === 'string' && given !== '') return given;
  if (isInteractions(value)) return value;
  if (typeof given === 'object' && given !== null) {
    if (typeof given.table === 'string' && given.table !== '' && Object.keys(given).length === 1) return { table: given.table };
    if (typeof given.query === 'string' && given.query !== '' && Object.keys(given).length === 1) return { query: given.query };
    if ('path' in given) return readOptions(name, given, { path: paths, format: text({ default: 'parquet' }), options: sparkOptions });
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be a path on the cluster, { path, format, options }, { table }, { query } or Interactions, got ${shown(value)}.`,
  );
};

const paths: Check<string | readonly string[]> = (value, name) => {
  const all = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every((path) => typeof path === 'string' && path !== '')) return all as string[];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a path or an array of paths, got ${shown(value)}.`);
};

const sparkOptions: Check<Readonly<Record<string, string>>> = (value, name) => {
  if (value === undefined) return {};
  const given = anything<Record<string, unknown>>()(value, name);
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    if (Object.values(given).every((each) => typeof each === 'string')) return given as Record<string, string>;
  }
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object of texts, such as { header: 'true' }, got ${shown(value)}.`);
};

const certificates: Check<string | Uint8Array | undefined> = (value, name) => {
  if (value === undefined || typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be certificates in PEM form, got ${shown(value)}.`);
};

/** Checks of what concerns the cluster. */
export const clusterChecks = { cluster: connectAddress as Check<ConnectAddress>, ca: certificates, sparkOptions };

/** The check of a source that the cluster reads. @param advice what to do with interactions that are here */
export const onCluster =
  (advice: string): Check<Exclude<SparkSource, Interactions>> =>
  (value, name) => {
    const given = source(value, name);
    if (!isInteractions(given)) return given;
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name} must be a path on the cluster, { path, format, options }, { table } or { query }, got Interactions. ${advice}`,
    );
  };

/** Checks of what concerns the data and the training. */
export const jobChecks = {
  interactions: source,
  user: text({ default: 'user' }),
  item: text({ default: 'item' }),
  value: optional(text()),
  timestamp: optional(text()),
  duplicates: optional(choice(['sum', 'mean', 'max', 'last', 'first', 'error'] as const)),
  onBadRow: choice(['throw', 'skip'] as const, 'throw'),
  rank: integer({ default: 10, min: 1, max: 1024 }),
  iterations: integer({ default: 10, min: 1, max: 10_000 }),
  regularization: number({ default: 0.1, min: 0, max: 1e9 }),
  implicit: flag(true),
  alpha: number({ default: 1, above: 0, max: 1e9 }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER }),
  blocks: integer({ default: 10, min: 1, max: 100_000 }),
  history: flag(true),
};
