import { AttuneError, shown } from '../../../errors.ts';

/** @throws ERR_BAD_ARGUMENT for keys that are no Int32Array */
export function checkKeys(owner: string, keys: Int32Array): void {
  if (!(keys instanceof Int32Array))
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an Int32Array of keys, got ${shown(keys)}.`);
}

/** @throws ERR_BAD_ARGUMENT for numbers that are no Float32Array */
export function checkVector(owner: string, vector: Float32Array): void {
  if (!(vector instanceof Float32Array))
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a Float32Array, got ${shown(vector)}.`);
}
