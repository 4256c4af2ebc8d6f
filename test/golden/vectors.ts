import type { VectorIndex } from 'attune';
import { type Case, caseOf } from './case.ts';
import { unitVectors } from './data.ts';

const dimensions = 20;

/** Keys in no order, one removed and one replaced. */
function filled<Index extends VectorIndex>(index: Index): Index {
  const keys = Int32Array.from({ length: 300 }, (_, k) => (k * 7) % 300);
  index.add(keys, unitVectors(300, dimensions));
  index.remove(Int32Array.of(14, 99, 5000));
  index.add(Int32Array.of(21, 300), unitVectors(2, dimensions, 5));
  return index;
}

async function vectorAnswersOf(index: VectorIndex): Promise<object> {
  const asked = Array.from({ length: 3 }, (_, k) => unitVectors(1, dimensions, 50 + k));
  const even = Uint8Array.from({ length: 280 }, (_, k) => 1 - (k % 2));
  return {
    size: index.size,
    dimensions: index.dimensions,
    each: await Promise.all(asked.map(async (query) => index.search(query, { n: 6 }))),
    allowed: await index.search(asked[0], { n: 4, allowed: even }),
    many: await index.searchMany?.(asked, { n: 2 }),
    vector: index.vectorOf?.(21),
    gone: index.vectorOf?.(14),
  };
}

export const vectorCases: Case[] = [
  caseOf<VectorIndex>(
    'vectors-flat',
    (attune) => filled(attune.flatIndex()),
    (attune, bytes) => attune.flatIndex().fromBytes(bytes),
    vectorAnswersOf,
  ),
  // So few candidates that a search walks the graph instead of comparing all. The first was linked one vector after the other.
  ...['vectors-hnsw', 'vectors-hnsw-batches'].map((name, k) =>
    caseOf<VectorIndex>(
      name,
      (attune) => filled(attune.hnswIndex({ m: 6, efConstruction: 40, efSearch: 8, seed: 4 })),
      (attune, bytes) => attune.hnswIndex({ efSearch: 8 }).fromBytes(bytes),
      vectorAnswersOf,
      { isOld: k === 0 },
    ),
  ),
  caseOf<VectorIndex>(
    'vectors-hnsw-large',
    (attune, threads) => {
      const index = attune.hnswIndex({ m: 8, efConstruction: 40, efSearch: 30, threads });
      index.add(
        Int32Array.from({ length: 6000 }, (_, k) => k),
        unitVectors(6000, dimensions, 3),
      );
      return index;
    },
    (attune, bytes) => attune.hnswIndex({ efSearch: 30 }).fromBytes(bytes),
    vectorAnswersOf,
    { keep: 'hash', parallel: true },
  ),
];
