import { NcfRecommender } from 'attune';
import { describe } from 'vitest';
import { recommenderConformance } from '../../support/conformance.ts';

const small = { factors: 8, layers: [16, 8], epochs: 120, learningRate: 0.01, batch: 8, seed: 3 };

describe.each([
  ['neumf', {}],
  ['gmf', { variant: 'gmf' }],
  ['mlp', { variant: 'mlp' }],
  ['neumf with pretraining', { pretrain: 20 }],
] as const)('NcfRecommender, %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new NcfRecommender({ ...small, ...settings, ...options }),
    Class: NcfRecommender,
    can: { partialFit: true },
  });
});
