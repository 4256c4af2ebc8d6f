/** Options and fields of requests that may be left out may be undefined too, as forms give them. The compiler is the test: nothing here runs. */
import {
  type AlsOptions,
  AlsRecommender,
  BprRecommender,
  EaseRecommender,
  FactorRecommender,
  HybridRanker,
  Interactions,
  ItemKnnRecommender,
  PopularityRecommender,
} from 'attune';
import { linUcb, thompsonSampling } from 'attune/cold-start';

declare const form: { n?: number; user?: string | undefined; query?: string | undefined; seed?: number | undefined };
declare const signal: AbortSignal | undefined;
declare const train: Interactions;

export async function requestsOfARanker(): Promise<void> {
  const ranker = new HybridRanker({ sources: { als: new AlsRecommender() }, timeoutMs: undefined, rerank: undefined, reasons: undefined });
  await ranker.rank({ history: ['B01'], interests: ['espresso'], query: undefined, context: {} }, { n: 20 });
  await ranker.rank({ user: form.user, query: form.query, exclude: undefined, only: undefined }, { n: form.n, reasons: undefined, signal });
}

export async function optionsOfRecommenders(): Promise<void> {
  const options: AlsOptions = { factors: form.n, storage: undefined, clip: undefined, seed: form.seed, onUnknown: undefined };
  const als = await new AlsRecommender(options).fit(train, { signal, onProgress: undefined, warmStart: undefined });
  als.recommend('a', { n: form.n, exclude: undefined, only: undefined, includeSeen: undefined });
  als.recommendMany(['a'], { n: form.n });
  als.recommendFor([{ item: 'a', value: undefined, timestamp: undefined }], { n: form.n });
  als.similarItems('a', { n: form.n, metric: undefined });
  await new BprRecommender({ factors: form.n, biases: undefined }).fit(train, { signal, validate: undefined });
  await new EaseRecommender({ regularization: form.n, solver: undefined }).fit(train, { signal });
  await new ItemKnnRecommender({ neighbors: form.n, similarity: undefined }).fit(train, { signal });
  await new PopularityRecommender({ method: undefined, now: form.n }).fit(train, { signal });
  FactorRecommender.from({
    userIds: [],
    itemIds: [],
    userFactors: undefined,
    itemFactors: new Float32Array(),
    globalBias: undefined,
    threads: undefined,
  });
}

export async function optionsOfDataAndBandits(): Promise<void> {
  await Interactions.from([], { user: undefined, duplicates: undefined, signal });
  train.filter({ minPerUser: form.n });
  const bandit = thompsonSampling({ priorSuccesses: form.n, state: undefined });
  bandit.choose(['a'], { n: form.n, context: undefined });
  linUcb({ dimensions: 1, alpha: form.n });
}
