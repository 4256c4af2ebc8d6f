import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flatIndex, type HnswIndex, hnswIndex } from 'attune';
import { median, timed } from '../support/clock.ts';
import { curveSvg } from '../support/curve-svg.ts';
import { type Row, ratioOf } from '../support/table.ts';
import { catalogueShape, clusteredVectors, type VectorSet } from './clustered-vectors.ts';
import type { SearchTask } from './context.ts';
import { type PeerIndex, VectorPeers } from './vector-peers.ts';

const n = 10;
const settings = { m: 32, efConstruction: 128 };
const efs = [16, 24, 32, 48, 64, 96, 128, 192, 256, 512];
const target = 0.99;
const peerIndexes: PeerIndex[] = ['hnswlib-hnsw', 'usearch-hnsw', 'faiss-hnsw'];

/** A setting of one side: what it found, and what a query cost. */
interface Point {
  ef: number;
  recall: number;
  /** Milliseconds per query: processor time, and the median wall time. */
  cpu: number;
  wall: number;
}

/** Approximate search on one thread: the same graph settings on all sides, built and queried alternately. */
export const hnsw: SearchTask = {
  name: 'hnsw',
  summary: '94,327 x 384 vectors: recall against latency of hnswIndex, hnswlib, usearch and faiss; draws the curve.',
  async run({ peers: wanted, folder, quick, repeats, say }) {
    const set = clusteredVectors(quick ? { count: 20_000, dimensions: 384, queryCount: 300 } : catalogueShape);
    const truth = await neighbours(set);
    const index = hnswIndex({ ...settings, threads: 1 });
    const keys = Int32Array.from({ length: set.count }, (_, k) => k);
    const build = await timed(() => index.add(keys, set.rows));
    say(`attune: built in ${build.cpu.toFixed(1)} CPU s`);
    const peers = wanted ? VectorPeers.start(folder) : undefined;
    await peers?.load(set);
    const others: { name: PeerIndex; cpu: number; wall: number; resident: number }[] = [];
    for (const name of peers ? peerIndexes : []) {
      try {
        const built = await (peers as VectorPeers).build(name, { ...settings, threads: 1 });
        others.push({ name, ...built });
        say(`${name}: built in ${built.cpu.toFixed(1)} CPU s`);
      } catch (error) {
        say(`${name} skipped: ${(error as Error).message}`);
      }
    }
    const curves = new Map<string, Point[]>([['attune', []], ...others.map(({ name }): [string, Point[]] => [name, []])]);
    for (let q = 0; q < 2 * set.queryCount; q++) index.search(set.query(q % set.queryCount), { n, efSearch: 32 }); // warms up the compiler
    for (const ef of efs) {
      const own: Point[] = [];
      const theirs = new Map<string, Point[]>(others.map(({ name }) => [name, []]));
      for (let round = 0; round < repeats; round++) {
        own.push(ask(index, set, ef, truth));
        for (const { name } of others) {
          const { seconds, cpu, ids } = await (peers as VectorPeers).each(name, 0, set.queryCount, { n, ef });
          const wall = 1000 * median(seconds);
          theirs.get(name)?.push({ ef, recall: recallOf(ids, truth), cpu: (1000 * cpu) / set.queryCount, wall });
        }
      }
      curves.get('attune')?.push(typical(own));
      for (const { name } of others) curves.get(name)?.push(typical(theirs.get(name) as Point[]));
    }
    peers?.close();
    for (const [name, points] of curves)
      say(`${name}: ${points.map(({ ef, recall, cpu }) => `${ef} ${recall.toFixed(4)} ${cpu.toFixed(3)}`).join(' | ')}`);
    draw(curves, set, quick || !wanted);
    return { rows: rowsOf({ set, index, build, others, curves }), detail: { settings, build, others, curves: Object.fromEntries(curves) } };
  },
};

/** The true neighbours, exactly. */
async function neighbours(set: VectorSet): Promise<Set<number>[]> {
  const exact = flatIndex();
  await exact.add(
    Int32Array.from({ length: set.count }, (_, k) => k),
    set.rows,
  );
  const found: Set<number>[] = [];
  for (let q = 0; q < set.queryCount; q++) found.push(new Set((await exact.search(set.query(q), { n })).indices));
  return found;
}

function recallOf(ids: readonly ArrayLike<number>[], truth: readonly Set<number>[]): number {
  const hits = ids.reduce((sum, row, q) => sum + Array.from(row).filter((id) => truth[q].has(id)).length, 0);
  return hits / (n * truth.length);
}

