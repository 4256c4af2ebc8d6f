import type { OptionSpecs } from '../cli/command.ts';
import { defaults, type Settings } from '../settings.ts';

/** Options that several commands share; defaults come from settings.ts. */
export const dataDir = { type: 'text', help: 'folder for everything the example writes', default: defaults.dataDir } as const;

/** Checked where it is opened, because only a database knows what it understands. */
export const database = {
  type: 'text',
  help: 'address of a PostgreSQL database for the tables, postgres://...; without it they are in DATA_DIR/appliances.db',
} as const;

/** Where things are, for every command that reads or writes tables. */
export const places = { dataDir, database } as const satisfies OptionSpecs;

export const sampleOptions = {
  scale: {
    type: 'number',
    help: 'size of the sample; 1 is 2.02 million ratings and 94,327 products',
    default: defaults.sample.scale,
    min: 0.0001,
    max: 10,
  },
  seed: { type: 'integer', help: 'seed of the sample; the same seed gives the same bytes', default: defaults.sample.seed, min: 0 },
} as const satisfies OptionSpecs;

export const alsOptions = {
  factors: { type: 'integer', help: 'number of factors', default: defaults.als.factors, min: 1, max: 1024 },
  regularization: { type: 'number', help: 'regularization weight', default: defaults.als.regularization, min: 0 },
  alpha: { type: 'number', help: 'confidence is 1 + alpha * rating', default: defaults.als.alpha, min: 0 },
  iterations: { type: 'integer', help: 'maximum number of iterations', default: defaults.als.iterations, min: 1 },
  tolerance: {
    type: 'number',
    help: 'stop when the loss falls by less than this fraction',
    default: defaults.als.tolerance,
    min: 0,
    max: 1,
  },
  trainSeed: { type: 'integer', help: 'seed of the initial factors', default: defaults.als.seed, min: 0 },
} as const satisfies OptionSpecs;

interface AlsFlags {
  factors: number;
  regularization: number;
  alpha: number;
  iterations: number;
  tolerance: number;
  trainSeed: number;
}

/** Hyperparameters under the names of the settings. */
export const alsFrom = ({ factors, regularization, alpha, iterations, tolerance, trainSeed }: AlsFlags): Settings['als'] => ({
  factors,
  regularization,
  alpha,
  iterations,
  tolerance,
  seed: trainSeed,
  storage: defaults.als.storage,
});

export const n = { type: 'integer', help: 'number of results', default: 10, min: 1, max: 1000 } as const;

export const serveOptions = {
  port: { type: 'integer', help: 'port to listen on; 0 takes any free one', default: defaults.port, min: 0, max: 65_535 },
  host: { type: 'text', help: 'address to listen on; 0.0.0.0 lets other machines in', default: defaults.host },
  adminPassword: { type: 'text', help: 'password of the administrator; if not set, a random one is printed once' },
} as const satisfies OptionSpecs;
