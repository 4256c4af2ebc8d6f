import { AlsRecommender, type Interactions, type Progress, split } from 'attune';
import { fileModelStore } from 'attune/node';
import { paths, type Settings } from '../settings.ts';
import { digest, digestRatings } from './data.ts';

interface WorkOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** The last rating of each user apart from the others. */
export const holdOut = (ratings: Interactions) => split(ratings, { strategy: 'leave-last-out' });

/**
 * The ALS model of the ratings that are not held out. Both `train`, for the figures beside a version, and `evaluate` measure it, so it is kept:
 * training it takes as long as training the model that serves.
 */
export async function heldOutAls(train: Interactions, { dataDir, als }: Settings, options: WorkOptions): Promise<AlsRecommender> {
  const store = fileModelStore(paths(dataDir).heldOut);
  const fingerprint = digest(digestRatings(train), als);
  const versions = await store.list('als');
  const known = versions.find(({ metadata }) => metadata.fingerprint === fingerprint);
  if (known) return AlsRecommender.load(store, `als@${known.version}`);
  const model = await new AlsRecommender(als).fit(train, options);
  await store.put('als', model.toBytes(), { fingerprint });
  for (const { version } of versions) await store.delete('als', version);
  return model;
}
