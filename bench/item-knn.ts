import { parseArgs } from 'node:util';
import { ItemKnnRecommender } from 'attune';
import { dataFolder, gowalla } from './support/data.ts';
import { qualityOf } from './support/lists.ts';

/** Item-kNN on the LightGCN split of Gowalla: all items ranked that a user has not met in training, Recall@20 and NDCG@20. */
export const itemKnn = {
  name: 'item-knn',
  summary: "Item-kNN on Gowalla: time to fit and to rank, Recall@20 / NDCG@20. --settings '[{...}, ...]' tries options.",
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({ args, options: { settings: { type: 'string', default: '[{}]' } } });
    const settings: ConstructorParameters<typeof ItemKnnRecommender>[0][] = JSON.parse(values.settings);
    const folder = dataFolder('gowalla-lightgcn');
    if (!folder) return;
    const { train, test } = gowalla(folder);
    for (const setting of settings) {
      const started = performance.now();
      const model = await new ItemKnnRecommender(setting).fit(train);
      const fitted = performance.now();
      const { recall, ndcg } = qualityOf(model, test);
      const times = `fit ${((fitted - started) / 1000).toFixed(2)} s, lists ${((performance.now() - fitted) / 1000).toFixed(2)} s`;
      console.log(`${JSON.stringify(setting)} Recall@20 ${recall.toFixed(4)} NDCG@20 ${ndcg.toFixed(4)} ${times}`);
    }
  },
};
