import { flatIndex, type VectorIndex } from 'attune';
import { median } from '../clock.ts';
import { type Row, ratioOf } from '../table.ts';
import { catalogueShape, clusteredVectors } from './clustered-vectors.ts';
import type { SearchTask } from './context.ts';
import { VectorPeers } from './vector-peers.ts';

/** Exact search on one thread, the sides by turns. */
export const vectors: SearchTask = {
  name: 'vectors',
  summary: '94,327 x 384 vectors: flatIndex against the exact indexes of faiss, usearch and hnswlib.',
  async run({ peers: wanted, folder, quick, repeats }) {
    const set = clusteredVectors(quick ? { count: 10_000, dimensions: 384, queryCount: 100 } : catalogueShape);
    const peers = wanted ? VectorPeers.start(folder) : undefined;
    const index: VectorIndex = flatIndex();
    await index.add(
      Int32Array.from({ length: set.count }, (_, k) => k),
      set.rows,
    );
    await peers?.load(set);
    await peers?.build('faiss-flat');
    const own: number[] = [];
    const others: number[] = [];
    for (let round = 0; round < repeats; round++) {
      for (let k = 0; k < 100; k++) {
        const started = performance.now();
        await index.search(set.query(k), { n: 10 });
        own.push(performance.now() - started);
      }
      others.push(...((await peers?.each('faiss-flat', 0, 100))?.seconds ?? []).map((seconds) => 1000 * seconds));
    }
    peers?.close();
    const attune = median(own);
    const other = peers && median(others);
    const row: Row = {
      task: `${set.count} x ${set.dimensions}, one query`,
      unit: 'ms',
      attune,
      peer: 'faiss IndexFlatIP',
      other,
      ratio: ratioOf(attune, other),
      goal: '>= 2',
    };
    return { rows: [row] };
  },
};
