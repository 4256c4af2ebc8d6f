import type { ModelFile } from '../../../data/files/model-file.ts';
import { TopK } from '../../../numeric/top-k.ts';
import type { CodedContents, FlatCoding } from '../flat/flat-vectors.ts';
import { byDepths } from '../shared/by-depths.ts';
import { packFourBit, unpackFourBit } from './four-bit-file.ts';
import { FourBitRows } from './four-bit-rows.ts';
import { type KeptVectors, readKept } from './kept-vectors.ts';

/** Options with defaults. */
interface FourBitSettings {
  threads: number;
  vectors: KeptVectors;
  seed: number;
}

/** Four bits per dimension, for a flat index. */
export function fourBitCoding({ threads, seed, vectors: kept }: FourBitSettings): FlatCoding {
  return {
    newBlock: (capacity, dimensions) => new FourBitRows(capacity, dimensions, { threads, seed, kept }),
    // A longer list looks at more candidates, and may find one that belongs before others: it comes behind the shorter list.
    list(query, n, blocks) {
      const looks = blocks.map(({ rows, used }) => (rows as FourBitRows).look(query, used));
      return byDepths(n, (depth) => {
        const best = new TopK(depth);
        for (const look of looks) look(depth, best);
        return best.take();
      });
    },
    read: typeof kept === 'function' ? (key, dimensions) => readKept(kept, key, dimensions) : undefined,
    toBytes(dimensions, keys, place) {
      const count = keys.length;
      const codes = new Uint8Array(count * dimensions);
      const factors = new Float32Array(count);
      const vectors = new Float32Array(kept === 'memory' ? count * dimensions : 0);
      for (let row = 0; row < count; row++) {
        const { block, at } = place(row);
        const rows = block as FourBitRows;
        codes.set(rows.codesOf(at), row * dimensions);
        factors[row] = rows.factorOf(at);
        if (kept === 'memory') vectors.set(rows.get(at), row * dimensions);
      }
      return packFourBit({ dimensions, seed, keys, codes, factors, vectors });
    },
  };
}

/** What a file holds: the vectors are not kept when they are not in it. @throws ERR_BAD_FILE */
export function fourBitCodingOf(file: ModelFile, settings: FourBitSettings): CodedContents {
  const isKept = settings.vectors === 'memory';
  const { dimensions, seed, keys, codes, factors, vectors } = unpackFourBit(file, isKept);
  return {
    coding: fourBitCoding({ ...settings, seed, vectors: isKept && !vectors ? 'none' : settings.vectors }),
    dimensions,
    keys,
    restore(row, { block, at }) {
      const [from, to] = [row * dimensions, (row + 1) * dimensions];
      (block as FourBitRows).restore(at, codes.subarray(from, to), factors[row], vectors?.subarray(from, to));
    },
  };
}
