import { AttuneError, shown } from '../../../errors.ts';
import type { Check } from '../../../options.ts';

/** Where the vectors are that candidates are scored from: in memory, nowhere, or where a function reads them. */
export type KeptVectors = 'memory' | 'none' | ((key: number) => Float32Array);

/** The option `vectors` of an index of four bits. */
export const keptVectors: Check<KeptVectors> = (value, name) => {
  const kept = value as KeptVectors | undefined;
  if (kept === undefined) return 'memory';
  if (kept === 'memory' || kept === 'none' || typeof kept === 'function') return kept;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'memory', 'none' or a function from key to vector, got ${shown(value)}.`);
};

/** The vector of a key, from a function of the caller. @throws ERR_BAD_OPTION when it is none */
export function readKept(read: (key: number) => Float32Array, key: number, dimensions: number): Float32Array {
  const vector: unknown = read(key);
  if (vector instanceof Float32Array && vector.length === dimensions) return vector;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `The option 'vectors' must give a Float32Array of ${dimensions} numbers, got ${shown(vector)} for key ${key}. Keep the vector of each key until it is removed.`,
  );
}
