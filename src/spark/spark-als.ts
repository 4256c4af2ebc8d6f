import type { FitOptions } from '../contracts/recommender.ts';
import { isInteractions } from '../data/check-interactions.ts';
import { AttuneError } from '../errors.ts';
import { readOptions, workOptions } from '../options.ts';
import { AlsRecommender } from '../recommenders/als/als.ts';
import { deleteModel, modelRows } from './connect/plans.ts';
import { ConnectSession, type Execution } from './connect/session.ts';
import { fitOnCluster, taskProgress } from './fit.ts';
import { readSparkAlsOptions, type SparkAlsOptions, type SparkAlsSettings } from './options.ts';
import { type Prepared, prepare, prepareSent, tidy } from './prepare.ts';
import { readFactors, readHistory, readIds } from './results.ts';

export type { SparkAlsOptions, SparkFiles, SparkQuery, SparkSource, SparkTable } from './options.ts';

/**
 * Trains MLlib's ALS on a cluster by Spark Connect (Spark 4.0 and later) and gives its factors as an {@link AlsRecommender}, which then needs
 * no cluster. Pairs are merged and ids of any kind made dense on the cluster; ids are texts here, as always. When it ends, in whichever
 * way, the model and the session are given back to the cluster.
 *
 * `onProgress` gets the phases 'sending', 'preparing', 'training' and 'receiving'; the middle ones count Spark's tasks, of which more
 * may be found on the way, and come with `stages`.
 *
 * @example
 * const als = await sparkAls({ cluster: 'sc://spark:15002', interactions: 's3a://shop/interactions/', rank: 64, alpha: 10 }, { onProgress, signal });
 * @throws ERR_BAD_OPTION; ERR_CLUSTER when the cluster cannot be reached, refuses or fails; ERR_BAD_ARGUMENT for columns that are not
 *   there or of a wrong type; ERR_BAD_ID, ERR_BAD_VALUE, ERR_DUPLICATE, ERR_EMPTY about the rows; ERR_NOT_SUPPORTED before Spark 4; the
 *   signal's reason, upon which the cluster stops as well
 */
export async function sparkAls(options: SparkAlsOptions, work: FitOptions = {}): Promise<AlsRecommender> {
  const s = readSparkAlsOptions(options);
  const { signal, onProgress } = readOptions('sparkAls', work, workOptions);
  signal?.throwIfAborted();
  const session = new ConnectSession(s.cluster, s.ca);
  let begun = false;
  try {
    await checkVersion(session, signal);
    begun = true;
    await session.configure({ ...modelSizes, ...s.sparkOptions }, signal);
    const follow = (phase: string): Execution => ({ signal, each: taskProgress(phase, onProgress) });
    const prepared = isInteractions(s.interactions)
      ? await prepareSent(session, s.interactions, { signal, onProgress })
      : await prepare(session, s, s.interactions, follow('preparing'));
    return await trained(session, s, prepared, follow('training'), { signal, onProgress });
  } finally {
    if (begun) await tidy(session);
    await session.close();
  }
}

/** Spark 4.2 refuses models over 1 GiB unless it is told otherwise. Earlier versions take no notice of these. */
const modelSizes = {
  'spark.connect.session.connectML.mlCache.memoryControl.maxModelSize': '1t',
  'spark.connect.session.connectML.mlCache.memoryControl.maxStorageSize': '1t',
};

async function trained(session: ConnectSession, s: SparkAlsSettings, prepared: Prepared, training: Execution, work: FitOptions) {
  const model = await fitOnCluster(session, s, prepared.dataset, training);
  const { signal, onProgress } = work;
  try {
    const users = prepared.userIds ?? (await readIds(session, 'users', signal));
    const items = prepared.itemIds ?? (await readIds(session, 'items', signal));
    const total = users.length + items.length + (s.history && !prepared.history ? prepared.rowCount : 0);
    let done = 0;
    const each = (rows: number) => {
      done += rows;
      onProgress?.({ phase: 'receiving', done, total });
    };
    const userFactors = await readFactors(session, modelRows(model, 'userFactors'), users.length, s.rank, { signal, each });
    const itemFactors = await readFactors(session, modelRows(model, 'itemFactors'), items.length, s.rank, { signal, each });
    const history = s.history
      ? (prepared.history ?? (await readHistory(session, users, items, prepared.rowCount, { signal, each })))
      : undefined;
    return AlsRecommender.fromFactors({
      userIds: users,
      itemIds: items,
      userFactors,
      itemFactors,
      history,
      feedback: s.implicit ? 'implicit' : 'explicit',
      regularization: s.regularization,
      regularizationScaling: 'count',
      alpha: s.alpha,
      threads: s.threads,
      onUnknown: s.onUnknown,
    });
  } finally {
    await session.execute(deleteModel(model), { attempts: 1 }).catch(() => {});
  }
}

async function checkVersion(session: ConnectSession, signal: AbortSignal | undefined): Promise<void> {
  const version = await session.version(signal);
  if (Number.parseInt(version, 10) >= 4) return;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `sparkAls: expected Spark 4.0 or later, where MLlib answers Spark Connect, got ${version}. Run the job sparkAlsJob with spark-submit and read its result with fromSparkModel.`,
  );
}
