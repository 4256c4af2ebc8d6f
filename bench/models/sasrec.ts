import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

const shape = { factors: 64, blocks: 1, maxLength: 50, negatives: 256, dropout: 0.2, batch: 256 };

/** One block, 64 wide, softmax against 256 shared negatives. */
export const sasrec: ModelsTask = {
  name: 'sasrec',
  summary: 'SASRec on Amazon Beauty beside jax, whose batches are padded to 7, 15 or 50: an epoch, and peak memory.',
  async run({ threads }) {
    const set = qualitySets.beauty;
    const folder = dataFolder(set.folder);
    if (!folder) return { rows: [] };
    const { train } = set.read(folder);
    const own = await child<EpochCost>('epoch-child.ts', ['SasRecRecommender', 'beauty', JSON.stringify({ ...shape, threads })]);
    const { offsets, items } = train.sequences;
    const other = await peerEpoch('jax_sasrec.py', { offsets, items }, { ...shape, columns: train.itemCount, threads });
    return { rows: rowsOf('SASRec on Beauty', 'jax', own, other, '>= 2 x'), detail: { own, other } };
  },
};
