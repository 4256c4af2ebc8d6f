import { AlsRecommender, boost, exclude, HybridRanker, Interactions, limitPer, pin } from 'attune';
import { expect, it } from 'vitest';

const rows = [
  [1, 10],
  [1, 11],
  [2, 10],
  [2, 12],
  [3, 11],
  [3, 12],
  [3, 13],
].map(([user, item]) => ({ user, item }));
const als = await new AlsRecommender({ factors: 2 }).fit(await Interactions.from(rows));
const list = () => [
  { item: 12, score: 3 },
  { item: 13n, score: 2 },
  { item: '14', score: 1 },
];
const ids = async (ranker: HybridRanker, request: Parameters<HybridRanker['rank']>[0]) =>
  (await ranker.rank(request)).items.map(({ item }) => item);

it('a number given as an id means its digits in requests, rules, attributes and answers', async () => {
  const models = new HybridRanker({ sources: { als } });
  expect(await ids(models, { user: 1 })).toEqual(await ids(models, { user: '1' }));
  expect(await ids(models, { user: 1, exclude: [12] })).toEqual(['13']);
  expect(await ids(models, { user: 1, only: [12, 10] })).toEqual(['12']);
  expect(await ids(models, { history: [10, { item: 11 }] })).not.toContain('10');
  const ranker = (...rerank: ConstructorParameters<typeof HybridRanker>[0]['rerank'] & object) =>
    new HybridRanker({
      sources: { list },
      attributes: new Map([
        [12, { brand: 'A' }],
        [13, { brand: 'A' }],
      ]),
      rerank,
    });
  expect(await ids(ranker(), {})).toEqual(['12', '13', '14']);
  expect(await ids(ranker(exclude({ items: [12] })), {})).toEqual(['13', '14']);
  expect(await ids(ranker(exclude({ where: { brand: 'A' } })), {})).toEqual(['14']);
  expect(await ids(ranker(limitPer('brand', 1)), {})).toEqual(['12', '14']);
  expect(await ids(ranker(pin({ items: [14, 99] })), {})).toEqual(['14', '99', '12', '13']);
  expect(await ids(ranker(boost({ items: [14], factor: 1e6 }), pin({ items: [13] })), { exclude: [12] })).toEqual(['13', '14']);
  expect(() => exclude({ items: [0.5] })).toThrow(expect.objectContaining({ code: 'ERR_BAD_ID' }));
});
