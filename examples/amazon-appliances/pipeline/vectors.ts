import { flatIndex, hnswIndex, type VectorIndex } from 'attune';

/** So many vectors are compared one by one in a millisecond; among more, a graph finds nearly the same ones in less. */
const mostCompared = 20_000;

/** Where the vectors of a catalogue are kept. */
export type VectorIndexKind = 'flat' | 'hnsw';

export const vectorIndexFor = (products: number): VectorIndexKind => (products > mostCompared ? 'hnsw' : 'flat');

/** One thread a search: a server has others to answer meanwhile, and to wake a second thread takes as long as it saves. */
export const openVectorIndex = (kind: unknown): VectorIndex => (kind === 'hnsw' ? hnswIndex() : flatIndex({ threads: 1 }));
