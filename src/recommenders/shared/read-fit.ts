import type { FitOptions } from '../../contracts/recommender.ts';
import { checkIsInteractions } from '../../data/check-interactions.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import { readOptions, workOptions } from '../../options.ts';

/**
 * Checks what `fit` and `partialFit` were given.
 * @throws ERR_BAD_ARGUMENT when it is no `Interactions`, ERR_EMPTY when it has no rows.
 */
export function checkInteractions(owner: string, interactions: Interactions): void {
  checkIsInteractions(owner, interactions);
  if (interactions.size === 0) throw new AttuneError('ERR_EMPTY', `${owner}: expected interactions with at least one row, got none.`);
}

/** What a fit without validation was given, checked. @throws ERR_BAD_OPTION, what {@link checkInteractions} throws, and what an abort gives as its reason */
export function readFit(owner: string, interactions: Interactions, options: FitOptions) {
  const work = readOptions(owner, options, workOptions);
  checkInteractions(owner, interactions);
  work.signal?.throwIfAborted();
  return work;
}
