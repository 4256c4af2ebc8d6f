/** What must and what must not compile of the public face as a whole. The compiler is the test: nothing here runs. */
import {
  type AlsOptions,
  AlsRecommender,
  type BprOptions,
  evaluate,
  HybridRanker,
  type HybridRankerOptions,
  Interactions,
  type ModelStore,
  metrics,
  type Recommendation,
  type Recommender,
  SemanticIndex,
  type StoredModel,
} from 'attune';
import { BaseRecommender, type RecommenderFamily, recommenderConformance, type TestRunner } from 'attune/authoring';
import { ndcg } from 'attune/metrics';

declare const train: Interactions;
declare const store: ModelStore;

type Root = typeof import('attune');
// @ts-expect-error: what authors need is in attune/authoring
export type CheckModelName = Root['checkModelName'];
// @ts-expect-error: experiments have a subpath of their own
export type SequentialTest = Root['sequentialTest'];
// @ts-expect-error: so has tracking
export type Tracked = Root['tracked'];
export const sameFunctions = metrics.ndcg === ndcg;

export async function settingsAreChecked(): Promise<void> {
  const options: AlsOptions = { factors: 8, feedback: 'implicit', threads: 'auto', seed: 7 };
  const als: AlsRecommender = await new AlsRecommender(options).fit(train);
  const list: Recommendation[] = als.recommend('u', { n: 3, exclude: new Set(['i']) });
  list[0].score.toFixed(2);
  // @ts-expect-error: a misspelt setting
  new AlsRecommender({ factor: 8 });
  // @ts-expect-error: not a way of feedback
  new AlsRecommender({ feedback: 'implied' });
  // @ts-expect-error: a misspelt option of a call
  als.recommend('u', { count: 3 });
  const bpr: BprOptions = { factors: 8 };
  // @ts-expect-error: settings of another family
  new AlsRecommender({ ...bpr, negatives: 3 } satisfies AlsOptions);
}

export async function resultsHaveNames(): Promise<void> {
  const model: StoredModel = await store.get('als@production');
  const recommender: Recommender = AlsRecommender.fromBytes(model.bytes);
  const report = await evaluate(recommender, { train, test: train, metrics: ['ndcg'], k: [10] });
  report.get('ndcg', 10).mean.toFixed(3);
  const ranker = new HybridRanker({ sources: { recommender } } satisfies HybridRankerOptions);
  const page = await ranker.rank({ user: 'u' }, { n: 10 });
  page.items[0].item.toUpperCase();
  const index = await SemanticIndex.load(store, 'search');
  (await index.search('kettle', { n: 1 }))[0].score.toFixed(2);
}

export function authorsHaveTheSuites(runner: TestRunner, family: RecommenderFamily<AlsRecommender>): void {
  recommenderConformance(family, runner);
  const families: (typeof BaseRecommender)[] = [BaseRecommender];
  families.length.toFixed();
}

export function interactionsComeFromRows(): void {
  Interactions.fromColumns({ users: ['a'], items: ['x'], values: [1] });
  // @ts-expect-error: users are missing
  Interactions.fromColumns({ items: ['x'] });
}
