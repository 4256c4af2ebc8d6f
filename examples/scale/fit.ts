import { AlsRecommender } from 'attune';
import { storedInteractions } from 'attune/kafka';
import { openStores, type Stores, settings } from './settings.ts';

/** Fits on all that is stored, with how far the stream had been read then: the processor goes on from there. */
export async function fitModel({ data, models }: Pick<Stores, 'data' | 'models'>): Promise<AlsRecommender> {
  const { interactions, positions } = await storedInteractions(data);
  const als = await new AlsRecommender(settings.als).fit(interactions);
  const { version } = await als.save(models, settings.model, { positions });
  await models.promote(settings.model, version, 'production');
  console.log(`version ${version}: ${interactions.size} interactions, ${als.users.size} users, ${als.items.size} items`);
  return als;
}

/** The nightly job. */
export async function runFit(): Promise<void> {
  const stores = await openStores();
  await fitModel(stores);
  await stores.pool.end();
}
