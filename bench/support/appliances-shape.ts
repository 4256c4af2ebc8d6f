import { Interactions } from 'attune';
import { generator } from './random.ts';

/** The size of Amazon Appliances 2023. */
export const appliancesSize = { users: 1_692_877, items: 90_276, ratings: 2_016_674 };

/**
 * Made ratings with the shape of Amazon Appliances: as many users, items and ratings, 1.19 ratings per user with a long tail,
 * popularity of items by a shifted power law, every item rated at least once, stars as they fall there (mean 4.23). Users
 * lean to a part of the catalogue, so that factors have something to find. The same seed gives the same rows.
 * @param scale share of users, items and ratings.
 */
export function appliancesShape(scale = 1, seed = 7): Interactions {
  return Interactions.fromColumns(appliancesColumns(scale, seed));
}

/** The same as plain columns, for another build of the library than the one under test. */
export function appliancesColumns(scale = 1, seed = 7): { users: string[]; items: string[]; values: Float32Array } {
  const userCount = Math.round(appliancesSize.users * scale);
  const itemCount = Math.round(appliancesSize.items * scale);
  const ratingCount = Math.round(appliancesSize.ratings * scale);
  const random = generator(seed);
  const cumulative = new Float64Array(itemCount);
  let total = 0;
  for (let i = 0; i < itemCount; i++) cumulative[i] = total += (i + 12) ** -0.975;
  const draw = () => {
    const at = random() * total;
    let low = 0;
    let high = itemCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  // Items of one group of forty are what one kind of household buys together.
  const groups = Math.max(1, Math.round(itemCount / 2000));
  const users = new Int32Array(ratingCount);
  const items = new Int32Array(ratingCount);
  const values = new Float32Array(ratingCount);
  let count = 0;
  const add = (user: number, item: number) => {
    const star = random();
    users[count] = user;
    items[count] = item;
    values[count++] = star < 0.69 ? 5 : star < 0.8 ? 4 : star < 0.853 ? 3 : star < 0.887 ? 2 : 1;
  };
  for (let u = 0; u < userCount && count < ratingCount; u++) add(u, u < itemCount ? u : draw());
  // The remaining ratings go to users by a power law: a few rate hundreds of items.
  const have = new Set<number>();
  while (count < ratingCount) {
    const user = Math.floor(userCount * random() ** 2.6);
    let item = draw();
    if (random() < 0.6) item = Math.min(itemCount - 1, item - (item % groups) + (user % groups));
    const key = user * itemCount + item;
    if (items[user] === item || have.has(key)) continue;
    have.add(key);
    add(user, item);
  }
  return { users: Array.from(users, (u) => `U${u}`), items: Array.from(items, (i) => `I${i}`), values };
}
