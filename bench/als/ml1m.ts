import { type AlsOptions, AlsRecommender, type Interactions } from 'attune';
import { dataFolder, ncf, ncfQuality } from '../support/data.ts';
import type { Row } from '../support/table.ts';
import type { AlsTask } from './context.ts';
import type { FactorPair } from './loss.ts';
import { startOf } from './training.ts';

/** implicit's best of a coarse search; confidences are 1 + alpha * value here as there. */
const theirs = { factors: 64, alpha: 10, regularization: 50, iterations: 12 };

const ours: (AlsOptions & { factors: number })[] = [
  { factors: 64, alpha: 10, regularization: 50, iterations: 12 },
  { factors: 128, alpha: 10, regularization: 3, regularizationScaling: 'frequency', regularizationExponent: 0.5, iterations: 8 },
];

/** Another start moves HR@10 by up to half a point, so both sides get these seeds, and means are reported. */
const startSeeds = [1, 2, 3, 4, 5];

/** Quality in the protocol of Neural Collaborative Filtering (He et al. 2017): HR@10 and NDCG@10 among 99 negatives. */
export const ml1m: AlsTask = {
  name: 'ml1m',
  summary: 'MovieLens-1M, NCF protocol: HR@10 and NDCG@10.',
  async run({ implicit, threads, quick }) {
    const folder = dataFolder('movielens-1m-ncf');
    if (!folder) return { rows: [] };
    const { train, cases } = ncf(folder);
    const seeds = quick ? startSeeds.slice(0, 1) : startSeeds;
    const peer: Quality[] = [];
    if (implicit) {
      const { alpha, ...settings } = theirs;
      await implicit.load(train, alpha);
      for (const seed of seeds) {
        const start = startOf(train, theirs.factors, seed);
        const run = await implicit.fit({ ...settings, threads, start, keep: [theirs.iterations] });
        peer.push(ncfQuality(scorer(run.factors(theirs.iterations), train), cases));
      }
    }
    const rows: Row[] = [];
    const detail: unknown[] = [{ implicit: theirs, found: peer }];
    for (const options of ours) {
      const own: Quality[] = [];
      for (const seed of seeds) {
        const als = new AlsRecommender({ ...options, threads, onUnknown: 'empty' });
        await als.fit(train, { initialItemFactors: startOf(train, options.factors, seed) });
        own.push(ncfQuality((user, items) => als.score(user, items), cases));
      }
      detail.push({ attune: options, found: own });
      const of = (measure: keyof Quality) => {
        const mean = (runs: Quality[]) => (runs.length ? runs.reduce((sum, run) => sum + run[measure], 0) / runs.length : undefined);
        return { unit: '' as const, attune: mean(own), peer: 'implicit CG f=64', other: mean(peer) };
      };
      const note = `mean of ${seeds.length} starts; ${settingText(options)}`;
      rows.push({ ...of('hr'), task: `ml-1m NCF, f=${options.factors}, HR@10`, goal: '>= .7240, moonshot .729', note });
      rows.push({ ...of('ndcg'), task: `ml-1m NCF, f=${options.factors}, NDCG@10`, goal: '>= .4423, moonshot .452' });
    }
    return { rows, detail };
  },
};

interface Quality {
  hr: number;
  ndcg: number;
}

/** Options as a line of the table tells them. */
export const settingText = ({ factors: _, ...options }: AlsOptions): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Scores from factors, for ids that may be unknown (NaN). */
function scorer({ users, items }: FactorPair, data: Interactions) {
  const f = users.length / data.userCount;
  return (user: string, wanted: string[]): Float32Array => {
    const u = data.users.indexOf(user);
    return Float32Array.from(wanted, (id) => {
      const i = data.items.indexOf(id);
      let score = i < 0 ? Number.NaN : 0;
      for (let q = 0; q < f; q++) score += users[u * f + q] * items[i * f + q];
      return score;
    });
  };
}
