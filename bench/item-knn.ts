import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { Interactions, ItemKnnRecommender, type Recommender } from 'attune';

/** Item-kNN on the LightGCN split of Gowalla: all items ranked that a user has not met in training, Recall@20 and NDCG@20. */
export const itemKnn = {
  name: 'item-knn',
  summary: 'Item-kNN on Gowalla (29,858 x 40,981; 810,128): time to fit and to rank, Recall@20 / NDCG@20.',
  async run({ data, settings = [{}] }: { data: string; settings?: ConstructorParameters<typeof ItemKnnRecommender>[0][] }): Promise<void> {
    const train = await readLists(join(data, 'train.txt.gz'));
    const test = await readLists(join(data, 'test.txt.gz'));
    const interactions = Interactions.fromColumns({
      users: train.flatMap(({ user, items }) => items.map(() => user)),
      items: train.flatMap(({ items }) => items),
    });
    for (const setting of settings) {
      const started = performance.now();
      const model = await new ItemKnnRecommender(setting).fit(interactions);
      const fitted = performance.now();
      const { recall, ndcg } = rankingOf(model, test, 20);
      const times = `fit ${((fitted - started) / 1000).toFixed(2)} s, lists ${((performance.now() - fitted) / 1000).toFixed(2)} s`;
      console.log(`${JSON.stringify(setting)} Recall@20 ${recall.toFixed(4)} NDCG@20 ${ndcg.toFixed(4)} ${times}`);
    }
  },
};

interface UserItems {
  user: string;
  items: string[];
}

/** Lines of `user item item ...`, gzipped. */
async function readLists(path: string): Promise<UserItems[]> {
  const lists: UserItems[] = [];
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) })) {
    const [user, ...items] = line.split(' ').filter((word) => word !== '');
    if (items.length > 0) lists.push({ user, items });
  }
  return lists;
}

function rankingOf(model: Recommender, test: UserItems[], k: number): { recall: number; ndcg: number } {
  const lists = model.recommendMany(
    test.map(({ user }) => user),
    { n: k },
  );
  let recall = 0;
  let ndcg = 0;
  test.forEach(({ items }, u) => {
    const relevant = new Set(items);
    const hits = lists.at(u).map(({ item }) => (relevant.has(item) ? 1 : 0));
    const gain = (values: number[]) => values.reduce((sum, hit, rank) => sum + hit / Math.log2(rank + 2), 0);
    recall += hits.reduce((a: number, b) => a + b, 0) / relevant.size;
    ndcg += gain(hits) / gain(Array(Math.min(k, relevant.size)).fill(1));
  });
  return { recall: recall / test.length, ndcg: ndcg / test.length };
}
