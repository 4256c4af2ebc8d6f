import { exclude, HybridRanker, Interactions, ItemKnnRecommender, limitPer } from 'attune';
import { describe, expect, it } from 'vitest';
import { fakeModel, hangs, ranked } from './fakes.ts';

const numberOf = (item: string) => Number(item.slice(1));
const list = Array.from({ length: 300 }, (_, k) => `i${k}`);
const source = ({ n }: { n: number }) => ranked(...list).slice(0, n);
const attributes = (item: string) => ({ brand: numberOf(item) < 5 ? 'A' : item, stock: numberOf(item) !== 7 });
const ranker = new HybridRanker({ sources: { source }, attributes, rerank: [exclude({ where: { stock: false } }), limitPer('brand', 1)] });

describe('whyNot', () => {
  it('says what keeps an item off the page, by the first reason that applies', async () => {
    const request = { exclude: ['i8'], history: ['i9'] };
    const why = (item: string, more = {}) => ranker.whyNot({ ...request, ...more }, item, { n: 3 });
    expect(await why('i0')).toMatchObject({ item: 'i0', reason: 'listed', position: 1, sources: { source: { rank: 1 } } });
    expect(await why('i8')).toMatchObject({ reason: 'excluded' });
    expect(await why('i9')).toMatchObject({ reason: 'seen', source: 'history' });
    expect(await why('i7')).toMatchObject({ reason: 'excluded', rule: 'exclude' });
    expect(await why('i1')).toMatchObject({ reason: 'limited', rule: 'limitPer', text: expect.stringContaining("limitPer('brand')") });
    expect(await why('i20', { only: ['i0', 'i1'] })).toMatchObject({ reason: 'not-in-only' });
    const below = await why('i250'); // i1 to i4 are limited, i7, i8 and i9 out
    expect(below).toMatchObject({ reason: 'rank', position: 244, sources: { source: { rank: 248 } } });
    expect(await why('nobody')).toMatchObject({ reason: 'not-found', sources: { source: { text: 'It is not among its candidates.' } } });
    for (const item of ['i0', 'i8', 'i1', 'i250', 'nobody']) expect((await why(item)).text).toMatch(/\.$/);
  });

  it('says what each source has to say: what a model knows, that it failed, that it cannot answer', async () => {
    const data = await Interactions.from(
      [
        ['ann', 'a'],
        ['ann', 'b'],
        ['bob', 'a'],
        ['bob', 'c'],
      ].map(([user, item]) => ({ user, item })),
    );
    const knn = await new ItemKnnRecommender().fit(data);
    const sources = { knn, taste: fakeModel({ zoe: ['x'] }), hangs };
    const answer = await new HybridRanker({ sources, timeoutMs: 20 }).whyNot({ user: 'ann' }, 'b');
    expect(answer).toMatchObject({ reason: 'seen', source: 'knn' });
    const unknown = await new HybridRanker({ sources, timeoutMs: 20 }).whyNot({ user: 'ann' }, 'zzz');
    expect(unknown).toMatchObject({
      reason: 'not-found',
      sources: {
        knn: { whyNot: { reason: 'unknown-item' } },
        taste: { text: 'It knows nothing of the visitor.' },
        hangs: { text: 'no answer within 20 ms' },
      },
    });
  });

  it('takes numbers, and refuses what is no id', async () => {
    const numbers = new HybridRanker({ sources: { n: () => [{ item: 7, score: 1 }] } });
    expect(await numbers.whyNot({}, 7)).toMatchObject({ item: '7', reason: 'listed' });
    await expect(numbers.whyNot({}, 0.5)).rejects.toMatchObject({ code: 'ERR_BAD_ID' });
    await expect(numbers.whyNot({}, '')).rejects.toMatchObject({ code: 'ERR_BAD_ID' });
  });
});
