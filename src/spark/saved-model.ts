import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Interactions } from '../data/interactions.ts';
import { partsOf } from '../data/readers/folder.ts';
import { readParquet } from '../data/readers/parquet.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, flag, number, onUnknown, optional, readOptions, threads, workOptions } from '../options.ts';
import { type AlsFactorInput, AlsRecommender } from '../recommenders/als/als.ts';

/** Options of {@link fromSparkModel}. Those of training are needed for models that the job of `sparkAlsJob` did not write. */
export interface SparkModelOptions {
  /** Spark's `implicitPrefs`. */
  implicit?: boolean | undefined;
  /** Spark's `alpha`. */
  alpha?: number | undefined;
  /** Spark's `regParam`. */
  regularization?: number | undefined;
  /** User k of the model by its id: `ids[k]`, or a function. Default the number itself. */
  userIds?: readonly string[] | ((k: number) => string) | undefined;
  /** Item k of the model by its id. Default the number itself. */
  itemIds?: readonly string[] | ((k: number) => string) | undefined;
  /** What users did, by ids. Default what the job wrote. */
  history?: AlsFactorInput['history'];
  /** As in `AlsRecommender`. */
  threads?: number | 'auto' | undefined;
  /** As in `AlsRecommender`. */
  onUnknown?: 'throw' | 'empty' | undefined;
  /** Aborts the reading. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads a model of MLlib's ALS from its folder: what the job of `sparkAlsJob` wrote, or what `model.save(...)` of Spark 3 or 4 did, of which
 * the options that it was trained with have to be given. Needs the package `hyparquet`.
 * @throws ERR_NOT_FOUND, ERR_BAD_FILE, ERR_MISSING_PEER; ERR_BAD_OPTION for missing options; what `AlsRecommender.fromFactors` throws
 */
export async function fromSparkModel(folder: string, options: SparkModelOptions = {}): Promise<AlsRecommender> {
  const owner = 'fromSparkModel';
  const o = readOptions(owner, options, {
    implicit: optional(flag(true)),
    alpha: optional(number({ above: 0 })),
    regularization: optional(number({ min: 0 })),
    userIds: anything<SparkModelOptions['userIds']>(),
    itemIds: anything<SparkModelOptions['itemIds']>(),
    history: anything<SparkModelOptions['history']>(),
    threads,
    onUnknown,
    signal: workOptions.signal,
  });
  if (typeof folder !== 'string' || folder === '')
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected the path of a folder, got ${shown(folder)}.`);
  const stored = await storedOptions(folder);
  const needed = <K extends 'implicit' | 'alpha' | 'regularization'>(name: K) => {
    const value = o[name] ?? stored?.[name];
    if (value !== undefined) return value as NonNullable<SparkModelOptions[K]>;
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option '${name}' is needed, since the folder does not say how the model was trained.`,
    );
  };
  const [implicit, regularization] = [needed('implicit'), needed('regularization')];
  const users = await readSide(folder, 'user', stored !== undefined, o.userIds, o.signal);
  const items = await readSide(folder, 'item', stored !== undefined, o.itemIds, o.signal);
  return AlsRecommender.fromFactors({
    userIds: users.ids,
    itemIds: items.ids,
    userFactors: users.factors,
    itemFactors: items.factors,
    history: o.history ?? (stored && (await storedHistory(folder, users, items, o.signal))),
    feedback: implicit ? 'implicit' : 'explicit',
    regularization,
    regularizationScaling: 'count',
    ...(implicit && { alpha: needed('alpha') }),
    threads: o.threads,
    onUnknown: o.onUnknown,
  });
}

interface SavedSide {
  ids: string[];
  /** Row of the number that Spark knows a user or an item by. */
  rowOf: Map<number, number>;
  factors: Float32Array;
}

async function readSide(
  folder: string,
  side: 'user' | 'item',
  fromJob: boolean,
  given: SparkModelOptions['userIds'],
  signal: AbortSignal | undefined,
): Promise<SavedSide> {
  const names = fromJob && given === undefined ? await storedIds(folder, side, signal) : undefined;
  const rows: { id: number; features: number[] }[] = [];
  for await (const row of parquetRows<{ id: number; features: number[] }>(join(folder, `${side}Factors`), signal)) rows.push(row);
  rows.sort((a, b) => a.id - b.id);
  const rank = rows[0]?.features.length ?? 0;
  const factors = new Float32Array(rows.length * rank);
  const rowOf = new Map<number, number>();
  const ids = rows.map(({ id, features }, row) => {
    if (features.length !== rank) {
      throw new AttuneError(
        'ERR_BAD_FILE',
        `fromSparkModel: expected ${rank} factors of ${side} ${id}, got ${features.length}. Save the model again.`,
      );
    }
    factors.set(features, row * rank);
    rowOf.set(id, row);
    const name = names ? names.get(id) : typeof given === 'function' ? given(id) : given ? given[id] : String(id);
    if (name !== undefined) return name;
    throw new AttuneError(
      'ERR_BAD_ID',
      `fromSparkModel: expected an id of ${side} ${id}, got none. Give '${side}Ids' for all of the model.`,
    );
  });
  return { ids, rowOf, factors };
}

async function storedIds(folder: string, side: 'user' | 'item', signal: AbortSignal | undefined): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for await (const { id, k } of parquetRows<{ id: string; k: number }>(join(folder, `${side}s`), signal)) names.set(k, id);
  return names;
}

async function storedHistory(
  folder: string,
  users: SavedSide,
  items: SavedSide,
  signal: AbortSignal | undefined,
): Promise<Interactions | undefined> {
  if (!(await filesOf(join(folder, 'history')))) return undefined;
  const columns = { users: [] as string[], items: [] as string[], values: [] as number[] };
  for await (const { user, item, value } of parquetRows<{ user: number; item: number; value: number }>(join(folder, 'history'), signal)) {
    columns.users.push(users.ids[users.rowOf.get(user) as number]);
    columns.items.push(items.ids[items.rowOf.get(item) as number]);
    columns.values.push(value);
  }
  return Interactions.fromColumns(columns);
}

/** What the job wrote beside the model; undefined for models of others. */
async function storedOptions(folder: string): Promise<Pick<SparkModelOptions, 'implicit' | 'alpha' | 'regularization'> | undefined> {
  const files = await filesOf(join(folder, 'attune'));
  return files?.[0] === undefined ? undefined : JSON.parse(await readFile(files[0], 'utf8'));
}

async function* parquetRows<Row extends object>(folder: string, signal: AbortSignal | undefined): AsyncGenerator<Row> {
  const files = await filesOf(folder);
  if (!files?.length) {
    throw new AttuneError(
      'ERR_NOT_FOUND',
      `fromSparkModel: expected Parquet files in ${shown(folder)}, got none. Give the folder that model.save or the job wrote.`,
    );
  }
  for (const file of files) yield* readParquet<Row>(file, { signal });
}

/** The files of what Spark wrote, undefined where there is no such folder. */
async function filesOf(folder: string): Promise<string[] | undefined> {
  const parts = await partsOf(folder).catch(() => undefined);
  return parts?.map(({ path }) => path);
}
