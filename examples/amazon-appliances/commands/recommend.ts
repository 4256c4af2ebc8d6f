import type { Interactions } from 'attune';
import { command } from '../cli/command.ts';
import { UsageError } from '../cli/parse.ts';
import { heading, productTable } from '../cli/products.ts';
import { defaults } from '../settings.ts';
import { n, places } from './options.ts';

export const recommend = command({
  name: 'recommend',
  summary: 'shows what a user rated and what ALS recommends; picks a user if none is given',
  arguments: '[user]',
  options: { ...places, n, pick: { type: 'integer', help: 'which user to pick if none is given', default: 1, min: 1 } },
  async run({ dataDir, database, n, pick }, [named]) {
    const { loadRatings } = await import('../pipeline/data.ts');
    const { openSystem, requireModel } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, database });
    try {
      const als = requireModel(system.models.als, 'als');
      const user = named ?? activeUser(await loadRatings(system.data), pick);
      const history = await system.data.interactions.ofUser(user, { newestFirst: true, limit: 15 });
      if (history.length === 0 && !als.users.has(user))
        throw new UsageError(`No user '${user}'. Leave the user out and recommend picks one.`);
      console.log(heading(`${user} rated`));
      console.log(
        await productTable(
          system.data,
          history.map(({ item, value }) => ({ item, score: value, note: '★'.repeat(Math.round(value)) })),
          'rating',
        ),
      );
      console.log(heading('ALS recommends'));
      console.log(await productTable(system.data, als.recommend(user, { n })));
    } finally {
      system.close();
    }
  },
});

/** The n-th user with five to eight ratings: enough to see what they have in common. */
function activeUser(ratings: Interactions, pick: number): string {
  const { offsets } = ratings.byUser;
  const active = Array.from({ length: ratings.userCount }, (_, user) => user).filter((user) => {
    const size = offsets[user + 1] - offsets[user];
    return size >= 5 && size <= 8;
  });
  const from = active.length > 0 ? active : [...Array(ratings.userCount).keys()];
  return ratings.users.idAt(from[(pick * 37) % from.length]);
}
