import { qualitySets } from '../quality/data.ts';
import { dataFolder } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

/** The closed form of the next item, with the defaults. */
export const sequenceLinear: ModelsTask = {
  name: 'sequence-linear',
  summary: 'The closed form of the next item on Amazon Beauty beside numpy and LAPACK: a fit.',
  async run({ threads }) {
    const set = qualitySets.beauty;
    const folder = dataFolder(set.folder);
    if (!folder) return { rows: [] };
    const { train } = set.read(folder);
    const own = await child<EpochCost>('fit-child.ts', ['SequenceLinearRecommender', 'beauty', JSON.stringify({ threads }), 0]);
    const { offsets, items } = train.sequences;
    const request = { columns: train.itemCount, regularization: 60, decay: 2, longest: 50, threads };
    const other = await peerEpoch('numpy_sequence.py', { offsets, items }, request, {});
    return { rows: rowsOf('Sequence-linear on Beauty', 'numpy', own, other, '>= 5 x', 'a fit'), detail: { own, other } };
  },
};
