import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

const shape = { factors: 8, layers: [64, 32, 16, 8], negatives: 4 };

/** NeuMF as in He et al. 2017: 8 factors, layers 64, 32, 16, 8, four negatives. */
export const ncf: ModelsTask = {
  name: 'ncf',
  summary: 'NeuMF on MovieLens 1M beside torch: an epoch, and peak memory.',
  async run({ threads, quick }) {
    const set = qualitySets['ml-1m'];
    const folder = dataFolder(set.folder);
    if (!folder) return { rows: [] };
    const { train } = set.read(folder);
    const own = await child<EpochCost>('epoch-child.ts', ['NcfRecommender', 'ml-1m', JSON.stringify({ ...shape, threads })]);
    const { offsets, indices: items } = train.byUser;
    const request = { ...shape, columns: train.itemCount, threads, batch: 256, batches: quick ? 300 : 3000 };
    const other = await peerEpoch('torch_neumf.py', { offsets, items }, request);
    return { rows: rowsOf('NeuMF on ML-1M', 'torch', own, other, '>= 3 x'), detail: { own, other, request } };
  },
};
