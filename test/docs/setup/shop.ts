/** A small shop for the guides: products with texts, and users of two kinds that bought them. */
import { AlsRecommender, Interactions, PopularityRecommender, SemanticIndex } from 'attune';

export const products = Array.from({ length: 24 }, (_, k) => ({
  parent_asin: `B${String(k).padStart(2, '0')}`,
  title: `${k % 2 ? 'Espresso machine' : 'Water filter for a refrigerator'} ${k}`,
  brand: ['GE', 'Whirlpool', 'Bosch'][k % 3],
  price: 10 + k,
}));

export const newItems = ['B22', 'B23'];

/** A1 has even products, A2 odd ones, and so on; the newest two have no interactions. */
export const ratings = await Interactions.from(
  Array.from({ length: 12 }, (_, u) =>
    Array.from({ length: 7 }, (_, k) => ({
      user: `A${u}`,
      item: `B${String((((u * 4 + k * 2) % 22) + (u % 2)) % 22).padStart(2, '0')}`,
      value: 1 + ((u + k) % 5),
      timestamp: 1.6e12 + (u * 7 + k) * 86_400_000,
    })),
  ).flat(),
);

export const als = await new AlsRecommender({ factors: 8, seed: 7 }).fit(ratings);
export const popular = await new PopularityRecommender().fit(ratings);
export const index = await SemanticIndex.build(products, { id: 'parent_asin', text: 'title', metadata: ['brand', 'price', 'title'] });
