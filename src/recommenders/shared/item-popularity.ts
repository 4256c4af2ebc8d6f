import type { Csr } from '../../data/csr.ts';
import { logarithmsTo } from '../../numeric/logarithms.ts';

/** Number of items, and the items of all users, each once for a user. */
type ItemsOfUsers = Pick<Csr, 'columns' | 'indices'>;

/** 1 / the number of users of each item to a power; 1 where there are none. */
export function itemSharesOf(liked: ItemsOfUsers, exponent: number): Float32Array {
  return Float32Array.from(usersOfItems(liked), (users) => 1 / powerOf(Math.max(1, users), exponent));
}

/** Powers differ between engines in the last bit, which the bytes of a model would show, and roots do not. */
const powerOf = (x: number, exponent: number) =>
  exponent === 0.25 ? Math.sqrt(Math.sqrt(x)) : exponent === 0.5 ? Math.sqrt(x) : x ** exponent;

/** The logarithm of the number of users of each item, times `weight`; 0 where there are none. */
export function popularityOf(liked: ItemsOfUsers, weight: number): Float32Array {
  const users = usersOfItems(liked);
  const logarithms = logarithmsTo(users.reduce((most, count) => Math.max(most, count), 1));
  return Float32Array.from(users, (count) => weight * logarithms[Math.max(1, count)]);
}

function usersOfItems({ columns, indices }: ItemsOfUsers): Int32Array {
  const users = new Int32Array(columns);
  for (const item of indices) users[item]++;
  return users;
}