function ask(index: HnswIndex, set: VectorSet, ef: number, truth: readonly Set<number>[]): Point {
  const seconds: number[] = [];
  const ids: Int32Array[] = [];
  const before = process.cpuUsage();
  for (let q = 0; q < set.queryCount; q++) {
    const started = performance.now();
    ids.push(index.search(set.query(q), { n, efSearch: ef }).indices);
    seconds.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  return { ef, recall: recallOf(ids, truth), cpu: (user + system) / 1000 / set.queryCount, wall: median(seconds) };
}

const typical = (points: readonly Point[]): Point => ({
  ...points[0],
  cpu: median(points.map(({ cpu }) => cpu)),
  wall: median(points.map(({ wall }) => wall)),
});

/** Milliseconds at a recall, between the settings beside it; undefined where the curve does not get there. */
function at(points: readonly Point[], recall: number, of: 'cpu' | 'wall'): number | undefined {
  const above = points.findIndex((point) => point.recall >= recall);
  if (above < 0) return undefined;
  if (above === 0) return points[0][of];
  const [a, b] = [points[above - 1], points[above]];
  return a[of] + ((b[of] - a[of]) * (recall - a.recall)) / (b.recall - a.recall);
}

interface Measured {
  set: VectorSet;
  index: HnswIndex;
  build: { wall: number; cpu: number };
  others: { name: PeerIndex; cpu: number; wall: number; resident: number }[];
  curves: Map<string, Point[]>;
}

function rowsOf({ set, index, build, others, curves }: Measured): Row[] {
  const shape = `${set.count} x ${set.dimensions}`;
  const note = `m ${settings.m}, efConstruction ${settings.efConstruction}, one thread`;
  const own = curves.get('attune') as Point[];
  const rows: Row[] = [];
  const [attune, attuneCpu] = [at(own, target, 'wall'), at(own, target, 'cpu')];
  for (const { name, wall, cpu, resident } of others) {
    const points = curves.get(name) as Point[];
    const [other, otherCpu] = [at(points, target, 'wall'), at(points, target, 'cpu')];
    const first = name === 'hnswlib-hnsw';
    rows.push(
      {
        task: `${shape}, build a graph`,
        unit: 's',
        attune: build.wall,
        attuneCpu: build.cpu,
        peer: name,
        other: wall,
        otherCpu: cpu,
        ratio: ratioOf(build.wall, wall),
        goal: first ? '>= 0.5' : undefined,
        note,
      },
      {
        task: `${shape}, query at recall@10 ${target}`,
        unit: 'ms',
        attune,
        attuneCpu,
        peer: name,
        other,
        otherCpu,
        ratio: attune && ratioOf(attune, other),
        goal: first ? '>= 0.83' : undefined,
        note: 'between measured settings',
      },
      {
        task: `${shape}, memory of a graph`,
        unit: 'MB',
        attune: index.memoryBytes / 1e6,
        peer: name,
        other: resident / 1e6,
        ratio: ratioOf(index.memoryBytes, resident),
        note: `vectors ${(set.rows.byteLength / 1e6).toFixed(0)} MB`,
      },
    );
  }
  if (others.length === 0) rows.push({ task: `${shape}, build a graph`, unit: 's', attune: build.wall, attuneCpu: build.cpu, note });
  const all = timeOf(index, set, undefined);
  for (const every of [1000, 100, 20, 5, 2]) {
    const allowed = Uint8Array.from({ length: set.count }, (_, key) => (key % every === 0 ? 1 : 0));
    const attune = timeOf(index, set, allowed);
    const task = `${shape}, filter that 1 in ${every} pass`;
    rows.push({ task, unit: 'ms', attune, peer: 'no filter', other: all, ratio: ratioOf(attune, all), goal: '>= 0.5' });
  }
  return rows;
}

/** Milliseconds of a query with the index's own settings. */
function timeOf(index: HnswIndex, set: VectorSet, allowed: Uint8Array | undefined): number {
  const times: number[] = [];
  for (let q = 0; q < set.queryCount; q++) {
    const started = performance.now();
    index.search(set.query(q), { n, allowed });
    times.push(performance.now() - started);
  }
  return median(times);
}

function draw(curves: Map<string, Point[]>, set: VectorSet, aside: boolean): void {
  const folder = join(import.meta.dirname, aside ? '../out' : '../../docs/images');
  mkdirSync(folder, { recursive: true });
  const svg = curveSvg({
    title: `Recall against time: ${set.count.toLocaleString('en-US')} vectors of ${set.dimensions} dimensions`,
    xLabel: 'recall@10',
    yLabel: 'processor milliseconds per query, one thread',
    curves: Array.from(curves, ([name, points]) => ({
      name: name.replace('-hnsw', ' HNSW'),
      points: points.map(({ recall, cpu }) => ({ x: recall, y: cpu })),
    })),
    xTicks: [0.9, 0.92, 0.94, 0.96, 0.98, 1],
    yTicks: [0.05, 0.1, 0.2, 0.5, 1, 2, 5],
  });
  writeFileSync(join(folder, 'recall-latency.svg'), svg);
}
