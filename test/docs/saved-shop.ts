import { AlsRecommender, Interactions, SemanticIndex } from 'attune';
import { fileModelStore } from 'attune/node';

const likes = {
  Alice: ['ramen', 'gyoza', 'sushi'],
  Bob: ['ramen', 'sushi'],
  Carol: ['lasagne', 'risotto', 'tiramisu'],
  Dan: ['lasagne', 'tiramisu'],
};
const texts = {
  ramen: 'Ramen: noodle soup with pork, egg and seaweed',
  gyoza: 'Gyoza: fried dumplings with cabbage and ginger',
  sushi: 'Sushi: rice with raw fish',
  lasagne: 'Lasagne: layers of pasta with meat and cheese',
  risotto: 'Risotto: creamy rice with saffron and parmesan',
  tiramisu: 'Tiramisu: dessert with coffee and mascarpone',
};

/** What the recipes serve: the dishes of the first page as `shop@production` and `shop-search` in a folder of models. */
export async function saveShop(folder: string): Promise<void> {
  const store = fileModelStore(folder);
  const rows = Object.entries(likes).flatMap(([user, items]) => items.map((item) => ({ user, item })));
  const model = await new AlsRecommender({ factors: 2, seed: 7 }).fit(await Interactions.from(rows));
  const { version } = await model.save(store, 'shop');
  await store.promote('shop', version, 'production');
  const index = await SemanticIndex.build(
    Object.entries(texts).map(([id, text]) => ({ id, text })),
    { metadata: ['text'] },
  );
  await index.save(store, 'shop-search');
}
