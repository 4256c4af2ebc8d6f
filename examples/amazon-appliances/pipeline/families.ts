import {
  AlsRecommender,
  BprRecommender,
  chooseModel,
  EaseRecommender,
  evaluate,
  type FitOptions,
  GraphFilterRecommender,
  type Interactions,
  ItemKnnRecommender,
  LightGcnRecommender,
  NcfRecommender,
  PopularityRecommender,
  type Progress,
  type Recommender,
  SasRecRecommender,
  SequenceLinearRecommender,
  TwoTowerRecommender,
} from 'attune';
import type { Settings } from '../settings.ts';
import { digest, digestRatings, loadRatings } from './data.ts';
import type { Family } from './family-names.ts';
import { heldOutAls, holdOut } from './held-out.ts';
import { register, upToDate } from './register.ts';
import type { System, TrainedModel, TrainOptions } from './system.ts';

/** How a model of each family is made; two numbers keep those that would hold items x items small. */
const makers = {
  als: ({ als }: Settings) => new AlsRecommender(als),
  popularity: () => new PopularityRecommender(),
  'item-knn': () => new ItemKnnRecommender(),
  'graph-filter': ({ als }: Settings) => new GraphFilterRecommender({ filter: 'linear', seed: als.seed }),
  'sequence-linear': () => new SequenceLinearRecommender({ weightsPerItem: 100 }),
  ease: () => new EaseRecommender({ weightsPerItem: 100 }),
  bpr: ({ als }: Settings) => new BprRecommender({ candidates: 4, iterations: 60, seed: als.seed }),
  'light-gcn': ({ als }: Settings) => new LightGcnRecommender({ seed: als.seed }),
  'two-tower': ({ als }: Settings) => new TwoTowerRecommender({ seed: als.seed }),
  ncf: ({ als }: Settings) => new NcfRecommender({ seed: als.seed }),
  sasrec: ({ als }: Settings) => new SasRecRecommender({ seed: als.seed }),
} satisfies Record<Family, (settings: Settings) => Recommender>;

/** The name of a family's model in the store. */
export const modelNameOf = (family: Family | 'auto') => `appliances-${family}`;

/** A fitted model for an evaluation; that of ALS is kept on disk. */
export async function fittedForTest(
  family: Family,
  train: Interactions,
  settings: Settings,
  options: FitOptions,
): Promise<Recommender> {
  if (family === 'als') return heldOutAls(train, settings, options);
  return makers[family](settings).fit(train, options);
}

/**
 * Trains one family, or with `'auto'` what `chooseModel` finds within the budget, measures it on the last rating of at most 2,000 users, and
 * registers it with the name `appliances-FAMILY`. The shop goes on serving what it serves.
 */
export async function trainFamily(
  { data, store, settings }: Pick<System, 'data' | 'store' | 'settings'>,
  family: Family | 'auto',
  { force = false, promote = true, onProgress, signal }: TrainOptions = {},
): Promise<TrainedModel> {
  const named = (phase: string) => onProgress && ((progress: Progress) => onProgress({ ...progress, phase }));
  const ratings = await loadRatings(data, { onProgress: named('reading ratings'), signal });
  const name = modelNameOf(family);
  const fingerprint = digest(digestRatings(ratings), family, settings.als, settings.choice);
  const known = force ? undefined : await upToDate(store, name, fingerprint);
  if (known) return known;
  const started = performance.now();
  const { model, metrics, about } = await (family === 'auto' ? chosen() : one(family));
  const seconds = Math.round(performance.now() - started) / 1000;
  return register(store, name, model.toBytes(), { kind: model.kind, fingerprint, metrics, seconds, ...about }, { ...settings, promote });

  async function one(family: Family) {
    const { train, test } = holdOut(ratings);
    const metrics: Record<string, number> = {};
    if (test.size > 0) {
      const held = await fittedForTest(family, train, settings, { onProgress: named('measuring'), signal });
      const report = await evaluate(held, { train, test, k: 10, metrics: ['ndcg', 'recall', 'coverage'], users: 2000, signal });
      for (const key of report.keys) metrics[key] = Math.round(report.get(key).mean * 1e5) / 1e5;
    }
    const model: Recommender = await makers[family](settings).fit(ratings, { onProgress: named('training'), signal });
    return { model, metrics, about: {} };
  }

  async function chosen() {
    const { recommender, report, family, parameters, seconds } = await chooseModel(ratings, {
      ...settings.choice,
      seed: settings.als.seed,
      onProgress: named('choosing'),
      signal,
    });
    const metrics = Object.fromEntries(report.keys.map((key) => [key, Math.round(report.get(key).mean * 1e5) / 1e5]));
    return { model: recommender, metrics, about: { family, parameters, choosing: seconds } };
  }
}
