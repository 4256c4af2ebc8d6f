import type { VectorIndex } from '../../contracts/vector-index.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { FlatVectors } from './flat/flat-vectors.ts';
import { LateIndex } from './late-index.ts';

/**
 * What `kinds.ts` is in a page: a file of vectors as they are is searched at once, and the code of graphs and of codes of four bits, a fifth of
 * what a page with search weighs, is loaded for the files that need it.
 */
export const indexKinds: Record<string, () => VectorIndex> = { flat: exactIndex, hnsw: () => new LateIndex('hnsw', openGraph) };

function exactIndex(): VectorIndex {
  return new FlatVectors({
    threads: availableThreads(),
    coding: undefined,
    batches: undefined, // SemanticIndex asks one query at a time
    readCoded: (file, bytes) => new LateIndex('flat', openCoded, file, bytes),
  });
}

// Files of their own, of which bundlers get copies: see config/build-modules.ts.
const openCoded = async (bytes: Uint8Array) => (await import('./open-coded.late.ts')).openCoded(bytes);
const openGraph = async (bytes: Uint8Array) => (await import('./open-graph.late.ts')).openGraph(bytes);
