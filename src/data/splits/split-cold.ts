import { AttuneError } from '../../errors.ts';
import { randomNumbers, shuffle } from '../../numeric/random.ts';
import { choice, integer, number, readOptions } from '../../options.ts';
import type { Interactions } from '../interactions.ts';
import { rowsByUser } from '../sequences.ts';
import type { ColdItemsSplitOptions, ColdUsersSplit, ColdUsersSplitOptions, Split } from './split-options.ts';
import { identity, newestFirst, rowsWhere } from './split-rows.ts';

const testFraction = number({ default: 0.1, above: 0, below: 1 });
const seed = integer({ default: 0 });

/** All rows of some items are test. @throws ERR_BAD_OPTION */
export function coldItems(interactions: Interactions, options: ColdItemsSplitOptions): Split {
  const o = readOptions("split 'cold-items'", options, { strategy: choice(['cold-items']), testFraction, seed });
  const isTest = drawn(identity(interactions.itemCount), interactions.itemCount, o);
  const { itemIndices } = interactions;
  const rows = (wanted: number) => interactions.select(rowsWhere(itemIndices, (item) => isTest[item] === wanted));
  return { train: rows(0), test: rows(1) };
}

/** All rows of some users, except the first few of each, are the test part. @throws ERR_BAD_OPTION; ERR_EMPTY when no user has enough rows. */
export function coldUsers(interactions: Interactions, options: ColdUsersSplitOptions): ColdUsersSplit {
  const o = readOptions("split 'cold-users'", options, {
    strategy: choice(['cold-users']),
    testFraction,
    given: integer({ default: 1, min: 1 }),
    givenRows: choice(['oldest', 'random'], 'oldest'),
    seed,
  });
  const { offsets, rows } = rowsByUser(interactions);
  const able = identity(interactions.userCount).filter((user) => offsets[user + 1] - offsets[user] > o.given);
  if (able.length === 0 && interactions.size > 0) {
    throw new AttuneError(
      'ERR_EMPTY',
      `split 'cold-users': expected users with more than ${o.given} rows, got none: nothing would be left to be found. Lower 'given'.`,
    );
  }
  const isTest = drawn(able, interactions.userCount, o);
  const random = randomNumbers(o.seed + 1);
  const parts = new Uint8Array(interactions.size);
  for (let user = 0; user < interactions.userCount; user++) {
    if (isTest[user] === 0) continue;
    const own = rows.slice(offsets[user], offsets[user + 1]);
    const order = o.givenRows === 'random' ? shuffle(own, random) : newestFirst(interactions, own).reverse();
    order.forEach((row, at) => {
      parts[row] = at < o.given ? GIVEN : TEST;
    });
  }
  const select = (part: number) => interactions.select(rowsWhere(parts, (p) => p === part));
  return { train: select(0), given: select(GIVEN), test: select(TEST) };
}

const TEST = 1;
const GIVEN = 2;

/** 1 for a share of `pool`, at least one of it, 0 for everything else. */
function drawn(pool: Int32Array, size: number, o: { testFraction: number; seed: number }): Uint8Array {
  const chosen = new Uint8Array(size);
  const count = Math.max(1, Math.round(pool.length * o.testFraction));
  for (const index of shuffle(pool, randomNumbers(o.seed)).subarray(0, count)) chosen[index] = 1;
  return chosen;
}
