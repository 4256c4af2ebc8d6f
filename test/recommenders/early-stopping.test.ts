import { AlsRecommender, BprRecommender, EaseRecommender, ItemKnnRecommender, PopularityRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../src/recommenders/shared/early-stopping.ts';
import { expectRejection } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';

const iterating = [
  ['AlsRecommender', (validate: () => unknown, more = {}) => new AlsRecommender({ factors: 4, iterations: 9 }).fit(zipf(), { validate: validate as () => number, ...more })],
  ['BprRecommender', (validate: () => unknown, more = {}) => new BprRecommender({ factors: 4, iterations: 9 }).fit(zipf(), { validate: validate as () => number, ...more })],
] as const; // biome-ignore format: a table

describe('Early stopping', () => {
  it('asks every few iterations and after the last, and ends with the best after so many answers that were no better', async () => {
    const answers = [1, 3, 3, 2, 9];
    const stopping = new EarlyStopping<number>('Test', (factors) => answers[factors / 2 - 1], { validateEvery: 2, patience: 2 });
    const done = (iteration: number, final = false) => stopping.after({ line: { iteration }, final, factors: () => iteration });
    expect(await done(1)).toBeUndefined();
    expect(await done(2)).toBeUndefined();
    expect(await done(4)).toBeUndefined();
    expect(await done(6)).toBeUndefined();
    expect(await done(8)).toBe(4);
  });
  it.each(iterating)('is the same in %s', async (name, train) => {
    let asked = 0;
    const values = [1, 5, 4, 3, 2, 9, 9, 9, 9];
    const model = await train(() => values[asked++], { validateEvery: 1, patience: 3 });
    expect(asked).toBe(5);
    expect(model.history.map(({ validation }) => validation)).toEqual([1, 5, 4, 3, 2]);
    asked = 0;
    await train(() => asked++, { validateEvery: 4, patience: 1 });
    expect(asked).toBe(3); // after 4, 8 and the last
    await expect(train(() => Number.NaN)).rejects.toThrow(`${name}.fit: 'validate' must give a number`);
    await expectRejection(
      'ERR_BAD_VALUE',
      train(() => '0.5'),
    );
    for (const bad of [{ validateEvery: 0 }, { patience: 0 }, { patience: 1.5 }])
      await expectRejection(
        'ERR_BAD_OPTION',
        train(() => 1, bad),
      );
  });
  it('is refused by families that do not iterate', async () => {
    for (const model of [new EaseRecommender(), new ItemKnnRecommender(), new PopularityRecommender()]) {
      await expectRejection('ERR_BAD_OPTION', model.fit(zipf(), { patience: 3 } as never));
      await expectRejection('ERR_BAD_OPTION', model.fit(zipf(), { validate: () => 1 } as never));
    }
  });
});
