import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { AlsRecommender, Interactions } from 'attune';
import { eventTopic, storedInteractions } from 'attune/kafka';
import { postgresDataStore, postgresModelStore } from 'attune/postgres';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { Benchmark } from './index.ts';
import { printStages } from './streams/stages.ts';
import { processorSeconds, serviceProcess } from './support/processor-time.ts';
import { generator } from './support/random.ts';

/** The shop at a hundredth of its size, as `npm run appliances -- sample` makes it. */
const shop = { users: 17_000, items: 940, ratings: 20_000 };

const help = `npm run bench -- streams [options]     after: npm run services -- up kafka postgres
  --rate N           events a second (default 10000)
  --seconds N        (default 20)
  --warm-up N        seconds before those that are measured, at the same rate (default 5)
  --pause            wait for a line of input when all is warm, so that nothing else need run from then on
  --factors N        (default 32)
  --library NAME     kafkajs (default) or platformatic
  --publish-every N  milliseconds between two versions of the model (default 10000; with --whole 200)
  --whole            whole versions only, without changes in between
`;

/** Events from a producer through a running Kafka into PostgreSQL, a model and a server that follows it, each a process of its own. */
export const streams: Benchmark = {
  name: 'streams',
  summary:
    'events through Kafka, PostgreSQL and a model into a server that follows: events per second, time to the changed answer by stage. --help lists options.',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        rate: { type: 'string', default: '10000' },
        seconds: { type: 'string', default: '20' },
        'warm-up': { type: 'string', default: '5' },
        pause: { type: 'boolean', default: false },
        factors: { type: 'string', default: '32' },
        library: { type: 'string', default: 'kafkajs' },
        'publish-every': { type: 'string' },
        whole: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const { rate, seconds, factors, library } = values;
    const mode = values.whole ? 'whole' : 'changes';
    const publishEvery = values['publish-every'] ?? (values.whole ? '200' : '10000');
    const [broker, database] = [urlOf('kafka'), urlOf('postgres')];
    const run = Date.now().toString(36);
    const topic = `bench-${run}`;
    const pool = new pg.Pool({ connectionString: database, max: 4 });
    const admin = new Kafka({ clientId: 'bench', brokers: [broker], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await eventTopic({ admin, topic, partitions: 6 });
    const data = await postgresDataStore(pool, { tables: tablesOf(run) });
    await data.interactions.putMany(ratings(), { unknownProducts: 'stub' });
    const { interactions, positions } = await storedInteractions(data);
    const als = await new AlsRecommender({ factors: Number(factors), iterations: 5, regularization: 1, alpha: 10, seed: 7 }).fit(
      interactions,
    );
    const models = postgresModelStore(pool, { table: `m${run}`, keep: 5 });
    const { version } = await als.save(models, 'als', { positions });
    await models.promote('als', version, 'production');
    await als.partialFit(Interactions.fromColumns({ users: ['warm'], items: [als.items.idAt(0)] }));

    const started: ChildProcess[] = [];
    const child = (role: string, ...more: string[]) => {
      const args = [
        ...(process.env.PROFILE?.split(',').includes(role) ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : []),
        '--max-semi-space-size=64', // events live for a moment: a larger nursery leaves the garbage collector half of its work
        '--import',
        'tsx',
        join(import.meta.dirname, 'streams', `${role}.ts`),
        broker,
        database,
        topic,
        run,
        library,
        mode,
        ...more,
      ];
      const process_ = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      started.push(process_);
      const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
      const seconds = () => processorSeconds(process_.pid as number) ?? Number.NaN;
      return {
        stop: () => process_.stdin?.end(),
        go: () => process_.stdin?.write('go\n'),
        next: async () => JSON.parse((await lines.next()).value as string),
        seconds,
      };
    };
    const processor = child('processor', publishEvery);
    const server = child('server');
    await Promise.all([processor.next(), server.next()]);
    console.log(
      `${rate} events a second for ${seconds} s, rank ${factors}, ${library}; ${values.whole ? 'whole versions only' : 'changes'}, a version every ${publishEvery} ms at most`,
    );
    const producer = child('producer', rate, seconds, values['warm-up']);
    const parts = {
      processor: processor.seconds,
      producer: producer.seconds,
      server: server.seconds,
      ...Object.fromEntries(services.map((name) => [name, () => processorSeconds(serviceProcess(name)) ?? Number.NaN])),
    };
    // Positions, because counting the rows again and again would be work for the database.
    const read = async () => Object.values((await data.positions?.all()) ?? {}).reduce((sum, next) => sum + next, 0);
    await producer.next();
    const warmedUp = Number(rate) * Number(values['warm-up']);
    const readAll = async (events: number) => {
      const began = performance.now();
      for (; (await read()) < events; await new Promise((resolve) => setTimeout(resolve, 100))) {
        if (performance.now() - began > 180_000) throw new Error('the processor did not catch up within three minutes');
      }
      return (performance.now() - began) / 1000;
    };
    await readAll(warmedUp);
    if (values.pause) {
      console.log('Ready. Press Enter.');
      await once(process.stdin, 'data');
      process.stdin.pause();
    }
    const usedBefore = Object.values(parts).map((seconds) => seconds());
    const readBefore = await read();
    const began = performance.now();
    producer.go();
    const sent = await producer.next();
    const taken = (await read()) - readBefore;
    const takenIn = (performance.now() - began) / 1000;
    const total = sent.events + warmedUp;
    const stored = await readAll(total);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const used = Object.values(parts).map((seconds, k) => seconds() - usedBefore[k]);
    processor.stop();
    const work = await processor.next();
    await new Promise((resolve) => setTimeout(resolve, 1000)); // for the server to see the last version
    server.stop();
    producer.stop();
    const seen = await server.next();
    const count = await data.events.count();
    console.log(`sent       ${sent.events} events in ${sent.seconds.toFixed(1)} s: ${Math.round(sent.events / sent.seconds)} a second`);
    console.log(
      `stored     ${count} events with those before, ${count === total ? 'each once' : `NOT ${total}`}; the last ${stored.toFixed(1)} s after it was sent`,
    );
    console.log(`taken      ${Math.round(taken / takenIn)} events a second while they were sent`);
    console.log(`published  ${work.versions} versions of the model`);
    const micros = (cpu: number) => `${((cpu / sent.events) * 1e6).toFixed(1)}`;
    console.log(
      `processor time per event, in microseconds: ${Object.keys(parts)
        .map((name, k) => `${name} ${micros(used[k])}`)
        .join(', ')}; together ${micros(used.reduce((sum, each) => sum + each))}`,
    );
    printStages({ ...sent.stamps, ...work.stamps, ...seen.stamps });
    console.log(
      `${Object.keys(seen.stamps.answered).length} of ${sent.probes} probes were answered; load of the machine ${loadavg()[0].toFixed(1)}`,
    );
    await Promise.all(started.map((each) => each.exitCode ?? new Promise((resolve) => each.once('exit', resolve))));
    await Promise.all([admin.disconnect(), pool.end()]);
  },
};

const services = ['kafka', 'postgres'];

/** Tables of one run. Nobody asks for values, and those of a user are found by the key of the pairs: each index costs work for every event. */
export const tablesOf = (run: string) => ({
  products: { name: `p${run}` },
  interactions: { name: `i${run}`, indexes: { user: false, value: false } as const },
  events: { name: `e${run}` },
});

function urlOf(service: string): string {
  const file = join(import.meta.dirname, `../.services/${service}/url.txt`);
  if (!existsSync(file)) throw new Error(`There is no ${service} running. Start it with: npm run services -- up kafka postgres`);
  return readFileSync(file, 'utf8').trim();
}

/** Each item at least once: a list of a probe needs an item that the model knows. */
function* ratings() {
  const random = generator(1);
  for (let k = 0; k < shop.items; k++) yield { user: userOf(random()), item: `i${k}`, value: 1 };
  for (let k = 0; k < shop.ratings; k++) yield { user: userOf(random()), item: itemOf(random()), value: 1 };
}

/** Item by a Zipf-like draw. */
export function itemOf(x: number): string {
  return `i${Math.floor(shop.items ** x) - 1}`;
}

/** User of an event. */
export const userOf = (x: number): string => `u${Math.floor(x * shop.users)}`;
