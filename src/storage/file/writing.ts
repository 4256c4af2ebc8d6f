import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AttuneError } from '../../errors.ts';

/** What a machine that is not this one left is abandoned after so long; whether its writer lives cannot be asked. */
const foreignAgeMs = 24 * 60 * 60 * 1000;

/** Temporary files this module is writing, so that it does not take them for leftovers. */
const own = new Set<string>();
const host = encodeURIComponent(hostname()).replaceAll('-', '_') || 'unknown';

/** Writes and syncs a file under a name nobody else uses, beside where it will be. @returns its path */
export async function writeTemporary(folder: string, bytes: Uint8Array | string): Promise<string> {
  const name = `.${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  const path = join(folder, name);
  own.add(name);
  try {
    await writeSynced(path, bytes, 'wx');
  } catch (error) {
    await discard(path);
    throw error;
  }
  return path;
}

/** Gives a temporary file its name, replacing what had it, and makes that last. */
export async function moveTo(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  own.delete(basename(temporary));
  await syncFolder(dirname(path));
}

/** Writes a file as a whole or not at all, replacing what was there. */
export async function replaceFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = await writeTemporary(dirname(path), bytes);
  try {
    await moveTo(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
}

/** Writes and syncs; flag `wx` fails when the file exists, `a` appends. */
export async function writeSynced(path: string, bytes: Uint8Array | string, flag: 'wx' | 'a'): Promise<void> {
  const file = await open(path, flag);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes new names in a folder last through a power cut. Windows cannot do that, and needs not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error; // a file system without that
  } finally {
    await handle.close();
  }
}

/** Removes a temporary file that will not be used, if it is still there. */
export async function discard(temporary: string): Promise<void> {
  await rm(temporary, { force: true });
  own.delete(basename(temporary));
}

/** Removes temporary files of processes that are no more. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const { name } of await entriesOf(folder)) {
    const [, writerHost, pid] = /^\.([^-]+)-(\d+)-[0-9a-f]+\.tmp$/.exec(name) ?? [];
    if (!pid || own.has(name)) continue;
    const path = join(folder, name);
    const writtenAt = await stat(path).then(
      (found) => found.mtimeMs,
      () => Number.NaN,
    );
    if (isGone({ host: writerHost, pid: Number(pid), at: writtenAt })) await rm(path, { force: true });
  }
}

/** Who wrote something, and when; for others that have to judge whether it will be finished. */
export interface Writer {
  host: string;
  pid: number;
  at: number;
}

/** This process, now. */
export function writer(): Writer {
  return { host, pid: process.pid, at: Date.now() };
}

/** Whether a writer is no more. In a container the next process often has the number of the killed one, so its age tells them apart. */
export function isGone({ host: writerHost, pid, at }: Writer): boolean {
  if (Date.now() - at > foreignAgeMs) return true;
  if (writerHost !== host) return false;
  return pid === process.pid ? at < Date.now() - process.uptime() * 1000 : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What a folder holds; nothing when it is not there. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === 'ENOENT';
}

/** An error of the file system as ours. */
export function ioError(error: unknown): unknown {
  if (error instanceof AttuneError || typeof (error as NodeJS.ErrnoException)?.syscall !== 'string') return error;
  return new AttuneError('ERR_STORE', `The file system refused: ${(error as Error).message}. The old state is kept.`, { cause: error });
}

/** Runs work on files; what the file system refuses comes out as ERR_STORE. */
export async function io<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioError(error);
  }
}
