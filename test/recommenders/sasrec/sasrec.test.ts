import { SasRecRecommender } from 'attune';
import { describe } from 'vitest';
import { recommenderConformance } from '../../support/conformance.ts';

const small = { factors: 16, epochs: 60, learningRate: 0.01, negatives: 16, dropout: 0, maxLength: 20, seed: 3 };

describe.each([
  ['softmax', {}],
  ['labels, two blocks of two heads', { loss: 'bce', blocks: 2, heads: 2 }],
] as const)('SasRecRecommender, %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new SasRecRecommender({ ...small, ...settings, ...options }),
    Class: SasRecRecommender,
    can: { partialFit: true, similarUsers: true, sequence: true },
  });
});
