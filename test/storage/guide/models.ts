import { AlsRecommender, Interactions } from 'attune';
import { fileModelStore } from 'attune/node';

const ratings = Interactions.fromColumns({ users: ['u1', 'u1', 'u2', 'u3'], items: ['kettle', 'pot', 'kettle', 'pan'] });
const als = await new AlsRecommender({ factors: 4, seed: 7 }).fit(ratings);

const store = fileModelStore('models');
const { version } = await als.save(store, 'shop-als', { ndcg: 0.31 }); // 1; the next one will be 2, whatever is deleted meanwhile
await store.promote('shop-als', version, 'production');

const served = await AlsRecommender.load(store, 'shop-als@production'); // or 'shop-als', the newest; or 'shop-als@1'
served.recommend('u2', { n: 3 });

const next = await als.save(store, 'shop-als');
await store.promote('shop-als', next.version, 'production');
await store.rollback('shop-als', 'production'); // back to the version before
await store.list('shop-als'); // [{ name, version, aliases, createdAt, sizeBytes, metadata }, ...]
await store.delete('shop-als', next.version); // refused while an alias points at it

export { served, store };
