import type { BprSettings } from './options.ts';

/**
 * Rows as the kernels read them: `factors` numbers, then with biases the bias of an item (1 in rows of users), then zeros up to a
 * multiple of 8.
 */
export const widthOf = ({ factors, biases }: Pick<BprSettings, 'factors' | 'biases'>): number =>
  8 * Math.ceil((factors + Number(biases)) / 8);

/** The column of the bias, -1 when there is none. */
export const biasColumn = ({ factors, biases }: Pick<BprSettings, 'factors' | 'biases'>): number => (biases ? factors : -1);

/**
 * The last arguments of the kernel that finds a user's row with the items held fixed. Fold-in passes the same, so that a stored
 * user and a visitor with the same history agree bit for bit.
 */
export const userSolving = ({ regularization, candidates }: BprSettings) => ({
  passes,
  least: leastSteps,
  rate,
  regularization,
  candidates,
  seed,
});

/** Steps per item of a history: the remaining sampling noise cost .003 to .006 of Recall@20 on a validation part of Gowalla. */
const passes = 30;
const leastSteps = 200;
const rate = 0.2;
const seed = 1;
