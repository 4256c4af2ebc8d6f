import {
  AlsRecommender,
  BprRecommender,
  type Interactions,
  LightGcnRecommender,
  loadRecommender,
  NcfRecommender,
  type Progress,
  type Recommender,
  SasRecRecommender,
  split,
  TwoTowerRecommender,
} from 'attune';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutNdcg } from '../../src/recommenders/shared/hold-out.ts';
import { expectRejection } from '../support/conformance.ts';
import { fromRows, zipf } from '../support/makers.ts';

/** What every family that iterates takes in `fit`. */
interface ValidatedFit {
  validation?: Interactions | 'auto';
  validate?: () => number;
  validateEvery?: number;
  patience?: number;
  onProgress?: (progress: Progress) => void;
}

type Iterating = Recommender & {
  readonly history: readonly { iteration: number; validation?: number | undefined }[];
  fit(interactions: Interactions, options?: ValidatedFit): Promise<unknown>;
};

const families: Record<string, (iterations?: number) => Iterating> = {
  AlsRecommender: (iterations = 8) => new AlsRecommender({ factors: 4, iterations, seed: 1 }),
  BprRecommender: (iterations = 8) => new BprRecommender({ factors: 4, iterations, seed: 1 }),
  LightGcnRecommender: (epochs = 8) => new LightGcnRecommender({ factors: 4, epochs, seed: 1 }),
  NcfRecommender: (epochs = 8) => new NcfRecommender({ factors: 4, layers: [8, 4], epochs, seed: 1 }),
  SasRecRecommender: (epochs = 8) => new SasRecRecommender({ factors: 8, epochs, seed: 1 }),
  TwoTowerRecommender: (epochs = 8) => new TwoTowerRecommender({ factors: 4, epochs, seed: 1 }),
};

describe.each(Object.entries(families))('the validation of %s', (_, make) => {
  const data = zipf();
  const { train, test } = split(data, { strategy: 'leave-last-out' });
  let stopped: Iterating;
  let best: number;

  beforeAll(async () => {
    stopped = make();
    await stopped.fit(train, { validation: test, validateEvery: 1, patience: 3 });
    best = Math.max(...stopped.history.map(({ validation }) => validation as number));
  });

  it('on held-out rows keeps the best iteration', async () => {
    expect(stopped.history.every(({ validation }) => validation !== undefined && validation >= 0 && validation <= 1)).toBe(true);
    expect(await heldOutNdcg(stopped, test)).toBe(best);
  });

  it("that is 'auto' holds rows out, then fits on all of them", async () => {
    const phases = new Set<string>();
    const model = make();
    await model.fit(train, { validation: 'auto', validateEvery: 1, patience: 2, onProgress: ({ phase }) => phases.add(phase) });
    expect(phases).toContain('validating');
    expect(model.history.every(({ validation }) => validation !== undefined)).toBe(true);
    expect([...model.users]).toEqual([...train.users]);
    expect([...model.items]).toEqual([...train.items]);
  });

  it("that is 'auto' without rows to spare fits as if there were none", async () => {
    const tiny = fromRows([
      ['u', 'a', 1],
      ['v', 'b', 1],
    ]);
    const [model, plain] = [make(3), make(3)];
    await model.fit(tiny, { validation: 'auto' });
    await plain.fit(tiny);
    expect(model.recommend('u', { includeSeen: true })).toEqual(plain.recommend('u', { includeSeen: true }));
  });

  it('is one of two ways, and of a known kind', async () => {
    await expectRejection('ERR_BAD_OPTION', make().fit(train, { validation: test, validate: () => 1 }));
    for (const bad of ['all', 5, null, []]) await expectRejection('ERR_BAD_OPTION', make().fit(train, { validation: bad as never }));
  });
});

describe("the validation 'auto'", () => {
  it.each(['AlsRecommender', 'BprRecommender'])('of %s ends with the model of as many iterations as were best', async (name) => {
    const data = zipf();
    const model = families[name]();
    await model.fit(data, { validation: 'auto', validateEvery: 1, patience: 2 });
    const plain = families[name](model.history.length);
    await plain.fit(data);
    expect([...model.recommendMany(data.users)]).toEqual([...plain.recommendMany(data.users)]);
    expect([...(await loadRecommender(model.toBytes())).recommendMany(data.users)]).toEqual([...model.recommendMany(data.users)]);
  });
  it('of AlsRecommender refuses what belongs to all of the data', async () => {
    const data = zipf();
    const numbers = new Float32Array(4 * data.itemCount);
    for (const options of [
      { initialItemFactors: numbers },
      { userWeights: new Float32Array(data.userCount) },
      { checkpoint: { write() {} } },
    ]) {
      await expectRejection('ERR_BAD_OPTION', new AlsRecommender({ factors: 4 }).fit(data, { validation: 'auto', ...options }));
    }
  });
});
