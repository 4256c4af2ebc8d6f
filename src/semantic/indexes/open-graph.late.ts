import type { VectorIndex } from '../../contracts/vector-index.ts';
import { hnswIndex } from './hnsw/hnsw.ts';

/** Opens a file with a graph. */
export const openGraph = (bytes: Uint8Array): VectorIndex => hnswIndex().fromBytes(bytes);
