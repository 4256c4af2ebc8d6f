import { AlsRecommender } from 'attune';
import { appliancesShape } from '../support/appliances-shape.ts';
import { median, quantile, timed } from '../support/clock.ts';
import { sample } from '../support/random.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { AlsTask } from './context.ts';
import type { Implicit, ImplicitCall } from './implicit.ts';
import { factorsOf, fitAttune, startOf } from './training.ts';

const settings = { factors: 128, alpha: 10, regularization: 1 };
const rounds = 5;
const callsPerRound = 100;
const batchUsers = 4000;

/** Serving the Appliances shape. Both sides answer from the same factors, so that their lists can be compared as well. */
export const latency: AlsTask = {
  name: 'latency',
  summary: 'Appliances shape, 128 factors: recommend, similarItems, fold-in, reasons, lists of many users.',
  async run({ implicit, quick, threads, say }) {
    const data = appliancesShape(quick ? 1 / 16 : 1);
    const als = await fitAttune({ ...settings, data }, 6, startOf(data, settings.factors), threads);
    await implicit?.load(data, settings.alpha);
    await implicit?.take(factorsOf(als), settings.factors, settings.regularization);
    say('latency: both sides hold the same model');
    const users = sample(rounds * callsPerRound, data.userCount);
    const items = sample(rounds * callsPerRound, data.itemCount, 2);
    const { offsets, indices, values } = data.byUser;
    const history = (user: number) =>
      Array.from(indices.subarray(offsets[user], offsets[user + 1]), (item, e) => ({
        item: data.items.idAt(item),
        value: values[offsets[user] + e],
      }));
    const calls: Call[] = [
      {
        task: 'recommend n=10',
        call: 'recommend',
        queries: users,
        goals: ['p50 <= 0.2 ms', ''],
        prepare: (u) => () => als.recommend(data.users.idAt(u), { n: 10 }),
      },
      {
        task: 'similarItems n=10',
        call: 'similarItems',
        queries: items,
        goals: ['p50 <= 0.4 ms', ''],
        prepare: (i) => () => als.similarItems(data.items.idAt(i), { n: 10 }),
      },
      {
        task: 'recommendFor n=10 (fold-in and rank)',
        call: 'recommendFor',
        queries: users,
        goals: ['', ''],
        prepare: (u) => {
          const own = history(u);
          return () => als.recommendFor(own, { n: 10 });
        },
      },
    ];
    const rows: Row[] = [];
    for (const call of calls) rows.push(...(await single(call, als, implicit)));
    rows.push(...reasons(als, users));
    rows.push(...(await many(sample(batchUsers, data.userCount, 3), als, implicit, threads)));
    return { rows: rows.map((row) => ({ ...row, task: `shape${quick ? ' x 1/16' : ''}, ${row.task}` })) };
  },
};

interface Call {
  task: string;
  call: ImplicitCall;
  queries: number[];
  /** For p50 and p99. */
  goals: [string, string];
  /** What is to be timed, its arguments made beforehand. */
  prepare(query: number): () => { item: string }[];
}

/** Single calls, alternating between the sides. */
async function single({ task, call, queries, goals, prepare }: Call, als: AlsRecommender, implicit: Implicit | undefined): Promise<Row[]> {
  const own: number[] = [];
  const others: number[] = [];
  let same = 0;
  const firstCall = await timed(() => prepare(queries[0])());
  for (const query of queries.slice(0, 50)) prepare(query)();
  await implicit?.each(call, queries.slice(0, 50));
  for (let round = 0; round < rounds; round++) {
    const part = queries.slice(round * callsPerRound, (round + 1) * callsPerRound);
    const lists = part.map((query) => {
      const run = prepare(query);
      const start = performance.now();
      const list = run();
      own.push(performance.now() - start);
      return list;
    });
    const theirs = await implicit?.each(call, part);
    if (!theirs) continue;
    others.push(...theirs.seconds.map((seconds) => 1000 * seconds));
    lists.forEach((list, k) => {
      const ids = new Set(theirs.lists[k].map((i) => als.items.idAt(i)));
      same += list.filter(({ item }) => ids.has(item)).length / Math.max(1, list.length);
    });
  }
  const share = implicit && `${((100 * same) / own.length).toFixed(1)} % of the entries are the same; `;
  return ([0.5, 0.99] as const).map((q, k) => {
    const attune = quantile(own, q);
    const other = implicit && quantile(others, q);
    return {
      task: `${task}, p${100 * q}`,
      unit: 'ms' as const,
      attune,
      peer: 'implicit, 1 thread',
      other,
      ratio: ratioOf(attune, other),
      goal: goals[k],
      note: k === 0 ? `${share ?? ''}first call ${(1000 * firstCall.wall).toFixed(0)} ms` : undefined,
    };
  });
}

/** The reasons of a page of ten: of users as they are, and of visitors with 1,200 items, none of whom was queried before. */
function reasons(als: AlsRecommender, users: number[]): Row[] {
  const known = users.slice(0, callsPerRound).map((u) => {
    const user = als.users.idAt(u);
    const items = als.recommend(user, { n: 10 }).map(({ item }) => item);
    return () => als.explainMany(user, items, { n: 1 });
  });
  const long = Array.from({ length: 30 }, (_, k) => {
    const history = sample(Math.min(1200, als.items.size / 2), als.items.size, 10 + k).map((i) => als.items.idAt(i));
    const items = als.recommendFor(history, { n: 10 }).map(({ item }) => item);
    return () => als.explainFor(history, items, { n: 1 });
  });
  return [
    { task: 'explainMany, 10 items', goal: 'p50 <= 0.3 ms', calls: known },
    { task: 'explainFor, 10 items, history of 1,200', goal: 'p50 <= 3.5 ms', calls: long },
  ].map(({ task, goal, calls }) => {
    const times = calls.map((call) => {
      const start = performance.now();
      call();
      return performance.now() - start;
    });
    return { task: `${task}, p50`, unit: 'ms' as const, attune: quantile(times, 0.5), goal };
  });
}

/** Lists of many users at once, both sides with one thread and with all. */
async function many(users: number[], als: AlsRecommender, implicit: Implicit | undefined, threads: number): Promise<Row[]> {
  const ids = users.map((u) => als.users.idAt(u));
  const bytes = als.toBytes();
  const counts = threads > 1 ? [1, threads] : [1];
  const sides = counts.map((count) => ({ count, own: AlsRecommender.fromBytes(bytes, { threads: count }), speeds: [] as number[] }));
  const others = counts.map((): number[] => []);
  for (const { own } of sides) own.recommendMany(ids.slice(0, 1000), { n: 10 });
  for (let round = 0; round < rounds; round++) {
    for (const { own, speeds } of sides) speeds.push(users.length / (await timed(() => own.recommendMany(ids, { n: 10 }))).wall);
    if (implicit) for (let k = 0; k < counts.length; k++) others[k].push(users.length / (await implicit.batch(users, counts[k])).wall);
  }
  return sides.map(({ count, speeds }, k) => {
    const attune = median(speeds);
    const other = implicit && median(others[k]);
    const ofThreads = `${count} thread${count > 1 ? 's' : ''}`;
    return {
      task: `recommendMany, ${users.length} users, ${ofThreads}`,
      unit: 'users/s' as const,
      attune,
      peer: `implicit, ${ofThreads}`,
      other,
      ratio: ratioOf(attune, other, true),
      goal: '>= 5',
    };
  });
}
