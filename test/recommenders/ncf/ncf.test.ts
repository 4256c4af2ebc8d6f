import { Interactions, NcfRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { checkerboard, zipf } from '../../support/makers.ts';

const small = { factors: 8, layers: [16, 8], epochs: 8, learningRate: 0.03, batch: 16, seed: 3 };

describe.each([
  ['neumf', {}],
  ['gmf', { variant: 'gmf' }],
  ['mlp', { variant: 'mlp' }],
  ['neumf with pretraining', { pretrain: 4 }],
  ['neumf by a softmax', { loss: 'softmax' }],
] as const)('NcfRecommender, %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new NcfRecommender({ ...small, ...settings, ...options }),
    Class: NcfRecommender,
    can: { partialFit: true },
  });
});

describe('NcfRecommender', () => {
  it('gives the same bytes for any number of threads, and other ones for another seed', async () => {
    const data = zipf({ users: 300, items: 80, rows: 4000 });
    for (const more of [{}, { pretrain: 1 }, { loss: 'softmax' }, { feedback: 'explicit' }] as const) {
      const fitted = (options: object) => new NcfRecommender({ ...small, ...more, epochs: 2, batch: 256, ...options }).fit(data);
      const one = (await fitted({ threads: 1 })).toBytes();
      for (const threads of [2, 3]) expect((await fitted({ threads })).toBytes()).toEqual(one);
      expect((await fitted({ seed: 4 })).toBytes()).not.toEqual(one);
    }
  });
  it('takes widths that are no multiples of 8, and keeps what fills them up at 0', async () => {
    const model = await new NcfRecommender({ ...small, factors: 5, layers: [6, 5, 3], epochs: 3 }).fit(zipf());
    const again = NcfRecommender.fromBytes(model.toBytes());
    expect(again.recommend('u1')).toEqual(model.recommend('u1'));
    expect(again.toBytes()).toEqual(model.toBytes());
  });
  it('predicts values of explicit feedback in their unit, better than means do', async () => {
    const data = Interactions.fromColumns(stars());
    const model = await new NcfRecommender({ ...small, feedback: 'explicit', epochs: 60, layers: [32, 16] }).fit(data);
    let error = 0;
    for (const { user, item, value } of data) error += (model.score(user, [item])[0] - value) ** 2;
    expect(Math.sqrt(error / data.size)).toBeLessThan(0.8); // all means are 3, from which every value is 2 away
    const visitor = model.recommendFor(
      [
        { item: 'i0', value: 5 },
        { item: 'i1', value: 1 },
        { item: 'i2', value: 5 },
      ],
      { n: 20 },
    );
    expect(Number(visitor[0].item.slice(1)) % 2).toBe(0);
  });
  it('adds the popularity of an item to every score', async () => {
    const data = zipf();
    const usersOf = new Map<string, Set<string>>();
    for (const { user, item } of data) usersOf.set(item, (usersOf.get(item) ?? new Set()).add(user));
    const items = [...usersOf.keys()];
    const fitted = (popularity: number) => new NcfRecommender({ ...small, popularity, epochs: 2 }).fit(data);
    const [without, model] = [await fitted(0), await fitted(2)];
    const scores = model.score('u1', items);
    without.score('u1', items).forEach((score, k) => {
      expect(scores[k] - score).toBeCloseTo(2 * Math.log(usersOf.get(items[k])!.size), 4);
    });
    expect(model.recommend('u1')).not.toEqual(without.recommend('u1'));
    expect(NcfRecommender.fromBytes(model.toBytes()).score('u1', items)).toEqual(scores);
    for (const popularity of [-1, 101]) expect(() => new NcfRecommender({ popularity })).toThrow('popularity');
  });
  it('reports epochs with their loss, which falls', async () => {
    const seen: unknown[] = [];
    const options = { ...small, epochs: 10, pretrain: 5 };
    const model = await new NcfRecommender(options).fit(checkerboard(), {
      validation: 'auto',
      onProgress: ({ phase }) => seen.push(phase),
    });
    expect(new Set(seen)).toEqual(new Set(['validating', 'training']));
    expect(model.history.at(-1)?.loss).toBeLessThan(model.history[0].loss);
    expect(model.history.some(({ validation }) => validation !== undefined)).toBe(true);
  });
  it('stays as it was when a fit is aborted', async () => {
    const model = await new NcfRecommender({ ...small, epochs: 3 }).fit(zipf());
    const before = model.toBytes();
    const stop = new AbortController();
    const fit = model.fit(checkerboard(), { signal: stop.signal, onProgress: ({ done }) => done === 1 && stop.abort(new Error('enough')) });
    await expect(fit).rejects.toThrow('enough');
    expect(model.toBytes()).toEqual(before);
  });
  it('wants layers that begin with two embeddings', async () => {
    for (const layers of [[], [64], [63, 32], [64, 0], 'wide']) {
      expect(() => new NcfRecommender({ layers: layers as number[] })).toThrow('2 to 8 whole numbers');
    }
    await expectRejection('ERR_BAD_OPTION', new NcfRecommender().fit(zipf(), { validation: 5 as never }));
  });
});

/** Users of one camp give 5 stars to even items and 1 to odd ones, those of the other the reverse; one in four is missing. */
function stars() {
  const rows = Array.from({ length: 400 }, (_, k) => ({ user: Math.floor(k / 20), item: k % 20 })).filter((_, k) => (k * 7) % 4 !== 0);
  return {
    users: rows.map(({ user }) => `u${user}`),
    items: rows.map(({ item }) => `i${item}`),
    values: Float32Array.from(rows, ({ user, item }) => ((user + item) % 2 === 0 ? 5 : 1)),
  };
}
