/** A vector index of FAISS, through the optional package `faiss-node`. */
export { type FaissOptions, faissIndex } from '../semantic/indexes/faiss/faiss.ts';
export type { FaissAnswer, FaissHandle, FaissModule } from '../semantic/indexes/faiss/faiss-module.ts';
