import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FitOptions } from '../../../contracts/recommender.ts';
import { type Csr, csrFromCoordinates } from '../../../data/csr.ts';
import { type DuplicatePolicy, duplicatePolicies } from '../../../data/duplicates.ts';
import { fieldOption } from '../../../data/fields.ts';
import type { InteractionsOptions } from '../../../data/interactions-options.ts';
import { eachRow } from '../../../data/read-rows.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { checkRows, choice, flag, integer, optional, readOptions, text, workOptions } from '../../../options.ts';
import { AlsRecommender } from '../als.ts';
import { withNumbers } from '../auto-settings.ts';
import { scalesOf } from '../fit.ts';
import { type AlsModel, storedAs } from '../model.ts';
import { type AlsOptions, type AlsSettings, alsChecks, readAlsOptions } from '../options.ts';
import { trainAls } from '../solver/train.ts';
import { type InteractionsByUser, RowSpool } from './by-user.ts';
import { checkBound } from './memory-bound.ts';
import { problemOnDisk } from './problem-on-disk.ts';

/** Options of {@link fitAlsOnDisk}: those of `AlsRecommender`, and how rows are read. */
export interface AlsOnDiskOptions<Row = Record<string, unknown>>
  extends Omit<AlsOptions, 'biases'>,
    Pick<InteractionsOptions<Row>, 'user' | 'item' | 'value' | 'onBadRow'> {
  /** What becomes of several rows of a pair; `'last'` (default) and `'first'` go by the order of the rows. */
  duplicates?: DuplicatePolicy | undefined;
  /** Folder for scratch files: 12 bytes a row three times over. They are removed at the end, or by the system when the process is killed. Default a new one in the system's. */
  folder?: string | undefined;
  /**
   * Bytes that the fit may take, some 80 MiB of them for the runtime. What cannot be on disk must fit: ids, two copies of the user factors, four of the item factors,
   * and with `history` 8 bytes a row. Default 2 GiB.
   */
  maxMemoryBytes?: number | undefined;
  /**
   * Whether the model keeps what users did, in memory: without it nothing is left out as seen, `explain` has no parts, and `partialFit` is
   * refused. Default true.
   */
  history?: boolean | undefined;
}

/**
 * Fits an {@link AlsRecommender} on more rows than fit in memory. Rows are sorted on disk, and each half of an iteration reads them once, some
 * megabytes at a time; factors stay in memory. The factors are those of `new AlsRecommender(options).fit(await Interactions.from(rows))` bit
 * for bit, for rows without times.
 *
 * @example
 * const als = await fitAlsOnDisk(readParquet('ratings.parquet'), { factors: 64, maxMemoryBytes: 2e9, history: false });
 * @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT; what `Interactions.from` throws about rows; ERR_EMPTY; ERR_OUT_OF_MEMORY when `maxMemoryBytes` is
 *   too little, before training begins; ERR_STORE when the disk is full; ERR_NUMERIC; the signal's reason
 */
export async function fitAlsOnDisk<Row = Record<string, unknown>>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: AlsOnDiskOptions<Row> = {},
  work: FitOptions = {},
): Promise<AlsRecommender> {
  const owner = 'fitAlsOnDisk';
  const { reading, own, settings } = readOnDiskOptions(owner, options as AlsOnDiskOptions);
  const { signal, onProgress } = readOptions(owner, work, workOptions);
  checkRows(owner, 'rows', rows);
  signal?.throwIfAborted();
  const folder = await scratchFolder(owner, own.folder ?? tmpdir());
  const scratch = { folder, bytes: own.maxMemoryBytes / 8 };
  try {
    const spool = new RowSpool(scratch);
    let data: InteractionsByUser;
    try {
      const named = { value: options.value !== undefined, timestamp: false };
      await eachRow(rows, { ...reading, timestamp: () => undefined, timestampUnit: 'auto', signal, onProgress }, named, spool);
      if (spool.size === 0) throw new AttuneError('ERR_EMPTY', `${owner}: expected interactions, got none.`);
      onProgress?.({ phase: 'sorting', done: 0 });
      data = await spool.byUser(scratch, reading.duplicates);
    } finally {
      spool.remove();
    }
    const model = await fitted(
      owner,
      data,
      withNumbers(settings, () => meanMagnitudeOf(data)),
      { ...own, scratch },
      { signal, onProgress },
    );
    return AlsRecommender.fromModel(model);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Own {
  history: boolean;
  maxMemoryBytes: number;
  scratch: { folder: string; bytes: number };
}

async function fitted(owner: string, data: InteractionsByUser, s: AlsSettings, own: Own, work: FitOptions): Promise<AlsModel> {
  const { users, items, entries } = data;
  const { problem, remove } = await problemOnDisk(data, s, own.scratch);
  try {
    work.signal?.throwIfAborted();
    checkBound(owner, { problem, settings: s, users, items, entries: own.history ? entries.offsets[users.size] : 0 }, own.maxMemoryBytes);
    const { items: itemFactors, rows, variantScale, history } = await trainAls(problem, s, {}, work);
    return {
      settings: s,
      users,
      items,
      byUser: own.history
        ? historyOf(data)
        : csrFromCoordinates(users.size, items.size, new Int32Array(0), new Int32Array(0), new Float32Array(0)),
      itemFactors,
      rows: storedAs(s.storage, rows),
      rowOf: problem.userRow,
      scaleOf: scalesOf(problem.userVariant, variantScale),
      userWeights: undefined,
      biases: undefined,
      history,
    };
  } finally {
    remove();
  }
}

function meanMagnitudeOf({ users, entries }: InteractionsByUser): number {
  let sum = 0;
  entries.read(0, users.size, (_, __, value) => {
    sum += Math.abs(value);
  });
  return sum / entries.offsets[users.size];
}

function historyOf({ users, items, entries }: InteractionsByUser): Csr {
  const { offsets } = entries;
  const indices = new Int32Array(offsets[users.size]);
  const values = new Float32Array(indices.length);
  entries.read(0, users.size, (at, item, value) => {
    indices[at] = item;
    values[at] = value;
  });
  return { rows: users.size, columns: items.size, offsets, indices, values };
}

/** @throws ERR_BAD_OPTION */
function readOnDiskOptions(owner: string, options: AlsOnDiskOptions) {
  const reading = {
    user: fieldOption('user'),
    item: fieldOption('item'),
    value: fieldOption('value'),
    onBadRow: choice(['throw', 'skip'] as const, 'throw'),
    duplicates: choice(duplicatePolicies, 'last'),
  };
  const own = {
    folder: optional(text()),
    maxMemoryBytes: integer({ default: 2 ** 31, min: 2 ** 26 }),
    history: flag(true),
  };
  const { biases: _, ...checks } = alsChecks;
  const o = readOptions(owner, options, { ...checks, ...reading, ...own });
  const picked = <T extends object>(names: object): T => Object.fromEntries(Object.entries(o).filter(([name]) => name in names)) as T;
  return {
    reading: picked<Pick<typeof o, keyof typeof reading>>(reading),
    own: picked<Pick<typeof o, keyof typeof own>>(own),
    settings: readAlsOptions(picked<AlsOptions>(checks), owner),
  };
}

async function scratchFolder(owner: string, parent: string): Promise<string> {
  try {
    return await mkdtemp(join(parent, 'attune-fit-'));
  } catch (cause) {
    throw new AttuneError('ERR_STORE', `${owner}: no folder can be made in ${shown(parent)}: ${(cause as Error).message}.`, { cause });
  }
}
