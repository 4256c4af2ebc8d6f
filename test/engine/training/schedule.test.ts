import { LightGcnRecommender, NcfRecommender, SasRecRecommender, TwoTowerRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { falling } from '../../../src/engine/training/schedule.ts';
import { zipf } from '../../support/makers.ts';

/** SASRec's steps fall to a tenth, those of the others to 0. */
describe('the length of training steps', () => {
  it('falls from the learning rate to 0, slowly at both ends', () => {
    expect([0, 0.5, 1].map((done) => falling(0.1, done))).toEqual([0.1, 0.05, 0]);
    expect(falling(0.1, 0.1)).toBeGreaterThan(0.097);
    expect(falling(0.1, 0.9)).toBeLessThan(0.003);
  });
  it.each([
    ['NcfRecommender', 0.03, (options: object) => new NcfRecommender({ factors: 8, layers: [16, 8], ...options })],
    ['SasRecRecommender', 0.2, (options: object) => new SasRecRecommender({ factors: 8, maxLength: 10, negatives: 16, ...options })],
    ['LightGcnRecommender', 0.03, (options: object) => new LightGcnRecommender({ factors: 8, ...options })],
    ['TwoTowerRecommender', 0.03, (options: object) => new TwoTowerRecommender({ factors: 8, ...options })],
  ])('of %s does so: the last epoch changes scores by less than %f of what an early one does', async (_, most, make) => {
    const data = zipf({ users: 60, items: 30, rows: 600 });
    const items = [...data.items];
    const scores: Float32Array[] = [];
    const keep = (model: { score(user: string, items: string[]): ArrayLike<number> }) =>
      scores.push(Float32Array.from(model.score('u1', items)));
    await make({ epochs: 12, seed: 1 }).fit(data, { validate: keep, patience: 100 });
    const moved = (epoch: number) => Math.hypot(...scores[epoch].map((score, k) => score - scores[epoch - 1][k]));
    expect(scores).toHaveLength(12);
    expect(moved(11)).toBeLessThan(most * moved(2));
  });
});
