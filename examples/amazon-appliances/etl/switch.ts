import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that holds a finished load from the moment it counts until all its files are in their places. */
const readyName = '.etl-ready';

/**
 * Puts the files of a finished load in the places of the old ones. One rename decides: a process that is killed before it leaves the old
 * files, and after it the next one finishes the move.
 */
export function switchTo(building: string, dataDir: string): void {
  for (const name of readdirSync(building)) flush(join(building, name));
  flush(building);
  renameSync(building, join(dataDir, readyName));
  flush(dataDir);
  finishSwitch(dataDir);
}

/** Moves what a killed process left to be moved. */
export function finishSwitch(dataDir: string): void {
  const ready = join(dataDir, readyName);
  if (!existsSync(ready)) return;
  // A log of the old database would be taken for one of the new.
  if (existsSync(join(ready, 'appliances.db')))
    for (const log of ['appliances.db-wal', 'appliances.db-shm', 'appliances.db-journal']) rmSync(join(dataDir, log), { force: true });
  for (const name of readdirSync(ready)) renameSync(join(ready, name), join(dataDir, name));
  flush(dataDir);
  rmSync(ready, { recursive: true, force: true });
}

/** Waits until a file or the names in a folder are on the disk. */
function flush(path: string): void {
  try {
    const handle = openSync(path, 'r');
    fsyncSync(handle);
    closeSync(handle);
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) throw error; // folders on Windows
  }
}
