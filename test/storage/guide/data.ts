import { Interactions } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql'; // or better-sqlite3, node:sqlite, bun:sqlite

const data = await sqliteDataStore(new Database('shop.db'), {
  tables: {
    products: { name: 'product_catalog', id: 'asin', columns: { title: 'TEXT', price: 'REAL', features: 'JSON' } },
    interactions: { name: 'ratings', user: 'user_id', item: 'asin', value: 'rating', columns: { verified: 'INTEGER' } },
  },
});
await data.products.putMany([{ item: 'B01', title: 'Kettle', price: 29.9, features: ['2 l'] }]);
const result = await data.interactions.putMany([
  { user: 'A1', item: 'B01', value: 5, timestamp: 1.6e12, verified: true },
  { user: 'A2', item: 'B99', value: 4 },
]);
console.log(result); // { inserted: 1, updated: 0, rejected: [{ row: 1, reason: 'Expected a product the store knows, got "B99".', code: 'ERR_UNKNOWN_ITEM' }] }

await Interactions.from(data.interactions.all());
await data.interactions.ofUser('A1', { newestFirst: true, limit: 20 });
await data.products.page({ limit: 100, offset: 200 });
await data.events.append({ user: 'A1', type: 'click', item: 'B01' });

await data.transaction(async (inside) => {
  await inside.interactions.delete({ users: ['A1'] });
  await inside.events.append({ user: 'A1', type: 'forgotten' });
});

export { data, result };
