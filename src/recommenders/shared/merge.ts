import { csrFromCoordinates } from '../../data/csr.ts';
import type { Interactions } from '../../data/interactions.ts';
import type { FittedBase } from './base.ts';

/** Merges newer rows: new users and items are appended, and a pair that is in both takes the newer value. */
export function mergeInto({ users: oldUsers, items: oldItems, byUser: old }: FittedBase, news: Interactions): FittedBase {
  const users = oldUsers.clone();
  const items = oldItems.clone();
  const userTo = Int32Array.from(news.users, (id) => users.add(id));
  const itemTo = Int32Array.from(news.items, (id) => items.add(id));
  const kept = old.indices.length;
  const u = new Int32Array(kept + news.size);
  const i = new Int32Array(kept + news.size);
  const v = new Float32Array(kept + news.size);
  for (let user = 0; user < old.rows; user++) u.fill(user, old.offsets[user], old.offsets[user + 1]);
  i.set(old.indices);
  v.set(old.values);
  for (let row = 0; row < news.size; row++) {
    u[kept + row] = userTo[news.userIndices[row]];
    i[kept + row] = itemTo[news.itemIndices[row]];
    v[kept + row] = news.values[row];
  }
  const both = csrFromCoordinates(users.size, items.size, u, i, v);
  // Equal pairs are adjacent, in input order; the last one is kept.
  let size = 0;
  for (let user = 0, start = 0; user < users.size; user++) {
    const end = both.offsets[user + 1];
    for (let e = start; e < end; e++) {
      if (e + 1 < end && both.indices[e + 1] === both.indices[e]) continue;
      both.indices[size] = both.indices[e];
      both.values[size++] = both.values[e];
    }
    start = end;
    both.offsets[user + 1] = size;
  }
  return { users, items, byUser: { ...both, indices: both.indices.slice(0, size), values: both.values.slice(0, size) } };
}
