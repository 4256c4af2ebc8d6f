import { AlsRecommender, answerCache, Interactions, memoryModelStore } from 'attune';

const store = memoryModelStore();
const ratings = Interactions.fromColumns({ users: ['u1', 'u1', 'u2', 'u3'], items: ['kettle', 'pot', 'kettle', 'pan'] });
let als = await new AlsRecommender({ factors: 4, seed: 7 }).fit(ratings);
let { version } = await als.save(store, 'shop-als');
await store.promote('shop-als', version, 'production');

const stop = new AbortController();
const changes = store.watch('shop-als', 'production', { since: version, signal: stop.signal });
const serving = (async () => {
  for await (const info of changes) {
    als = await AlsRecommender.load(store, `shop-als@${info.version}`);
    version = info.version;
  }
})();

const cache = answerCache({ maxBytes: 64e6, ttlMs: 60_000 });
const home = (user: string) => cache.answer({ key: 'home', user, models: `shop-als@${version}` }, () => als.recommend(user, { n: 3 }));
await home('u2'); // computed
await home('u2'); // kept, until another version serves
await cache.invalidate({ user: 'u2' }); // they have bought something

export { cache, home, serving, stop, store };
