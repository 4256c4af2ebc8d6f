import type { VectorIndex } from '../../contracts/vector-index.ts';
import { type ModelFile, readModelFile } from '../../data/files/model-file.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { FlatVectors } from './flat/flat-vectors.ts';
import { fourBitCodingOf } from './four-bit/four-bit-coding.ts';

/** Opens a file of codes of four bits. */
export const openCoded = (bytes: Uint8Array): VectorIndex => restored(readModelFile(bytes, 'flat-index', 2));

function restored(file: ModelFile): FlatVectors {
  const threads = availableThreads();
  const coded = fourBitCodingOf(file, { threads, vectors: 'memory', seed: 0 });
  return FlatVectors.restored({ ...coded, threads, batches: undefined, readCoded: restored });
}
