import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what loading has left behind. The engine itself waits until memory is short, so the files of old models would stay for as long as a server
 * runs. Takes some tenths of a second.
 */
export function freeMemory(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
