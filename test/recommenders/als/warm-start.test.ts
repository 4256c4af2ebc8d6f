import { AlsRecommender, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../../support/makers.ts';

const data = zipf({ users: 200, items: 80, rows: 2000 });
const options = { factors: 8, regularization: 1 };
const lastLoss = (als: AlsRecommender) => als.history.at(-1)?.loss ?? Number.NaN;

describe('a fit that starts from an earlier model', () => {
  it('gets further in one iteration than a cold one, also when items have come, gone and changed places', async () => {
    const yesterday = await new AlsRecommender({ ...options, iterations: 20 }).fit(data);
    const rows = [...data]
      .filter((row) => row.item !== 'i5')
      .map(({ user, item, value }) => ({ user, item, value }))
      .reverse();
    const today = await Interactions.from([...rows, { user: 'u1', item: 'fresh', value: 3 }, { user: 'new', item: 'fresh', value: 1 }]);
    const once = () => new AlsRecommender({ ...options, iterations: 1 });
    const cold = await once().fit(today);
    const warm = await once().fit(today, { warmStart: yesterday });
    const converged = await new AlsRecommender({ ...options, iterations: 20 }).fit(today);
    expect(lastLoss(warm)).toBeLessThan(lastLoss(cold));
    expect(Math.abs(lastLoss(warm) / lastLoss(converged) - 1)).toBeLessThan(0.02);
  });

  it('is one that starts from its item factors, and leaves the earlier model alone', async () => {
    const earlier = await new AlsRecommender({ ...options, iterations: 3 }).fit(data);
    const bytes = earlier.toBytes();
    const warm = await new AlsRecommender(options).fit(data, { warmStart: earlier });
    const given = await new AlsRecommender(options).fit(data, { initialItemFactors: earlier.itemFactors.data });
    expect(warm.toBytes()).toEqual(given.toBytes());
    expect(earlier.toBytes()).toEqual(bytes);
    const itself = await earlier.fit(data, { warmStart: earlier });
    expect(itself).toBe(earlier);
  });

  it('starts new items as a cold fit would', async () => {
    const elsewhere = await new AlsRecommender(options).fit(Interactions.fromColumns({ users: ['a', 'a', 'b'], items: ['x', 'y', 'x'] }));
    const warm = await new AlsRecommender(options).fit(data, { warmStart: elsewhere });
    expect(warm.toBytes()).toEqual((await new AlsRecommender(options).fit(data)).toBytes());
  });

  it('refuses what it cannot start from', async () => {
    const fitFrom = (warmStart: unknown) => new AlsRecommender(options).fit(data, { warmStart } as object);
    const other = await new AlsRecommender({ factors: 4, iterations: 1 }).fit(data);
    await expect(fitFrom(other)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await expect(fitFrom({})).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await expect(fitFrom(new AlsRecommender(options))).rejects.toMatchObject({ code: 'ERR_NOT_FITTED' });
  });
});
