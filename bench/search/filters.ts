import { flatIndex, type HnswIndex, hnswIndex } from 'attune';
import { median, timed } from '../support/clock.ts';
import { sample } from '../support/random.ts';
import { type Row, ratioOf } from '../support/table.ts';
import { catalogueShape, clusteredVectors, type VectorSet } from './clustered-vectors.ts';
import type { SearchTask } from './context.ts';
import { VectorPeers } from './vector-peers.ts';

const n = 10;
const shares = [0.01, 0.05, 0.2, 0.5];
/** The default of hnswIndex, and the same for the other side. */
const ef = 192;

/** A filter, with the exact answers under it. */
interface Filter {
  name: string;
  allowed: Uint8Array;
  keys: number[];
  truth: Set<number>[];
}

interface Answered {
  wall: number;
  cpu: number;
  /** Share of the answers that have n items, and of the true neighbours that were found. */
  full: number;
  recall: number;
}

/** Filters of four selectivities: flags drawn at random, and whole regions of the space, near the query or far from it. */
export const filters: SearchTask = {
  name: 'filters',
  summary: '94,327 x 384 vectors: hnswIndex and faiss under filters that 1, 5, 20 and 50 % pass: full lists, recall, time.',
  async run({ peers: wanted, folder, quick, repeats, say }) {
    const set = clusteredVectors({ ...catalogueShape, ...(quick && { count: 20_000 }), queryCount: 300 });
    const keys = Int32Array.from({ length: set.count }, (_, k) => k);
    const index = hnswIndex({ m: 32, efConstruction: 128 });
    await index.add(keys, set.rows);
    const exact = flatIndex({ threads: 1 });
    await exact.add(keys, set.rows);
    say('built');
    const peers = wanted ? VectorPeers.start(folder) : undefined;
    await peers?.load(set);
    await peers?.build('faiss-hnsw', { m: 32, efConstruction: 128, threads: 2 });
    const chosen: Filter[] = [];
    for (const share of shares) {
      chosen.push(await filterOf(`${100 * share} % at random`, sample(Math.round(share * set.count), set.count, 3), set, exact));
      chosen.push(await filterOf(`${100 * share} % in one region`, region(share, set), set, exact));
    }
    const all = await filterOf('no filter', Array.from(keys), set, exact);
    const sides = [all, ...chosen].map((filter) => ({ filter, own: [] as Answered[], others: [] as Answered[] }));
    for (let round = -1; round < repeats; round++) {
      for (const { filter, own, others } of sides) {
        const answered = await ask(index, set, filter, filter === all);
        if (round >= 0) own.push(answered);
        const theirs = peers && (await askPeer(peers, set, filter, filter === all));
        if (theirs && round >= 0) others.push(theirs);
      }
    }
    peers?.close();
    const unfiltered = typical(sides[0].own);
    const rows = sides.flatMap(({ filter, own, others }): Row[] => {
      const task = `${set.count} x ${set.dimensions}, ${filter.name}`;
      const ours = typical(own);
      const other = others.length > 0 ? typical(others) : undefined;
      const peer = other && 'faiss-hnsw';
      return [
        {
          task: `${task}, one query`,
          unit: 'ms',
          attune: ours.wall,
          attuneCpu: ours.cpu,
          peer,
          other: other?.wall,
          otherCpu: other?.cpu,
          ratio: ratioOf(ours.wall, other?.wall),
          note: `${(ours.cpu / unfiltered.cpu).toFixed(2)} of the processor time without a filter (goal 2); ${(100 * ours.full).toFixed(1)} % of the lists are full`,
        },
        { task: `${task}, recall@10`, unit: '', attune: ours.recall, peer, other: other?.recall, goal: '>= 0.99' },
      ];
    });
    return { rows };
  },
};

/** The vectors nearest to some vector: none of most clusters, all of a few. */
function region(share: number, { rows, count, dimensions }: VectorSet): number[] {
  const scores = new Float64Array(count);
  for (let k = 0; k < count; k++) for (let d = 0; d < dimensions; d++) scores[k] += rows[d] * rows[k * dimensions + d];
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  return order.slice(0, Math.round(share * count));
}

async function filterOf(name: string, keys: number[], set: VectorSet, exact: ReturnType<typeof flatIndex>): Promise<Filter> {
  const allowed = new Uint8Array(set.count);
  for (const key of keys) allowed[key] = 1;
  const truth: Set<number>[] = [];
  for (let q = 0; q < set.queryCount; q++) truth.push(new Set((await exact.search(set.query(q), { n, allowed })).indices));
  return { name, allowed, keys, truth };
}

async function ask(index: HnswIndex, set: VectorSet, { allowed, truth }: Filter, isAll: boolean): Promise<Answered> {
  const seconds: number[] = [];
  const ids: ArrayLike<number>[] = [];
  const { cpu } = await timed(() => {
    for (let q = 0; q < set.queryCount; q++) {
      const started = performance.now();
      ids.push(index.search(set.query(q), { n, efSearch: ef, ...(!isAll && { allowed }) }).indices);
      seconds.push((performance.now() - started) / 1000);
    }
  });
  return answered(seconds, cpu, ids, truth);
}

async function askPeer(peers: VectorPeers, set: VectorSet, { keys, truth }: Filter, isAll: boolean): Promise<Answered> {
  const { seconds, cpu, ids } = await peers.each('faiss-hnsw', 0, set.queryCount, { n, ef, ...(!isAll && { allowed: keys }) });
  return answered(
    seconds,
    cpu,
    ids.map((row) => row.filter((id) => id >= 0)),
    truth,
  );
}

function answered(seconds: number[], cpu: number, ids: readonly ArrayLike<number>[], truth: readonly Set<number>[]): Answered {
  const found = ids.map((row, q) => Array.from(row).filter((id) => truth[q].has(id)).length);
  return {
    wall: 1000 * median(seconds),
    cpu: (1000 * cpu) / seconds.length,
    full: ids.filter(({ length }) => length === n).length / ids.length,
    recall: found.reduce((a, b) => a + b, 0) / (n * ids.length),
  };
}

const typical = (rounds: readonly Answered[]): Answered => ({
  ...rounds[0],
  wall: median(rounds.map(({ wall }) => wall)),
  cpu: median(rounds.map(({ cpu }) => cpu)),
});
