import { join } from 'node:path';
import type { Interactions } from 'attune';
import { dataFolder, fromPairs, gzLines } from '../support/data.ts';
import { child, type EpochCost, type ModelsTask, peerEpoch, rowsOf } from './context.ts';

/** Pairs of user and film with two ratings or more, of which there are 6,300. */
export function filmsRatedTwice(): Interactions | undefined {
  const folder = dataFolder('movielens-latest-small');
  if (!folder) return undefined;
  const lines = gzLines(join(folder, 'ratings.csv.gz')).slice(1);
  return fromPairs(lines.map((line) => line.split(',').slice(0, 2) as [string, string])).filter({ minPerItem: 2 });
}

/** EASE with all weights. */
export const ease: ModelsTask = {
  name: 'ease',
  summary: "EASE on 6,300 films beside numpy's inverse in 32 bits: a fit.",
  async run({ threads }) {
    const train = filmsRatedTwice();
    if (!train) return { rows: [] };
    const own = await child<EpochCost>('ease-child.ts', [threads]);
    const { offsets, indices: items } = train.byUser;
    const request = { columns: train.itemCount, regularization: 250, threads };
    const other = await peerEpoch('numpy_ease.py', { offsets, items }, request, {});
    const what = `a fit of ${train.itemCount.toLocaleString('en')} items`;
    return { rows: rowsOf('EASE on MovieLens', 'numpy', own, other, '>= 1 x', what), detail: { own, other, request } };
  },
};
