import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AlsRecommender, Interactions } from 'attune';
import { fileModelStore, readTable } from 'attune/node';
import { type SqliteHandle, sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';
import postgres from 'postgres';
import { streamRows } from './data/stream.ts';
import { Peer } from './support/peers.ts';
import { type Row, ratioOf, table } from './support/table.ts';

const help = `npm run bench -- data [options]
  --scale S        size of the sample (default 1: 2.02 million reviews, 94,327 products)
  --dir FOLDER     where the sample is, or is made (default: a folder that is removed)
  --before FOLDER  another checkout, whose etl runs in turn with this one
  --rounds N       runs of each side (default 1)
  --no-peers       without DuckDB
  --database URL   an empty PostgreSQL database, into which etl loads as well
  --only a,b       etl, read, put, load, stream
  --stream N       rows that are streamed from each store (default 10,000,000)
  --stores a,b     the stores: csv, sqlite, pglite, postgresql with --database (default all; PGlite takes most of the time)
`;

interface Cost {
  wall: number;
  cpu: number;
  /** Largest memory in MB, where a process of its own was measured. */
  memory?: number;
}

/** From files to tables and models: the load of the example, the readers, the store, the model file. */
export const data = {
  name: 'data',
  summary: 'Loads, readers and stores: etl of Appliances against DuckDB or another checkout, readTable, putMany, load of a model.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        scale: { type: 'string', default: '1' },
        dir: { type: 'string' },
        before: { type: 'string' },
        rounds: { type: 'string', default: '1' },
        database: { type: 'string' },
        'no-peers': { type: 'boolean', default: false },
        only: { type: 'string', default: 'etl,read,put,load,stream' },
        stream: { type: 'string', default: '10000000' },
        stores: { type: 'string', default: 'csv,sqlite,pglite,postgresql' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const own = values.dir === undefined;
    const folder = own ? mkdtempSync(join(tmpdir(), 'attune-bench-data-')) : resolve(values.dir as string);
    const only = values.only.split(',');
    const rows: Row[] = [];
    try {
      const root = join(import.meta.dirname, '..');
      if (only.includes('etl') && !existsSync(join(folder, 'Appliances.jsonl.gz')))
        await appliances(root, folder, ['sample', '--scale', values.scale]);
      if (only.includes('etl')) rows.push(...(await etlRows(root, folder, values.before, Number(values.rounds), !values['no-peers'])));
      if (values.database && only.includes('etl')) rows.push(await postgresRow(root, folder, values.database));
      if (only.includes('read')) rows.push(await readRow(folder));
      if (only.includes('put')) rows.push(await putRow());
      if (only.includes('load')) rows.push(await modelRow(folder));
      if (only.includes('stream'))
        rows.push(...(await streamRows(folder, Number(values.stream), values.stores.split(','), values.database)));
      console.log(`\n${table(rows)}\n\n${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}`);
    } finally {
      if (own) rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function etlRows(root: string, folder: string, before: string | undefined, rounds: number, peers: boolean): Promise<Row[]> {
  const best = (a: Cost | undefined, b: Cost): Cost => (a && a.cpu < b.cpu ? a : b);
  let ours: Cost | undefined;
  let theirs: Cost | undefined;
  for (let round = 0; round < rounds; round++) {
    ours = best(ours, await appliances(root, folder, ['etl'], 'etl'));
    if (before) theirs = best(theirs, await appliances(resolve(before), folder, ['etl'], 'before'));
  }
  const cost = ours as Cost;
  const database = new Database(join(folder, 'etl', 'appliances.db'));
  const { n } = database.prepare('select count(*) as n from user_item_rating').get() as { n: number };
  database.close();
  const note = `${Math.round(n / cost.wall).toLocaleString('en-US')} reviews/s, peak ${cost.memory?.toFixed(0)} MB`;
  const row = (peer: string, other?: Cost): Row => ({
    task: 'etl',
    unit: 's',
    attune: cost.wall,
    attuneCpu: cost.cpu,
    peer,
    other: other?.wall,
    otherCpu: other?.cpu,
    ratio: ratioOf(cost.wall, other?.wall),
    note: other?.memory ? `${note}; there ${other.memory.toFixed(0)} MB` : note,
  });
  const rows = theirs ? [row('the other checkout', theirs)] : [];
  const peer = peers ? Peer.start('duckdb_load.py') : undefined;
  if (!peer) return rows.length > 0 ? rows : [row('')];
  try {
    const answer = await peer.ask<Cost & { version: string }>('load', {
      reviews: join(folder, 'Appliances.jsonl.gz'),
      products: join(folder, 'meta_Appliances.jsonl.gz'),
      database: join(folder, 'peer.duckdb'),
      threads: availableParallelism(),
    });
    return [...rows, row(`DuckDB ${answer.version}`, { wall: answer.wall, cpu: answer.cpu })];
  } finally {
    peer.close();
  }
}

/** The same load into PostgreSQL, whose own processor time is not counted. */
async function postgresRow(root: string, folder: string, database: string): Promise<Row> {
  const { wall, cpu, memory } = await appliances(root, folder, ['etl', '--database', database], 'etl-postgres');
  const sql = postgres(database);
  const [{ n }] = await sql`select count(*)::int as n from user_item_rating`;
  await sql.end();
  const note = `${Math.round(n / wall).toLocaleString('en-US')} reviews/s, peak ${memory?.toFixed(0)} MB; without the time of the server`;
  return { task: 'etl into PostgreSQL', unit: 's', attune: wall, attuneCpu: cpu, goal: '100,000 reviews/s', note };
}

/** Runs a command of the example in a process of its own, into a folder beside the sample. */
async function appliances(root: string, folder: string, args: string[], into?: string): Promise<Cost> {
  const started = performance.now();
  // The last line is ours: what the process took.
  const measuring = `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); require('node:fs').writeSync(2, '\\ncost ' + JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 })); });`;
  const inputs = into ? ['--reviews', join(folder, 'Appliances.jsonl.gz'), '--products', join(folder, 'meta_Appliances.jsonl.gz')] : [];
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('file:///'); ${measuring}`)}`,
      join(root, 'examples/amazon-appliances/run.mjs'),
      ...args,
      ...inputs,
    ],
    { cwd: root, env: { ...process.env, DATA_DIR: into ? join(folder, into) : folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let err = '';
  child.stderr.on('data', (piece) => (err += piece));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  const cost = /\ncost (.*)$/.exec(err)?.[1];
  if (code !== 0 || !cost) throw new Error(`${args.join(' ')} ended with ${code}:\n${err}`);
  return { wall: (performance.now() - started) / 1000, ...JSON.parse(cost) };
}

async function readRow(folder: string): Promise<Row> {
  const file = join(folder, 'ratings.csv');
  const count = 2_000_000;
  const out = createWriteStream(file);
  out.write('user,item,value,timestamp\n');
  for (let k = 0; k < count; k += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, j) => `AE${(k + j) % 1_700_003}QX,B0${(k * 31 + j) % 94_327},${1 + (j % 5)},${1_600_000_000_000 + k + j}\n`,
    );
    if (!out.write(lines.join(''))) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  await new Promise<void>((resolve) => out.end(resolve));
  const cost = await costOf(() => Interactions.from(readTable(file)));
  return measured('Interactions.from(readTable(csv))', cost, count, 800_000);
}

async function putRow(): Promise<Row> {
  const count = 1_000_000;
  const store = await sqliteDataStore(new Database(':memory:') as unknown as SqliteHandle);
  const rows = Array.from({ length: count }, (_, k) => ({
    user: `AE${(k * 7919) % 850_021}`,
    item: `B${(k * 31) % 94_327}`,
    value: 1 + (k % 5),
    timestamp: 1.6e12 + k,
  }));
  await store.products.putMany(Array.from({ length: 94_327 }, (_, k) => ({ item: `B${k}` })));
  const cost = await costOf(() => store.interactions.putMany(rows));
  return measured('interactions.putMany into SQLite', cost, count, 250_000);
}

/** Files of the real shape: users times 128 factors are most of it. */
async function modelRow(folder: string): Promise<Row> {
  const users = 1_700_000;
  const ratings = Interactions.fromColumns({
    users: Array.from({ length: users + 300_000 }, (_, k) => `AE${(k * 7919) % users}`),
    items: Array.from({ length: users + 300_000 }, (_, k) => `B${(k * 31) % 94_327}`),
  });
  const model = await new AlsRecommender({ factors: 128, iterations: 1 }).fit(ratings);
  const store = fileModelStore(join(folder, 'models'));
  const { version } = await store.put('als', model.toBytes());
  const cost = await costOf(() => AlsRecommender.load(store, `als@${version}`));
  return { task: 'load of the ALS model', unit: 's', attune: cost.wall, attuneCpu: cost.cpu, goal: '1.5' };
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

const measured = (task: string, { wall, cpu }: Cost, count: number, goal: number): Row => ({
  task,
  unit: 's',
  attune: wall,
  attuneCpu: cpu,
  goal: `${goal.toLocaleString('en-US')} rows/s`,
  note: `${Math.round(count / wall).toLocaleString('en-US')} rows/s, ${Math.round(count / cpu).toLocaleString('en-US')} a processor second`,
});
