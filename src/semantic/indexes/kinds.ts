import type { VectorIndex } from '../../contracts/vector-index.ts';
import { flatIndex } from './flat/flat.ts';
import { hnswIndex } from './hnsw/hnsw.ts';

/** An empty index of each kind that a file may name and that needs nothing from the caller. Bundlers take `kinds.page.ts` instead. */
export const indexKinds: Record<string, () => VectorIndex> = { flat: flatIndex, hnsw: hnswIndex };
