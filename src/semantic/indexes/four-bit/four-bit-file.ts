import { type ModelFile, tensorOf, writeModelFile } from '../../../data/files/model-file.ts';
import { AttuneError } from '../../../errors.ts';

/** What a file holds. */
interface Contents {
  dimensions: number;
  seed: number;
  keys: Int32Array;
  /** One code from 0 to 15 for each number. */
  codes: Uint8Array;
  factors: Float32Array;
  /** Empty when they are not kept in memory. */
  vectors: Float32Array;
}

const mostDimensions = 65_536;

/** One safetensors file; two codes share a byte. */
export function packFourBit({ dimensions, seed, keys, codes, factors, vectors }: Contents): Uint8Array<ArrayBuffer> {
  const pairs = packPairs(codes);
  const count = keys.length;
  return writeModelFile({
    kind: 'flat-index',
    formatVersion: 2,
    settings: { storage: '4bit', dimensions, seed },
    tensors: {
      keys: { data: keys, shape: [count] },
      codes: { data: pairs, shape: [pairs.length] },
      factors: { data: factors, shape: [count] },
      vectors: { data: vectors, shape: [vectors.length > 0 ? count : 0, dimensions] },
    },
    ids: {},
  });
}

/** The inverse. @param wantsVectors whether vectors are kept in memory @throws ERR_BAD_FILE */
export function unpackFourBit(file: ModelFile, wantsVectors: boolean): Omit<Contents, 'vectors'> & { vectors: Float32Array | undefined } {
  const { dimensions, seed } = file.settings as { dimensions: number; seed: number };
  const isWhole = Number.isInteger(dimensions) && dimensions >= 0 && dimensions <= mostDimensions && Number.isSafeInteger(seed);
  if (!isWhole) throw damaged('dimensions and seed as whole numbers');
  const keys = tensorOf(file, 'keys', Int32Array);
  const count = keys.length;
  const pairs = tensorOf(file, 'codes', Uint8Array, Math.ceil((count * dimensions) / 2));
  const factors = tensorOf(file, 'factors', Float32Array, count);
  const vectors = tensorOf(file, 'vectors', Float32Array);
  if (keys.some((key) => key < 0) || new Set(keys).size < count || (count > 0 && dimensions === 0)) throw damaged('different keys from 0');
  if (!factors.every((x) => x >= 0 && Number.isFinite(x)) || !vectors.every(Number.isFinite)) throw damaged('finite numbers');
  if (vectors.length > 0 && vectors.length !== count * dimensions) throw damaged('a vector for each key');
  return {
    dimensions,
    seed,
    keys,
    codes: unpackPairs(pairs, count * dimensions),
    factors,
    vectors: wantsVectors && vectors.length > 0 ? vectors : undefined,
  };
}

/** Two codes of four bits in each byte, the first in the lower half. */
export function packPairs(codes: Uint8Array): Uint8Array {
  const pairs = new Uint8Array(Math.ceil(codes.length / 2));
  for (let k = 0; k < codes.length; k++) pairs[k >> 1] |= codes[k] << (4 * (k & 1));
  return pairs;
}

/** The inverse. */
export function unpackPairs(pairs: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, k) => (pairs[k >> 1] >> (4 * (k & 1))) & 15);
}

const damaged = (expected: string) =>
  new AttuneError('ERR_BAD_FILE', `Expected ${expected} in a flat index of 4 bits. Restore the file from a copy, or build it anew.`);
