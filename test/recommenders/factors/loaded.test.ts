import {
  AlsRecommender,
  BprRecommender,
  FactorRecommender,
  LightGcnRecommender,
  loadRecommender,
  memoryModelStore,
  SasRecRecommender,
  TwoTowerRecommender,
} from 'attune';
import { describe, expect, it, vi } from 'vitest';
import { FactorServing } from '../../../src/recommenders/factors/serving.ts';
import { zipf } from '../../support/makers.ts';

const data = zipf({ users: 40, items: 60, rows: 400 });
const small = { factors: 8, seed: 1 };
const made = {
  als: { Class: AlsRecommender, trained: () => new AlsRecommender({ ...small, iterations: 2 }).fit(data) },
  bpr: { Class: BprRecommender, trained: () => new BprRecommender({ ...small, iterations: 2 }).fit(data) },
  'light-gcn': { Class: LightGcnRecommender, trained: () => new LightGcnRecommender({ ...small, epochs: 1 }).fit(data) },
  'two-tower': { Class: TwoTowerRecommender, trained: () => new TwoTowerRecommender({ ...small, epochs: 1 }).fit(data) },
  sasrec: { Class: SasRecRecommender, trained: () => new SasRecRecommender({ ...small, epochs: 1 }).fit(data) },
  factors: {
    Class: FactorRecommender,
    trained: async () => {
      const { users: userIds, items: itemIds, userFactors, itemFactors } = await new AlsRecommender({ ...small, iterations: 2 }).fit(data);
      return FactorRecommender.from({ userIds, itemIds, userFactors, itemFactors, history: data });
    },
  },
};

describe.each(Object.entries(made))('a %s model', (kind, { Class, trained }) => {
  it('is ready to answer when it is loaded, and answers like the one that was stored', async () => {
    const model = await trained();
    const store = memoryModelStore();
    await model.save(store, kind);
    const making = vi.spyOn(FactorServing, 'making');
    try {
      const loaded = await Class.load(store, kind);
      expect(making).toHaveBeenCalledTimes(1);
      const [user] = data.users;
      expect(loaded.recommend(user, { n: 5 })).toEqual(model.recommend(user, { n: 5 }));
      making.mockClear();
      loaded.recommend(user, { n: 6 });
      expect(making).not.toHaveBeenCalled();
      const any = await loadRecommender(await store.get(kind).then(({ bytes }) => bytes));
      expect(any.recommend(user, { n: 5 })).toEqual(model.recommend(user, { n: 5 }));
    } finally {
      making.mockRestore();
    }
  });
});
