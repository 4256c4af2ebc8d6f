import { type AlsOptions, AlsRecommender } from 'attune';
import { timed } from '../clock.ts';
import { dataFolder, ncf, ncfQuality } from '../data.ts';
import type { FactorPair } from '../loss.ts';
import type { Row } from '../table.ts';
import type { AlsTask } from './context.ts';
import { startOf } from './training.ts';

/** implicit's best of a coarse search; confidences are 1 + alpha * value here as there. */
const theirs = { factors: 64, alpha: 10, regularization: 50, iterations: 12 };

const ours: AlsOptions[] = [
  { factors: 64, alpha: 10, regularization: 50, iterations: 12 },
  { factors: 128, alpha: 10, regularization: 3, regularizationScaling: 'frequency', regularizationExponent: 0.5, iterations: 8 },
];

/** Quality in the protocol of Neural Collaborative Filtering (He et al. 2017): HR@10 and NDCG@10 among 99 negatives. */
export const ml1m: AlsTask = {
  name: 'ml1m',
  summary: 'MovieLens-1M, NCF protocol: HR@10 and NDCG@10.',
  async run({ implicit, threads, say }) {
    const folder = dataFolder('movielens-1m-ncf');
    if (!folder) return { rows: [] };
    const { train, cases } = ncf(folder);
    let peer: { hr: number; ndcg: number } | undefined;
    if (implicit) {
      await implicit.load(train, theirs.alpha);
      const { alpha: _, ...settings } = theirs;
      const run = await implicit.fit({ ...settings, threads, start: startOf(train, theirs.factors), keep: [theirs.iterations] });
      peer = ncfQuality(scorer(run.factors(theirs.iterations), train), cases);
      say(`ml1m: implicit ${JSON.stringify(theirs)} ${peer.hr.toFixed(4)} ${peer.ndcg.toFixed(4)}`);
    }
    const rows: Row[] = [];
    for (const options of ours) {
      const fit = await timed(() =>
        new AlsRecommender({ ...options, threads, onUnknown: 'empty' }).fit(train, {
          initialItemFactors: startOf(train, options.factors as number),
        }),
      );
      const { hr, ndcg } = ncfQuality((user, items) => fit.value.score(user, items), cases);
      const common = { unit: '' as const, peer: 'implicit CG f=64' };
      const note = `${settingText(options)}; fit ${fit.wall.toFixed(1)} s`;
      rows.push({
        ...common,
        task: `ml-1m NCF, f=${options.factors}, HR@10`,
        attune: hr,
        other: peer?.hr,
        goal: '>= .7240, moonshot .729',
        note,
      });
      rows.push({
        ...common,
        task: `ml-1m NCF, f=${options.factors}, NDCG@10`,
        attune: ndcg,
        other: peer?.ndcg,
        goal: '>= .4423, moonshot .452',
      });
    }
    return { rows };
  },
};

/** Options as a line of the table tells them. */
export const settingText = ({ factors: _, ...options }: AlsOptions): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Scores from factors, for ids that may be unknown (NaN). */
function scorer(
  { users, items }: FactorPair,
  { users: userIds, items: itemIds, userCount }: { users: Ids; items: Ids; userCount: number },
) {
  const f = users.length / userCount;
  return (user: string, wanted: string[]): Float32Array => {
    const u = userIds.indexOf(user);
    return Float32Array.from(wanted, (id) => {
      const i = itemIds.indexOf(id);
      let score = i < 0 ? Number.NaN : 0;
      for (let q = 0; q < f; q++) score += users[u * f + q] * items[i * f + q];
      return score;
    });
  };
}

interface Ids {
  indexOf(id: string): number;
}
