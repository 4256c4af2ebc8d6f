import { randomUUID } from 'node:crypto';
import { AttuneError } from '../errors.ts';
import type { Progress } from '../options.ts';
import { fitEstimator, type Relation } from './connect/plans.ts';
import type { Message } from './connect/protobuf.ts';
import type { ConnectSession, Execution } from './connect/session.ts';
import type { SparkAlsSettings } from './options.ts';

const estimator = 'org.apache.spark.ml.recommendation.ALS';

/** What MLlib's ALS is told. */
export type AlsParameters = Pick<SparkAlsSettings, 'rank' | 'iterations' | 'regularization' | 'implicit' | 'alpha' | 'seed' | 'blocks'>;

/** Fits MLlib's ALS on columns user, item and value. @returns the cluster's name of the model */
export async function fitOnCluster(
  session: ConnectSession,
  s: AlsParameters,
  dataset: Relation,
  { signal, each }: Execution,
): Promise<string> {
  let model = '';
  const parameters = {
    rank: s.rank,
    maxIter: s.iterations,
    regParam: { double: s.regularization },
    implicitPrefs: s.implicit,
    alpha: { double: s.alpha },
    seed: { long: s.seed },
    numUserBlocks: s.blocks,
    numItemBlocks: s.blocks,
    userCol: 'user',
    itemCol: 'item',
    ratingCol: 'value',
  };
  const plan = fitEstimator(estimator, `ALS_${randomUUID().slice(0, 12)}`, parameters, dataset);
  const follow = (reply: Message) => {
    each?.(reply);
    if (reply.has(20)) model = reply.message(20).message(3).message(1).text(1);
  };
  await session.execute(plan, { signal, each: follow }).catch((error) => {
    if (isSingular(error)) throw singular(s, error);
    throw isTooDeep(error) ? tooDeep(s, error) : error;
  });
  if (model !== '') return model;
  throw new AttuneError('ERR_CLUSTER', 'Spark ended the training without naming a model. Look into the log of the Spark driver.');
}

/** Spark's plan of an iteration contains those before it, and only a checkpoint cuts that. */
const isTooDeep = (error: unknown) => error instanceof AttuneError && error.message.includes('StackOverflowError');

const tooDeep = (s: AlsParameters, cause: unknown) =>
  new AttuneError(
    'ERR_CLUSTER',
    `sparkAls: Spark's plan of ${s.iterations} iterations became too deep for its stack. Start the server with the setting spark.checkpoint.dir, a folder that all of the cluster sees, or train with fewer iterations.`,
    { cause },
  );

const isSingular = (error: unknown) => error instanceof AttuneError && /dppsv|not positive definite/.test(error.message);

const singular = (s: AlsParameters, cause: unknown) =>
  new AttuneError(
    'ERR_NUMERIC',
    `sparkAls: Spark could not solve a row. Its regularization is regularization times the number of ${s.implicit ? 'positive ' : ''}values of a row: ${s.implicit ? 'leave out users and items that have none above 0' : 'raise regularization'}, or lower the rank, here ${s.rank}, below the numbers of users and items.`,
    { cause },
  );

/** Reports how many of Spark's tasks are done; stages that were seen stay counted. */
export function taskProgress(phase: string, onProgress: ((progress: Progress) => void) | undefined): (reply: Message) => void {
  const stages = new Map<number, { id: number; tasks: number; completed: number }>();
  return (reply) => {
    if (!onProgress || !reply.has(18)) return;
    for (const stage of reply.message(18).messages(1)) {
      stages.set(stage.int(1), { id: stage.int(1), tasks: stage.int(2), completed: stage.int(3) });
    }
    const all = [...stages.values()];
    const sum = (of: 'tasks' | 'completed') => all.reduce((count, stage) => count + stage[of], 0);
    onProgress({ phase, done: sum('completed'), total: sum('tasks'), stages: all });
  };
}
