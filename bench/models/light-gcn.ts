import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

const shape = { factors: 64, layers: 3 };

/** LightGCN of three layers; the default loss learns in a tenth of the epochs that the loss of the peer takes. */
export const lightGcn: ModelsTask = {
  name: 'light-gcn',
  summary: 'LightGCN on Gowalla beside torch, with its loss (bpr) and with the default: an epoch, and peak memory.',
  async run({ threads, quick }) {
    const set = qualitySets.gowalla;
    const folder = dataFolder(set.folder);
    if (!folder) return { rows: [] };
    const { train } = set.read(folder);
    const costOf = (more: object) =>
      child<EpochCost>('epoch-child.ts', ['LightGcnRecommender', 'gowalla', JSON.stringify({ ...shape, ...more, threads })]);
    const bpr = await costOf({ loss: 'bpr', batchSize: 2048 });
    const softmax = await costOf({});
    const { offsets, indices: items } = train.byUser;
    const request = { ...shape, columns: train.itemCount, threads, batch: 2048, batches: quick ? 10 : 60 };
    const other = await peerEpoch('torch_lightgcn.py', { offsets, items }, request);
    const rows = [
      ...rowsOf('LightGCN (bpr) on Gowalla', 'torch', bpr, other, '>= 3 x'),
      ...rowsOf('LightGCN (softmax) on Gowalla', 'torch (bpr)', softmax, other, '>= 3 x'),
    ];
    return { rows, detail: { bpr, softmax, other, request } };
  },
};

/** Two towers of ids alone learn in the same steps, without the graph. */
export const twoTower: ModelsTask = {
  name: 'two-tower',
  summary: 'Two towers of ids on Gowalla: an epoch, and peak memory.',
  async run({ threads }) {
    if (!dataFolder(qualitySets.gowalla.folder)) return { rows: [] };
    const own = await child<EpochCost>('epoch-child.ts', ['TwoTowerRecommender', 'gowalla', JSON.stringify({ threads })]);
    return { rows: rowsOf('Two towers on Gowalla', 'none', own, undefined, ''), detail: { own } };
  },
};
