import { AlsRecommender } from 'attune';
import { postgresModelStore } from 'attune/postgres';
import pg from 'pg';

/** A server that watches the model: notes when each probe first has an answer of its own. */
const [, database, , run] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: database, max: 2 });
const models = postgresModelStore(pool, { table: `m${run}`, keep: 5 });
let als = await AlsRecommender.load(models, 'als@production');
const delays: number[] = [];
let known = als.users.size;
const stop = new AbortController();
process.stdin.resume().on('end', () => stop.abort());
const before = process.cpuUsage();
console.log('{}');
for await (const { version } of models.watch('als', 'production', {
  signal: stop.signal,
  intervalMs: 50,
  since: 1,
  onError: console.error,
})) {
  try {
    als = await AlsRecommender.load(models, `als@${version}`);
  } catch {
    continue; // deleted meanwhile, because it was not among the last
  }
  for (; known < als.users.size; known++) {
    const user = als.users.idAt(known);
    if (!user.startsWith('probe-')) continue;
    if (als.recommend(user, { n: 10 }).length !== 10) throw new Error(`no answer for ${user}`);
    delays.push(Date.now() - Number(user.split('-')[1]));
  }
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpu: (user + system) / 1e6, delays: delays.sort((a, b) => a - b) }));
await pool.end();
