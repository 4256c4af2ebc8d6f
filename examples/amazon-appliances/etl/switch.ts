import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseKind } from '../pipeline/database.ts';

/** The folder that holds a finished load from the moment it counts until all its files are in their places. */
const readyName = '.etl-ready';
/** The folder of one whose tables, which are no files, say whether it counts: when they are those of the load that its {@link loadFile} names. */
const announcedName = '.etl-announced';
const loadFile = 'load.txt';

/** What the switch needs of a kind of database. */
type Publisher = Pick<DatabaseKind, 'publish' | 'published'>;

/**
 * Puts the tables and files of a finished load in the places of the old ones. One step decides, the rename of the files, or the commit of tables
 * that are no files: a process that is killed before it leaves the old ones, and after it the next one finishes the move.
 * @param where the tables of the load
 */
export async function switchTo(building: string, dataDir: string, kind: Publisher, where: string): Promise<void> {
  const load = randomUUID();
  if (kind.published) writeFileSync(join(building, loadFile), load);
  for (const name of readdirSync(building)) flush(join(building, name));
  flush(building);
  const rename = (name: string) => {
    rmSync(join(dataDir, announcedName), { recursive: true, force: true }); // of a load before this one
    renameSync(building, join(dataDir, name));
    flush(dataDir);
  };
  await kind.publish(where, load, () => kind.published && rename(announcedName));
  if (!kind.published) rename(readyName);
  await finishSwitch(dataDir, kind, where);
}

/** Moves what a killed process left to be moved. Of two processes at once each may find that the other was quicker. @param where the tables in use */
export async function finishSwitch(dataDir: string, { published }: Publisher, where: string): Promise<void> {
  const [announced, ready] = [announcedName, readyName].map((name) => join(dataDir, name));
  if (published && existsSync(announced)) {
    const inUse = await published(where);
    const file = join(announced, loadFile);
    if (existsSync(file) && readFileSync(file, 'utf8') === inUse) unlessGone(() => renameSync(announced, ready));
    else if (!existsSync(ready)) rmSync(announced, { recursive: true, force: true });
  }
  if (!existsSync(ready)) return;
  rmSync(join(ready, loadFile), { force: true });
  // A log of the old database would be taken for one of the new.
  if (existsSync(join(ready, 'appliances.db')))
    for (const log of ['appliances.db-wal', 'appliances.db-shm', 'appliances.db-journal']) rmSync(join(dataDir, log), { force: true });
  for (const name of readdirSync(ready)) unlessGone(() => renameSync(join(ready, name), join(dataDir, name)));
  flush(dataDir);
  rmSync(ready, { recursive: true, force: true });
}

function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
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
