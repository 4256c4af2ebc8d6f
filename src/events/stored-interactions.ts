import type { DataStore } from '../contracts/data-store.ts';
import { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { withPositions } from './store-batch.ts';

/** What {@link storedInteractions} finds. */
export interface StoredInteractions {
  /** All interactions of the store. */
  interactions: Interactions;
  /** By stream and partition: the next offset. */
  positions: Record<string, number>;
}

/**
 * The interactions of a store, and how far streams had been read when they were: what a model is fitted on that a {@link streamProcessor}
 * is to go on from. Save the model with these positions: `als.save(models, 'als', { positions })`. Streams that write into the store wait
 * meanwhile.
 */
export async function storedInteractions(data: DataStore): Promise<StoredInteractions> {
  if (typeof data?.transaction !== 'function')
    throw new AttuneError('ERR_BAD_ARGUMENT', `storedInteractions: expected a data store, got ${shown(data)}.`);
  return data.transaction(async (store) => {
    const { positions } = withPositions(store);
    const sources = Object.keys(await positions.all());
    for (const source of sources) await positions.get(source); // nobody moves them while the rows are read
    const interactions = await Interactions.from(store.interactions.all());
    return { interactions, positions: await positions.all() };
  });
}
