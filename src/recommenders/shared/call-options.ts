import type { RecommendManyOptions } from '../../contracts/recommender.ts';
import type { Id } from '../../data/ids.ts';
import { anything, choice, flag, integer, onUnknown, optional } from '../../options.ts';

// How the options of the calls that all models share are checked.

/** The check of `onUnknown` in options of calls, where the model's own policy is the default. */
export const unknownCheck = optional(onUnknown);

/** Of `recommend` and `recommendFor`. */
export const recommendChecks = {
  n: integer({ default: 10, min: 0 }),
  exclude: anything<Iterable<Id> | undefined>(),
  only: anything<Iterable<Id> | undefined>(),
  includeSeen: flag(false),
  onUnknown: unknownCheck,
};

/** Of `recommendMany`, where each may be a function of the user; `perUser` checks what that gives. */
export const manyChecks = {
  n: anything<RecommendManyOptions['n']>(),
  exclude: anything<RecommendManyOptions['exclude']>(),
  only: anything<RecommendManyOptions['only']>(),
  includeSeen: anything<RecommendManyOptions['includeSeen']>(),
  onUnknown: unknownCheck,
};

/** Of `similarItems` and `similarUsers`. */
export const similarChecks = {
  n: integer({ default: 10, min: 0 }),
  metric: choice(['cosine', 'dot'] as const, 'cosine'),
  exclude: anything<Iterable<Id> | undefined>(),
  only: anything<Iterable<Id> | undefined>(),
  onUnknown: unknownCheck,
};
