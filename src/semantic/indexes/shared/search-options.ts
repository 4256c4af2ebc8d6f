import type { VectorSearchOptions } from '../../../contracts/vector-index.ts';
import { AttuneError, shown } from '../../../errors.ts';

/** Checks by hand, since a search may take microseconds. @throws ERR_BAD_OPTION */
export function checkSearchOptions(owner: string, options: VectorSearchOptions): void {
  const n: unknown = options?.n;
  if (!(Number.isInteger(n) && (n as number) >= 0)) {
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: option 'n' must be a whole number from 0, got ${shown(n)}.`);
  }
  if (options.allowed !== undefined && !(options.allowed instanceof Uint8Array)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'allowed' must be a Uint8Array with one flag per key, got ${shown(options.allowed)}.`,
    );
  }
}
