import { Interactions, PopularityRecommender } from 'attune';
import { expect, it } from 'vitest';
import { popularList } from '../../examples/amazon-appliances/server/domain/popular-list.ts';

it('what everybody likes is what the model says, also of named products and without some', async () => {
  const rows = Array.from({ length: 400 }, (_, k) => ({ user: `u${k}`, item: `i${Math.floor(Math.sqrt(k))}`, value: 1 }));
  const model = await new PopularityRecommender().fit(await Interactions.from(rows));
  const list = popularList(model);
  const only = ['i3', 'i19', 'nothing', 'i7', 'i3', 'i11'];
  for (const options of [
    { n: 5 },
    { n: 5, exclude: ['i19', 'i17'] },
    { n: 10, only },
    { n: 2, only, exclude: ['i19'] },
    { n: 10, only: [] },
  ])
    for (let again = 0; again < 2; again++) expect(list.recommend('anybody', options)).toEqual(model.recommendFor([], options));
});
