import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what loading has left behind. The engine itself waits until memory is short, so the files of old models would stay for as long as a server
 * runs. Takes some tenths of a second.
 */
export function freeMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect(); // what the first round has found to be unused frees its memory outside of the heap
}

/**
 * Lets garbage grow to a part of what is in use before it is collected, instead of to several times that: a server makes little of it that lives
 * long, so memory stays flat and answers take as long as before.
 */
export const keepHeapSmall = () => setFlagsFromString('--heap-growing-percent=25');
