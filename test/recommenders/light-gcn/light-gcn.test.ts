import { LightGcnRecommender } from 'attune';
import { describe } from 'vitest';
import { recommenderConformance } from '../../support/conformance.ts';

describe.each([
  ['softmax', { epochs: 40 }],
  ['bpr', { loss: 'bpr', epochs: 80 }],
] as const)('LightGcnRecommender by %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new LightGcnRecommender({ factors: 8, learningRate: 0.05, seed: 3, ...settings, ...options }),
    Class: LightGcnRecommender,
    can: { similarUsers: true, explain: true, explainMany: true, explainFor: true, partialFit: true, earlyStopping: true },
  });
});
