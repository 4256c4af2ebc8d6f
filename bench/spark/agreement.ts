import { AlsRecommender, type Interactions } from 'attune';
import { createView, deleteModel, modelRows, query, type Relation } from '../../src/spark/connect/plans.ts';
import { int, message, nested, text } from '../../src/spark/connect/protobuf.ts';
import { ConnectSession } from '../../src/spark/connect/session.ts';
import { fitOnCluster } from '../../src/spark/fit.ts';
import { readSparkAlsOptions } from '../../src/spark/options.ts';
import { prepareSent } from '../../src/spark/prepare.ts';
import { numbersOf, readBatches, readFactors } from '../../src/spark/results.ts';

/** What is compared. */
export interface Case {
  cluster: string;
  rank: number;
  alpha: number;
  regularization: number;
  iterations: number;
  implicit?: boolean;
}

/** How far attune and Spark agree. */
export interface Agreement {
  /** Loss of Spark's factors and of attune's own, both by attune's formula in float64. */
  sparkLoss: number;
  ownLoss: number;
  /** Largest difference between scores that attune gives for Spark's factors and those of Spark's transform. */
  scores: number;
  /** Largest difference between a factor of a user and of the fold-in of the user's history, in scores of the items of the list. */
  foldIn: number;
  seconds: { spark: number; own: number };
}

/** Trains the same data by both, with the options that docs/scale.md says are the same. */
export async function agreement(data: Interactions, c: Case, onIteration?: (text: string) => void): Promise<Agreement> {
  const { rank, alpha, regularization, iterations, implicit = true } = c;
  const o = readSparkAlsOptions({ ...c, interactions: data, seed: 1, blocks: 2 });
  const session = new ConnectSession(o.cluster, undefined);
  try {
    const { dataset } = await prepareSent(session, data, {});
    let began = performance.now();
    const model = await fitOnCluster(session, o, dataset, {});
    const spark = (performance.now() - began) / 1000;
    const userFactors = await readFactors(session, modelRows(model, 'userFactors'), data.userCount, rank, {});
    const itemFactors = await readFactors(session, modelRows(model, 'itemFactors'), data.itemCount, rank, {});
    const same = { regularization, alpha, regularizationScaling: 'count', feedback: implicit ? 'implicit' : 'explicit' } as const;
    const served = AlsRecommender.fromFactors({
      userIds: data.users,
      itemIds: data.items,
      userFactors,
      itemFactors,
      history: data,
      ...same,
    });
    const scores = await largestScoreDifference(session, model, dataset, served, data);
    await session.execute(deleteModel(model));
    const foldIn = largestFoldInDifference(served, data);
    onIteration?.(`Spark: ${spark.toFixed(1)} s`);
    began = performance.now();
    const own = await new AlsRecommender({ factors: rank, iterations: 10 * iterations, tolerance: 1e-7, seed: 1, ...same }).fit(data);
    const seconds = { spark, own: (performance.now() - began) / 1000 };
    const lossOf = (als: AlsRecommender) => loss(data, als, c);
    return { sparkLoss: lossOf(served), ownLoss: lossOf(own), scores, foldIn, seconds };
  } finally {
    await session.close();
  }
}

async function largestScoreDifference(session: ConnectSession, model: string, dataset: Relation, als: AlsRecommender, data: Interactions) {
  // A view that is used by name keeps the upload out of each plan.
  await session.execute(createView('rated', dataset));
  const pairs = query('SELECT user, item FROM rated');
  const predictions = message(nested(1, int(2, 0)), nested(300, nested(1, nested(1, text(1, model)), nested(3, pairs))));
  const found = { worst: 0, rows: 0 };
  await readBatches(session, predictions, {}, ({ columns, rows }) => {
    const [user, item, score] = [numbersOf(columns.user), numbersOf(columns.item), numbersOf(columns.prediction)];
    for (let k = 0; k < rows; k++) {
      const own = als.score(data.users.idAt(Number(user[k])), [data.items.idAt(Number(item[k]))])[0];
      found.worst = Math.max(found.worst, Math.abs(own - Number(score[k])));
    }
    found.rows += rows;
  });
  if (found.rows !== data.size) throw new Error(`Spark scored ${found.rows} of ${data.size} pairs.`);
  return found.worst;
}

/** Over the first thousand users. */
function largestFoldInDifference(als: AlsRecommender, data: Interactions): number {
  const { offsets, indices, values } = data.byUser;
  let worst = 0;
  for (let u = 0; u < Math.min(1000, data.userCount); u++) {
    const history = Array.from({ length: offsets[u + 1] - offsets[u] }, (_, k) => ({
      item: data.items.idAt(indices[offsets[u] + k]),
      value: values[offsets[u] + k],
    }));
    const stored = als.recommend(data.users.idAt(u), { n: 20, includeSeen: true });
    const folded = new Map(als.recommendFor(history, { n: 50, includeSeen: true }).map(({ item, score }) => [item, score]));
    for (const { item, score } of stored) worst = Math.max(worst, Math.abs(score - (folded.get(item) ?? Number.NaN)));
  }
  return worst;
}

/** The objective, in float64. Implicit: over all pairs, by the Gram matrices. */
export function loss(data: Interactions, als: AlsRecommender, { rank: f, alpha, regularization, implicit = true }: Case): number {
  const [X, Y] = [als.userFactors.data, als.itemFactors.data];
  const counts = { users: new Int32Array(data.userCount), items: new Int32Array(data.itemCount) };
  let total = 0;
  for (let row = 0; row < data.size; row++) {
    const [u, i, value] = [data.userIndices[row], data.itemIndices[row], data.values[row]];
    let score = 0;
    for (let q = 0; q < f; q++) score += X[u * f + q] * Y[i * f + q];
    const confidence = 1 + alpha * Math.abs(value);
    total += implicit ? confidence * (Number(value > 0) - score) ** 2 - score ** 2 : (value - score) ** 2;
    if (implicit && value <= 0) continue;
    counts.users[u]++;
    counts.items[i]++;
  }
  if (implicit) {
    const [a, b] = [gram(X, f), gram(Y, f)];
    for (let k = 0; k < f * f; k++) total += a[k] * b[k];
  }
  return total + regularization * (penalty(X, counts.users, f) + penalty(Y, counts.items, f));
}

function gram(rows: Float32Array, f: number): Float64Array {
  const sum = new Float64Array(f * f);
  for (let at = 0; at < rows.length; at += f) {
    for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) sum[i * f + j] += rows[at + i] * rows[at + j];
  }
  return sum;
}

function penalty(rows: Float32Array, counts: Int32Array, f: number): number {
  let sum = 0;
  for (let k = 0; k < rows.length; k++) sum += counts[Math.floor(k / f)] * rows[k] ** 2;
  return sum;
}
