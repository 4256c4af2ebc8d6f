import { join } from 'node:path';

/** Where the sources of the example are; a bundle of it runs elsewhere. */
export const exampleFolder = import.meta.dirname;

/** Everything a person may want to change, in one place. Each command option of the same meaning starts from here. */
export const defaults = {
  /** Everything the example writes. */
  dataDir: join(exampleFolder, 'data'),
  /** Where the tables are: `postgres://...`, or else a file of SQLite in the data folder. */
  database: undefined as string | undefined,
  port: 8000,
  host: '127.0.0.1',
  /** Random, and printed once, when not set. */
  adminPassword: undefined as string | undefined,
  /**
   * Iterations run until the loss falls by less than `tolerance` of itself, at most 100. Rows of users in half precision take half the memory, and
   * change no list that people would notice.
   */
  als: { factors: 128, regularization: 1, alpha: 10, iterations: 100, tolerance: 1e-4, seed: 7, storage: 'float16' as const },
  /** What `train --model auto` may take, and what it is after. */
  choice: { budgetSeconds: 60, objective: 'ndcg@10' as const },
  /** The generated data of `npm start`; scale 1 is the size of the real set. */
  sample: { scale: 0.03, seed: 7 },
  etl: { minInteractions: 1, sampleFraction: 1, sampleSeed: 7, unknownProducts: 'stub' as 'stub' | 'reject' },
  evaluation: { k: [10, 20] },
  /** Where the real files are; the group that collected them asks to be cited: https://amazon-reviews-2023.github.io */
  download: { from: 'https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023' },
  /** Versions of a model that are kept besides those an alias points at. */
  keepVersions: 3,
};

export type Settings = typeof defaults;

/** Where things lie inside the data folder. */
export const paths = (dataDir: string) => ({
  reviews: join(dataDir, 'Appliances.jsonl.gz'),
  products: join(dataDir, 'meta_Appliances.jsonl.gz'),
  database: join(dataDir, 'appliances.db'),
  manifest: join(dataDir, 'etl.json'),
  models: join(dataDir, 'models'),
  /** The model that is measured, which knows the ratings that are not held out. */
  heldOut: join(dataDir, 'held-out'),
  /** Signs the names of recommended lists. */
  listKey: join(dataDir, 'lists.key'),
  backups: join(dataDir, 'backups'),
  quality: join(dataDir, 'quality.html'),
  evaluation: join(dataDir, 'evaluation.json'),
  evaluationPage: join(dataDir, 'evaluation.html'),
  exploration: join(dataDir, 'explore.html'),
});
