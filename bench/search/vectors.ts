import { type FlatIndex, flatIndex } from 'attune';
import { type Cost, median, timed } from '../support/clock.ts';
import { sample } from '../support/random.ts';
import { type Row, ratioOf } from '../support/table.ts';
import { catalogueShape, clusteredVectors, type VectorSet } from './clustered-vectors.ts';
import type { SearchContext, SearchTask } from './context.ts';
import { type PeerIndex, VectorPeers } from './vector-peers.ts';

const flatPeers: { index: PeerIndex; name: string }[] = [
  { index: 'faiss-flat', name: 'faiss IndexFlatIP' },
  { index: 'usearch-flat', name: 'usearch exact' },
  { index: 'hnswlib-flat', name: 'hnswlib BFIndex' },
];
const queriesPerRound = 100;
const batchSize = 256;
/** Batches before those that count: a busy machine is late with the optimized kernels. */
const warmUps = 3;

/** Exact search: both sides hold the same vectors and run alternately. */
export const vectors: SearchTask = {
  name: 'vectors',
  summary: '94,327 x 384 vectors: flatIndex against the exact indexes of faiss, usearch and hnswlib.',
  async run(context) {
    const { quick, say, threads } = context;
    const set = clusteredVectors(quick ? { ...catalogueShape, count: 10_000 } : catalogueShape);
    const sides = await open(set, context);
    const all = Int32Array.from({ length: set.count }, (_, k) => k);
    globalThis.gc?.();
    const before = process.memoryUsage().rss; // memory of WebAssembly is in no other figure
    const index = flatIndex({ threads: 1 });
    const added = await timed(() => index.add(all, set.rows));
    await index.searchMany([set.query(0), set.query(1)], { n: 10 });
    globalThis.gc?.();
    const grown = process.memoryUsage().rss - before;
    const rows: Row[] = [];
    const shape = `${set.count} x ${set.dimensions}`;
    try {
      rows.push(...(await single(shape, index, set, sides, context)));
      rows.push(...(await batches(shape, index, set, sides, context, 1)));
      if (threads > 1) {
        const shared = flatIndex({ threads });
        shared.add(all, set.rows);
        rows.push(...(await batches(shape, shared, set, sides, context, threads)));
      }
      rows.push(...(await filtered(shape, index, set, sides, context)));
    } finally {
      sides?.close();
    }
    say('comparing with brute force');
    rows.push(exactness(shape, index, set, quick ? 50 : set.queryCount));
    rows.push(
      {
        task: `${shape}, add`,
        unit: 's',
        attune: added.wall,
        attuneCpu: added.cpu,
        peer: flatPeers[0].name,
        other: sides?.built.wall,
        otherCpu: sides?.built.cpu,
        ratio: ratioOf(added.wall, sides?.built.wall),
      },
      {
        task: `${shape}, memory / bytes of the vectors`,
        unit: '',
        attune: grown / set.rows.byteLength,
        goal: '<= 1.3',
        note: `${(grown / 1e6).toFixed(1)} MB by which the process grew; the vectors have ${(set.rows.byteLength / 1e6).toFixed(1)} MB`,
      },
    );
    return { rows };
  },
};

/** The other side, and what its vectors cost to add. */
type Sides = VectorPeers & { built: Cost; present: typeof flatPeers };

