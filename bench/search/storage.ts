import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FlatIndex, flatIndex, type HnswIndex, hnswIndex } from 'attune';
import { median, timed } from '../support/clock.ts';
import { curveSvg } from '../support/curve-svg.ts';
import { type Row, ratioOf } from '../support/table.ts';
import { catalogueShape, clusteredVectors, type VectorSet } from './clustered-vectors.ts';
import type { SearchTask } from './context.ts';

const n = 10;
const asked = 300;
const efs = [32, 64, 96, 128, 192, 256, 384];

/** An index in one way of storing vectors. */
interface Kind {
  name: string;
  index: FlatIndex | HnswIndex;
  build: { wall: number; cpu: number };
  /** Bytes of the index, as a share of those of the vectors. */
  share: number;
  points: Point[];
}

/** A setting: what it found, and the milliseconds of a query. */
interface Point {
  ef: number | undefined;
  recall: number;
  cpu: number;
  wall: number;
}

/** What an eighth of the memory costs: both indexes by whole vectors and by four bits, one query after the other on one thread. */
export const storage: SearchTask = {
  name: 'storage',
  summary: '94,327 x 384 vectors: flatIndex and hnswIndex by float32 and by 4 bits: recall, latency and memory; draws the curve.',
  async run({ quick, repeats, say }) {
    const set = clusteredVectors(quick ? { count: 10_000, dimensions: 384, queryCount: asked } : { ...catalogueShape, queryCount: asked });
    const vectors = (key: number) => set.rows.subarray(key * set.dimensions, (key + 1) * set.dimensions); // as from a file
    const kinds: Kind[] = [];
    const add = async (name: string, index: FlatIndex | HnswIndex) => {
      const build = await timed(() =>
        index.add(
          Int32Array.from({ length: set.count }, (_, k) => k),
          set.rows,
        ),
      );
      const share = index.memoryBytes / set.rows.byteLength;
      kinds.push({ name, index, build, share, points: [] });
      say(`${name}: built in ${build.cpu.toFixed(1)} CPU s, ${share.toFixed(3)} of the bytes of the vectors`);
    };
    await add('flatIndex', flatIndex({ threads: 1 }));
    await add('flatIndex, 4 bits', flatIndex({ threads: 1, storage: '4bit', vectors }));
    await add('flatIndex, 4 bits, no vectors', flatIndex({ threads: 1, storage: '4bit', vectors: 'none' }));
    await add('hnswIndex', hnswIndex());
    await add('hnswIndex, 4 bits', hnswIndex({ storage: '4bit', vectors }));
    await add('hnswIndex, 4 bits, no vectors', hnswIndex({ storage: '4bit', vectors: 'none' }));
    const truth = Array.from({ length: asked }, (_, q) => new Set(kinds[0].index.search(set.query(q), { n }).indices));
    const settings = kinds.flatMap((kind) => (kind.name.startsWith('flat') ? [undefined] : efs).map((ef) => ({ kind, ef })));
    const measured = settings.map(({ kind, ef }) => ({ kind, ef, rounds: [] as Point[] }));
    for (let round = -1; round < repeats; round++) {
      for (const { kind, ef, rounds } of measured) {
        const point = ask(kind.index, set, ef, truth);
        if (round >= 0) rounds.push(point);
      }
    }
    for (const { kind, rounds } of measured) {
      kind.points.push({ ...rounds[0], cpu: median(rounds.map(({ cpu }) => cpu)), wall: median(rounds.map(({ wall }) => wall)) });
    }
    for (const { name, points } of kinds)
      say(`${name}: ${points.map(({ ef, recall, cpu }) => `${ef ?? ''} ${recall.toFixed(4)} ${cpu.toFixed(3)}`).join(' | ')}`);
    draw(kinds, set, quick);
    return { rows: rowsOf(kinds, set), detail: kinds.map(({ name, build, share, points }) => ({ name, build, share, points })) };
  },
};

function ask(index: FlatIndex | HnswIndex, set: VectorSet, efSearch: number | undefined, truth: readonly Set<number>[]): Point {
  const seconds: number[] = [];
  let hits = 0;
  const before = process.cpuUsage();
  for (let q = 0; q < asked; q++) {
    const started = performance.now();
    const { indices } = index.search(set.query(q), { n, ...(efSearch && { efSearch }) });
    seconds.push(performance.now() - started);
    for (const key of indices) if (truth[q].has(key)) hits++;
  }
  const { user, system } = process.cpuUsage(before);
  return { ef: efSearch, recall: hits / (n * asked), cpu: (user + system) / 1000 / asked, wall: median(seconds) };
}

function rowsOf(kinds: readonly Kind[], set: VectorSet): Row[] {
  const shape = `${set.count} x ${set.dimensions}`;
  const byName = (name: string) => kinds.find((kind) => kind.name === name) as Kind;
  return ['flatIndex', 'hnswIndex'].flatMap((name): Row[] => {
    const isFlat = name === 'flatIndex';
    const [whole, small] = [byName(name), byName(`${name}, 4 bits`)];
    // At the default setting of hnswIndex.
    const pointOf = ({ points }: Kind) => points.find(({ ef }) => ef === 192) ?? points[0];
    const [own, other] = [pointOf(small), pointOf(whole)];
    const task = `${shape}, ${name} by 4 bits`;
    return [
      {
        task: `${task}, one query`,
        unit: 'ms',
        attune: own.wall,
        attuneCpu: own.cpu,
        peer: 'float32',
        other: other.wall,
        otherCpu: other.cpu,
        ratio: ratioOf(own.wall, other.wall),
      },
      {
        task: `${task}, memory / bytes of the vectors`,
        unit: '',
        attune: small.share,
        peer: 'float32',
        other: whole.share,
        goal: isFlat ? '<= 0.14' : undefined,
        note: isFlat ? undefined : 'codes and links',
      },
      {
        task: `${task}, recall@10 after scoring`,
        unit: '',
        attune: own.recall,
        peer: 'float32',
        other: other.recall,
        goal: '>= 0.99',
        note: `without vectors ${pointOf(byName(`${name}, 4 bits, no vectors`)).recall.toFixed(3)}`,
      },
      {
        task: `${task}, build`,
        unit: 's',
        attune: small.build.wall,
        attuneCpu: small.build.cpu,
        peer: 'float32',
        other: whole.build.wall,
        otherCpu: whole.build.cpu,
        ratio: ratioOf(small.build.wall, whole.build.wall),
      },
    ];
  });
}

function draw(kinds: readonly Kind[], set: VectorSet, aside: boolean): void {
  const folder = join(import.meta.dirname, aside ? '../out' : '../../docs/images');
  mkdirSync(folder, { recursive: true });
  const svg = curveSvg({
    title: `Recall, time and memory: ${set.count.toLocaleString('en-US')} vectors of ${set.dimensions} dimensions`,
    xLabel: 'recall@10',
    yLabel: 'processor milliseconds per query, one thread',
    curves: kinds.map(({ name, share, points }) => ({
      name: `${name}: ${share.toFixed(2)} of the vectors' bytes`,
      points: points.map(({ recall, cpu }) => ({ x: recall, y: cpu })),
    })),
    xTicks: [0.84, 0.88, 0.92, 0.96, 1],
    yTicks: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
  });
  writeFileSync(join(folder, 'recall-latency-memory.svg'), svg);
}
