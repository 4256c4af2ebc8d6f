/** Fills a database in batches: `put-rows.ts <file> <rows a batch>`. Every row of batch k has the value k. */
import Database from 'libsql';
import { sqliteDataStore } from '../../../src/storage/sqlite/data-store.ts';

const [file, count] = process.argv.slice(2);
const data = await sqliteDataStore(new Database(file));
const { rows } = await data.interactions.page({ limit: 1 });
console.log('ready');
for (let batch = (rows[0]?.value ?? 0) + 1; ; batch++) {
  const all = Array.from({ length: Number(count) }, (_, k) => ({ user: `u${k}`, item: `i${k % 1000}`, value: batch }));
  await data.interactions.putMany(all, { unknownProducts: 'stub' });
  console.log(`put ${batch}`);
}