async function open(set: VectorSet, { peers: wanted, folder, say }: SearchContext): Promise<Sides | undefined> {
  const peers = wanted ? VectorPeers.start(folder) : undefined;
  if (!peers) return undefined;
  await peers.load(set);
  const present: typeof flatPeers = [];
  let built: Cost = { wall: 0, cpu: 0 };
  for (const peer of flatPeers) {
    try {
      const cost = await peers.build(peer.index);
      if (peer === flatPeers[0]) built = cost;
      present.push(peer);
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return Object.assign(peers, { built, present });
}

/** One query after the other, on one thread. */
async function single(shape: string, index: FlatIndex, set: VectorSet, sides: Sides | undefined, context: SearchContext): Promise<Row[]> {
  const rows: Row[] = [];
  for (const n of [10, 200]) {
    for (let k = 0; k < 50; k++) index.search(set.query(k), { n });
    const own: Each = { wall: [], cpu: [] };
    const present = n === 10 ? (sides?.present ?? []) : (sides?.present.slice(0, 1) ?? []);
    const others = new Map(present.map(({ index: name }) => [name, { wall: [], cpu: [] } as Each]));
    let same = 0;
    for (let round = 0; round < context.repeats; round++) {
      const lo = (round * queriesPerRound) % set.queryCount;
      const lists: number[][] = [];
      take(own, ...(await each(queriesPerRound, (k) => lists.push(Array.from(index.search(set.query(lo + k), { n }).indices)))));
      for (const [name, times] of others) {
        if (!sides) break;
        const { seconds, cpu, ids } = await sides.each(name, lo, lo + queriesPerRound, { n });
        take(times, seconds, cpu);
        if (name === 'faiss-flat') same += lists.filter((list, k) => list.every((id, at) => id === ids[k][at])).length;
      }
    }
    const share = sides && `${((100 * same) / own.wall.length).toFixed(1)} % of the lists are those of faiss, which adds in 32 bits`;
    rows.push(...compared(`${shape}, one query, n=${n}`, own, others, sides, n === 10 ? '>= 3' : undefined, share));
  }
  return rows;
}

/** A batch in one call, all sides on so many threads. */
async function batches(
  shape: string,
  index: FlatIndex,
  set: VectorSet,
  sides: Sides | undefined,
  { repeats }: SearchContext,
  threads: number,
): Promise<Row[]> {
  const queries = Array.from({ length: batchSize }, (_, k) => set.query(k));
  const own: Each = { wall: [], cpu: [] };
  // The others are several times slower than faiss in a batch.
  const others = new Map((sides?.present.slice(0, 1) ?? []).map(({ index: name }) => [name, { wall: [], cpu: [] } as Each]));
  for (let round = -warmUps; round < repeats; round++) {
    const { wall, cpu } = await timed(() => index.searchMany(queries, { n: 10 }));
    const costs = new Map<PeerIndex, Cost>();
    for (const name of others.keys()) {
      costs.set(name, (await sides?.batch(name, 0, batchSize, { threads })) as Cost);
    }
    if (round < 0) continue;
    take(own, [wall / batchSize], cpu);
    for (const [name, cost] of costs) take(others.get(name) as Each, [cost.wall / batchSize], cost.cpu);
  }
  for (const times of [own, ...others.values()]) times.cpu = times.cpu.map((ms) => ms / batchSize);
  const task = `${shape}, batch of ${batchSize}, ${threads} thread${threads > 1 ? 's' : ''}, a query`;
  return compared(task, own, others, sides, '>= 1.2');
}

/** A filter that one in a thousand vectors passes. */
async function filtered(
  shape: string,
  index: FlatIndex,
  set: VectorSet,
  sides: Sides | undefined,
  { repeats }: SearchContext,
): Promise<Row[]> {
  const keys = sample(Math.ceil(set.count / 1000), set.count, 5);
  const allowed = new Uint8Array(set.count);
  for (const key of keys) allowed[key] = 1;
  const all: Each = { wall: [], cpu: [] };
  const few: Each = { wall: [], cpu: [] };
  const others = new Map<PeerIndex, Each>(sides ? [['faiss-flat', { wall: [], cpu: [] }]] : []);
  let full = 0;
  for (let round = 0; round < repeats; round++) {
    take(all, ...(await each(queriesPerRound, (k) => index.search(set.query(k), { n: 10 }))));
    take(
      few,
      ...(await each(queriesPerRound, (k) => (full += index.search(set.query(k), { n: 10, allowed }).indices.length === 10 ? 1 : 0))),
    );
    const theirs = await sides?.each('faiss-flat', 0, queriesPerRound, { n: 10, allowed: keys });
    if (theirs) take(others.get('faiss-flat') as Each, theirs.seconds, theirs.cpu);
  }
  const task = `${shape}, one query, a filter that 1 in 1,000 pass`;
  const note = `${((100 * full) / few.wall.length).toFixed(0)} % of the answers are full`;
  return [
    ...compared(task, few, others, sides, undefined, note),
    {
      task: `${task} / unfiltered`,
      unit: '',
      attune: median(few.wall) / median(all.wall),
      attuneCpu: median(few.cpu) / median(all.cpu),
      goal: '<= 3',
    },
  ];
}

/** The share of the queries whose ten ids, in order, are those of every inner product in 64 bits, sorted. */
function exactness(shape: string, index: FlatIndex, set: VectorSet, queries: number): Row {
  let same = 0;
  for (let q = 0; q < queries; q++) {
    const wanted = bruteForce(set, set.query(q), 10);
    if (index.search(set.query(q), { n: 10 }).indices.every((key, k) => key === wanted[k])) same++;
  }
  return { task: `${shape}, ids equal to brute force`, unit: '', attune: same / queries, goal: '= 1', note: `${queries} queries, n=10` };
}

/** The rows with the largest inner products as 32-bit numbers, equal ones by their number. */
function bruteForce({ rows, count, dimensions }: VectorSet, query: Float32Array, n: number): number[] {
  const best: { row: number; score: number }[] = [];
  for (let row = 0; row < count; row++) {
    let even = 0;
    let odd = 0;
    for (let d = 0, at = row * dimensions; d < dimensions; d += 2) {
      even += query[d] * rows[at + d];
      odd += query[d + 1] * rows[at + d + 1];
    }
    const score = Math.fround(even + odd);
    if (best.length === n && score <= best[n - 1].score) continue;
    const before = best.findIndex((entry) => entry.score < score);
    best.splice(before < 0 ? best.length : before, 0, { row, score });
    best.length = Math.min(best.length, n);
  }
  return best.map(({ row }) => row);
}

/** Milliseconds of single calls, and the mean CPU milliseconds of those of a round. */
interface Each {
  wall: number[];
  cpu: number[];
}

/** Seconds of each of some calls, and their CPU seconds together. */
async function each(count: number, run: (k: number) => unknown): Promise<[seconds: number[], cpu: number]> {
  const seconds: number[] = [];
  const { cpu } = await timed(() => {
    for (let k = 0; k < count; k++) {
      const started = performance.now();
      run(k);
      seconds.push((performance.now() - started) / 1000);
    }
  });
  return [seconds, cpu];
}

function take(times: Each, seconds: number[], cpu: number): void {
  times.wall.push(...seconds.map((s) => 1000 * s));
  times.cpu.push((1000 * cpu) / seconds.length);
}

function compared(
  task: string,
  own: Each,
  others: Map<PeerIndex, Each>,
  sides: Sides | undefined,
  goal: string | undefined,
  note?: string,
): Row[] {
  const attune = median(own.wall);
  const row = { task, unit: 'ms' as const, attune, attuneCpu: median(own.cpu) };
  if (others.size === 0) return [{ ...row, note }];
  return Array.from(others, ([name, times], k) => ({
    ...row,
    peer: sides?.present.find(({ index }) => index === name)?.name,
    other: median(times.wall),
    otherCpu: median(times.cpu),
    ratio: ratioOf(attune, median(times.wall)),
    goal: k === 0 ? goal : undefined,
    note: k === 0 ? note : undefined,
  }));
}
