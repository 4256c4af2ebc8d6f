import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { AlsRecommender, Interactions } from 'attune';
import { type SparkAlsOptions, sparkAls, sparkEtl } from 'attune/spark';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { agreement } from '../../bench/spark/agreement.ts';
import { commands } from '../../examples/amazon-appliances/commands/index.ts';
import { compareTables, tables } from '../../examples/amazon-appliances/etl/compare-tables.ts';
import { runEtl } from '../../examples/amazon-appliances/etl/run.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';
import { randomNumbers } from '../../src/numeric/random.ts';
import { serviceUrl, skippedService } from '../support/service.ts';

const skipped = skippedService('spark');
if (skipped) console.log(skipped);

let cluster = '';
let folder = '';
const proxies: Server[] = [];
beforeAll(() => {
  if (skipped) return;
  cluster = serviceUrl('spark');
  folder = mkdtempSync(join(tmpdir(), 'attune-spark-test-'));
});
afterAll(() => {
  for (const proxy of proxies) proxy.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** 60 users of two tastes with names beyond ASCII; counts from 1 to 3. */
const random = randomNumbers(5);
const rows = Array.from({ length: 1200 }, () => {
  const user = Math.floor(random() * 60);
  return { user: `ü${user}`, item: `item ${2 * Math.floor(random() * 20) + (user % 2)}`, value: Math.ceil(random() * 3) };
});
const small: Omit<SparkAlsOptions, 'cluster' | 'interactions'> = { rank: 4, iterations: 3, blocks: 2, seed: 1, alpha: 10 };

/** 200 users of four tastes, 100 items, some of which most users know. */
function* tastes() {
  const random = randomNumbers(11);
  for (let k = 0; k < 8000; k++) {
    const user = Math.floor(200 * random() ** 1.3);
    const rank = Math.floor(100 * random() ** 2);
    const item = random() < 0.8 ? rank - (rank % 4) + (user % 4) : rank;
    yield { user: `u${user}`, item: `i${item}`, value: 1 + Math.floor(random() * 3) };
  }
}

/** The address with another port. */
const at = (port: number) => cluster.replace(/:\d+/, `:${port}`);

async function listening(server: Server): Promise<number> {
  proxies.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const upstream = () => connect(Number(/:(\d+)/.exec(cluster)?.[1]), '127.0.0.1');

function joined(near: Socket, far = upstream()): void {
  near.pipe(far).pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

describe.skipIf(skipped)('sparkAls on a cluster of two workers', { timeout: 240_000 }, () => {
  it('trains on files of the cluster, with their ids as they are', async () => {
    const file = join(folder, 'rows.csv');
    writeFileSync(file, ['who,what,n', ...rows.map(({ user, item, value }) => `${user},${item},${value}`)].join('\n'));
    const phases = new Set<string>();
    const als = await sparkAls(
      {
        ...small,
        cluster,
        interactions: { path: file, format: 'csv', options: { header: 'true' } },
        user: 'who',
        item: 'what',
        value: 'n',
      },
      { onProgress: ({ phase, done, total }) => phases.add(phase) && expect(done).toBeLessThanOrEqual(total ?? done) },
    );
    expect([...phases]).toEqual(['preparing', 'training', 'receiving']);
    const data = await Interactions.from(rows, { duplicates: 'sum' });
    expect([...als.users].sort()).toEqual([...data.users].sort());
    expect([...als.items].sort()).toEqual([...data.items].sort());
    expect(als.itemFactors.columns).toBe(4);
    const user = data.users.idAt(0);
    const seen = rows.filter((row) => row.user === user).map(({ item }) => item);
    const list = als.recommend(user, { n: 5 });
    expect(list.filter(({ item }) => seen.includes(item))).toEqual([]);
    const explained = als.explain(user, list[0].item);
    expect(explained.contributions.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(list[0].score, 4);
    expect(AlsRecommender.fromBytes(als.toBytes()).recommend(user, { n: 5 })).toEqual(list);
    await als.partialFit(Interactions.fromColumns({ users: ['new'], items: [list[0].item] }));
    expect(als.recommend('new', { n: 1 })).toHaveLength(1);
  });

  it('agrees with attune about the loss, with transform about scores, and with itself about histories', async () => {
    const data = await Interactions.from(rows, { duplicates: 'sum' });
    const found = await agreement(data, { cluster, rank: 4, alpha: 10, regularization: 0.1, iterations: 30 });
    expect(found.scores).toBeLessThan(1e-5);
    expect(found.foldIn).toBeLessThan(1e-4);
    // So few rows have several optima, so both sides begin at the same: attune stays where Spark has ended.
    expect(found.continuedLoss / found.sparkLoss).toBeGreaterThan(0.98);
    expect(found.continuedLoss / found.sparkLoss).toBeLessThan(1.0001);
    const ratings = await agreement(data, { cluster, rank: 4, alpha: 1, regularization: 0.1, iterations: 20, implicit: false });
    expect(ratings.scores).toBeLessThan(1e-5);
    expect(ratings.foldIn).toBeLessThan(1e-4);
    expect(ratings.continuedLoss / ratings.sparkLoss).toBeGreaterThan(0.98);
    expect(ratings.continuedLoss / ratings.sparkLoss).toBeLessThan(1.0001);
  });

  it('has the loss of attune within a tenth of a percent, where both have converged', async () => {
    // Regularized so that there is one optimum, which fifteen iterations reach to a hundredth of a percent from any beginning.
    const data = await Interactions.from(tastes(), { duplicates: 'sum' });
    const found = await agreement(data, { cluster, rank: 4, alpha: 10, regularization: 2, iterations: 15 });
    expect(Math.abs(found.ownLoss / found.sparkLoss - 1)).toBeLessThan(0.001);
    expect(Math.abs(found.continuedLoss / found.sparkLoss - 1)).toBeLessThan(0.001);
    expect(found.scores).toBeLessThan(1e-5);
    expect(found.foldIn).toBeLessThan(1e-4);
  });

  it('goes on where it was when connections break', async () => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const port = await listening(
      createServer((socket) => {
        connections++;
        sockets.add(socket);
        joined(socket);
      }),
    );
    const data = await Interactions.from(rows);
    const whole = await sparkAls({ ...small, cluster, interactions: data, iterations: 8 });
    const breaking = setInterval(() => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    }, 700);
    const broken = await sparkAls({ ...small, cluster: at(port), interactions: data, iterations: 8 }).finally(() =>
      clearInterval(breaking),
    );
    expect(connections).toBeGreaterThan(1);
    expect(largestDifference(broken.itemFactors.data, whole.itemFactors.data)).toBeLessThan(1e-4);
  });

  it('stops the cluster when it is aborted', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const endless = sparkAls(
      { ...small, cluster, interactions: await Interactions.from(rows), iterations: 1000 },
      { signal: stop.signal, onProgress: ({ phase }) => phase === 'training' && stop.abort(reason) },
    );
    await expect(endless).rejects.toBe(reason);
  });

  it('speaks TLS', async () => {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ]);
    if (made.status !== 0) return console.log('skipped: no openssl to make a certificate with');
    const port = await listening(
      createTlsServer({ key: readFileSync(key), cert: readFileSync(cert), ALPNProtocols: ['h2'] }, (socket) => joined(socket)),
    );
    const secure = at(port).replace('127.0.0.1', 'localhost').replace('use_ssl=false', 'use_ssl=true');
    const interactions = await Interactions.from(rows);
    const als = await sparkAls({ ...small, cluster: secure, ca: readFileSync(cert), interactions, history: false });
    expect(als.recommend(rows[0].user, { n: 3 })).toHaveLength(3);
    await expect(sparkAls({ ...small, cluster: secure, interactions })).rejects.toMatchObject({
      code: 'ERR_CLUSTER',
      message: expect.stringContaining('certificate'),
    });
  });

  const table = (values: string) => ({ query: `SELECT * FROM VALUES ${values} AS t(user, item, value)` });
  it.each<[string, Partial<SparkAlsOptions>, string, RegExp]>([
    ['a wrong token', {}, 'ERR_CLUSTER', /token/],
    ['a table that is not there', { interactions: { table: 'nowhere.nothing' } }, 'ERR_CLUSTER', /TABLE_OR_VIEW_NOT_FOUND/],
    [
      'a column that is not there',
      { interactions: table("('a', 'x', 1)"), user: 'customer' },
      'ERR_BAD_ARGUMENT',
      /"customer".*"user", "item", "value"/,
    ],
    ['ids that are fractions', { interactions: table("(1.5D, 'x', 1)") }, 'ERR_BAD_ARGUMENT', /double/],
    ['rows without an id', { interactions: table("(NULL, 'x', 1), ('a', 'x', 1)") }, 'ERR_BAD_ID', /1 rows/],
    ['values that are no numbers', { interactions: table("('a', 'x', 'many'), ('a', 'y', '1')") }, 'ERR_BAD_VALUE', /1 rows/],
    ['pairs that come twice', { interactions: table("('a', 'x', 1), ('a', 'x', 2)"), duplicates: 'error' }, 'ERR_DUPLICATE', /1 pairs/],
  ])('refuses %s', async (what, options, code, message) => {
    const url = what === 'a wrong token' ? cluster.replace('token=secret', 'token=guess') : cluster;
    await expect(sparkAls({ ...small, interactions: await Interactions.from(rows), cluster: url, ...options })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, k) => Math.max(worst, Math.abs(value - b[k])), 0);
}

describe.skipIf(skipped)('sparkEtl on a cluster of two workers', { timeout: 480_000 }, () => {
  it('writes the rows of the example by one command', async () => {
    const run = async (command: string, options: object = {}) => {
      const { run } = commands.find(({ name }) => name === command) as (typeof commands)[number];
      await run({ dataDir: folder, scale: 0.002, seed: 7, ...defaults.etl, ...options }, []);
    };
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await run('sample');
      await run('etl');
      log.mockClear();
      await run('spark-etl', { cluster });
      const said = log.mock.calls.join('\n');
      for (const name of tables) expect(said).toMatch(new RegExp(`^${name}: [1-9]\\d+ rows, the same as those of etl$`, 'm'));
    } finally {
      log.mockRestore();
    }
  });

  it('writes the rows of the example of odd rows, with at least 2 ratings each, which takes many rounds', async () => {
    const minInteractions = 2;
    const random = randomNumbers(11);
    const lines = Array.from({ length: 800 }, (_, k) => {
      const time = 1.6e12 + Math.floor(random() * 500) * 60_000;
      const review: Record<string, unknown> = {
        user_id: `zoë ${Math.floor(150 * random() ** 1.5)}`,
        parent_asin: `B${Math.floor(80 * random() ** 2)}`,
        rating: 1 + Math.floor(random() * 9) / 2,
        timestamp: k % 7 === 0 ? time / 1000 : time, // seconds, as in older files
      };
      if (k % 11 === 0) delete review.timestamp;
      if (k % 97 === 0) review.rating = 7;
      if (k % 101 === 0) review.user_id = '';
      return JSON.stringify(review);
    });
    // A chain, of which each round takes the ends.
    for (let k = 0; k < 10; k++) {
      lines.push(JSON.stringify({ user_id: `link ${k >> 1}`, parent_asin: `L${(k + 1) >> 1}`, rating: 4, timestamp: 1.6e12 + k }));
    }
    const reviews = join(folder, 'reviews.jsonl');
    writeFileSync(reviews, `${lines.join('\n')}\n`);
    const ours = join(folder, 'etl');
    mkdirSync(ours);
    const summary = await runEtl({ ...defaults.etl, minInteractions, reviews, dataDir: ours }, (_, work) => work(() => {}));

    const theirs = join(folder, 'spark-etl');
    const made = await sparkEtl({
      cluster,
      interactions: { path: reviews, format: 'json' },
      user: 'user_id',
      item: 'parent_asin',
      value: 'rating',
      minInteractions,
      output: theirs,
      itemId: 'parent_asin',
      sparkOptions: {
        // Many splits of the file, so that both workers read it.
        'spark.sql.files.maxPartitionBytes': '30000',
        'spark.sql.files.openCostInBytes': '0',
        // Half of the time would go to texts of plans that change while they run.
        'spark.sql.adaptive.enabled': 'false',
      },
    });
    expect(made).toMatchObject({ rows: summary.reviews.kept, users: summary.users, items: summary.ratedProducts });
    expect(made.rounds).toBeGreaterThan(4);
    for (const compared of await compareTables(ours, theirs)) {
      expect(compared.difference).toBeUndefined();
      expect(compared.rows).toBeGreaterThan(20);
    }
  });

  it('says that nothing is left', async () => {
    const query = "SELECT 'u' AS user, 'i' AS item, 3 AS value, 0 AS timestamp";
    const nothing = sparkEtl({ cluster, interactions: { query }, minInteractions: 2, output: join(folder, 'nothing') });
    await expect(nothing).rejects.toEqual(expect.objectContaining({ code: 'ERR_EMPTY' }));
  });
});
