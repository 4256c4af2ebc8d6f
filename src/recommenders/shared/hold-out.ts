import type { Recommender } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { rowsByUser } from '../../data/sequences.ts';
import { randomNumbers, shuffle } from '../../numeric/random.ts';
import { yieldNow } from '../../work/yield-now.ts';

/** More users make validation slower, and no better at telling epochs apart. */
const mostUsers = 4000;
/** A user must keep this many rows. */
const leastKept = 2;
const k = 10;

/** A part to learn from, and one to validate on. */
export interface HeldOut {
  train: Interactions;
  held: Interactions;
}

/**
 * Holds out one row each of some users with three rows or more: the last one where order says something, else one at random.
 * @param last whether the family reads order, so that rows without times are in order as well
 * @returns undefined when there is no such user
 */
export function holdOut(interactions: Interactions, { seed, last }: { seed: number | string; last: boolean }): HeldOut | undefined {
  const { timestamps } = interactions;
  const { offsets, rows } = rowsByUser(interactions);
  const random = randomNumbers(`${seed} held out`);
  const users = Int32Array.from({ length: interactions.userCount }, (_, user) => user).filter(
    (user) => offsets[user + 1] - offsets[user] > leastKept,
  );
  const out = new Uint8Array(interactions.size);
  for (const user of shuffle(users, random).subarray(0, mostUsers)) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    let chosen = own[own.length - 1];
    if (timestamps) for (const row of own) chosen = timestamps[row] > timestamps[chosen] ? row : chosen;
    else if (!last) chosen = own[Math.floor(random() * own.length)];
    out[chosen] = 1;
  }
  if (users.length === 0) return undefined;
  const part = (flag: number) => interactions.select(Int32Array.from(out.keys()).filter((row) => out[row] === flag));
  return { train: part(0), held: part(1) };
}

/**
 * Mean NDCG@10 of the lists of users for what was held out of theirs: 1 = all first, 0 = none listed. Users and items that the model does
 * not know are left out; without any left, 0.
 */
export async function heldOutNdcg(model: Recommender, held: Interactions, signal?: AbortSignal): Promise<number> {
  const { offsets, indices, values } = held.byUser;
  const itemOf = Int32Array.from(held.items, (item) => model.items.indexOf(item));
  const asked: { user: string; relevant: Set<number> }[] = [];
  [...held.users].forEach((user, row) => {
    const relevant = new Set<number>();
    for (let e = offsets[row]; e < offsets[row + 1]; e++) if (values[e] > 0 && itemOf[indices[e]] >= 0) relevant.add(itemOf[indices[e]]);
    if (relevant.size > 0 && model.users.has(user)) asked.push({ user, relevant });
  });
  let sum = 0;
  for (let from = 0; from < asked.length; from += 64) {
    const some = asked.slice(from, from + 64);
    const { items, offsets: ends } = model.recommendMany(
      some.map(({ user }) => user),
      { n: k },
    );
    some.forEach(({ relevant }, at) => {
      sum += gainOf(items.subarray(ends[at], ends[at + 1]), relevant);
    });
    await yieldNow();
    signal?.throwIfAborted();
  }
  return asked.length > 0 ? sum / asked.length : 0;
}

function gainOf(list: Int32Array, relevant: Set<number>): number {
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < k; rank++) {
    const discount = 1 / Math.log2(rank + 2);
    if (rank < list.length && relevant.has(list[rank])) gain += discount;
    if (rank < relevant.size) ideal += discount;
  }
  return gain / ideal;
}
