import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

const n = 20;
/** The defaults, in the words of the peer. */
const filter = { rank: 512, degree: 8, flatness: 1.5, weight: 0.2, exponent: 0.4 };

/** Everything from the rows to the lists of all users. */
export const graphFilter: ModelsTask = {
  name: 'graph-filter',
  summary: 'The Chebyshev filter on Gowalla beside numpy and scipy: preparing, and the lists of all 29,858 users.',
  async run({ threads, quick }) {
    const set = qualitySets.gowalla;
    const folder = dataFolder(set.folder);
    if (!folder) return { rows: [] };
    const { train } = set.read(folder);
    const own = await child<EpochCost>('fit-child.ts', ['GraphFilterRecommender', 'gowalla', JSON.stringify({ threads }), n]);
    const { offsets, indices: items } = train.byUser;
    const users = quick ? 2048 : train.userCount;
    const other = await peerEpoch('scipy_filter.py', { offsets, items }, { ...filter, columns: train.itemCount, n, users, threads }, {});
    return {
      rows: rowsOf('Graph filter on Gowalla', 'scipy', own, other, '>= 10 x', 'preparing and ranking'),
      detail: { own, other, users },
    };
  },
};
