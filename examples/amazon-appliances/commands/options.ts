import type { OptionSpecs } from '../cli/command.ts';
import { defaults } from '../settings.ts';

/** Options that several commands share; defaults come from settings.ts. */
export const dataDir = { type: 'text', help: 'the folder of everything the example writes', default: defaults.dataDir } as const;

export const sampleOptions = {
  scale: { type: 'number', help: '1 = 2.02 million ratings and 94,327 products', default: defaults.sample.scale, min: 0.0001, max: 10 },
  seed: { type: 'integer', help: 'the same seed gives the same bytes', default: defaults.sample.seed, min: 0 },
} as const satisfies OptionSpecs;
