import { AlsRecommender } from 'attune';
import { type FollowedModel, followModel } from 'attune/kafka';
import { postgresModelStore } from 'attune/postgres';
import pg from 'pg';
import { Probes } from './stages.ts';

/** A server that follows the model: notes when each probe first has an answer of its own. */
const [, database, , run, , mode] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: database, max: 2 });
const models = postgresModelStore(pool, { table: `m${run}`, keep: 5 });
const probes = new Probes();
const stop = new AbortController();
const { signal } = stop;
process.stdin.resume().on('end', () => stop.abort());
console.log('{}');
await (mode === 'changes' ? byChanges() : byVersions());
console.log(JSON.stringify({ stamps: probes.stamps }));
await pool.end();

async function byChanges(): Promise<void> {
  const live: FollowedModel<AlsRecommender> = followModel({
    models,
    changes: postgresModelStore(pool, { table: `c${run}`, keep: 500 }),
    name: 'als',
    load: (bytes) => AlsRecommender.fromBytes(bytes),
    onError: console.error,
    onChange: (users) => answered([...users], live),
  });
  await live.run({ signal });
}

async function byVersions(): Promise<void> {
  let als = await AlsRecommender.load(models, 'als@production');
  let known = als.users.size;
  for await (const { version } of models.watch('als', 'production', { signal, intervalMs: 50, since: 1, onError: console.error })) {
    try {
      als = await AlsRecommender.load(models, `als@${version}`);
    } catch {
      continue; // deleted meanwhile, because it was not among the last
    }
    const fresh: string[] = [];
    for (; known < als.users.size; known++) fresh.push(als.users.idAt(known));
    answered(fresh, als);
  }
}

function answered(users: string[], model: Pick<AlsRecommender, 'recommend'>): void {
  for (const user of users.filter((each) => each.startsWith('probe-'))) {
    if (model.recommend(user, { n: 10 }).length !== 10) throw new Error(`no answer for ${user}`);
    probes.note('answered', [user]);
  }
}
