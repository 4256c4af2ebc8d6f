import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AttuneError } from '../../errors.ts';

/** Temporary files of other machines count as abandoned after this long, because it cannot be checked whether their writer is alive. */
const foreignAgeMs = 24 * 60 * 60 * 1000;

/** Temporary files that this process is writing, which are not leftovers. */
const own = new Set<string>();
const host = encodeURIComponent(hostname()).replaceAll('-', '_') || 'unknown';

/** What a file is to hold; pieces are asked for one after the other as they are written. */
export type Contents = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Writes and syncs a file under a unique temporary name in its final folder. @returns its path */
export async function writeTemporary(folder: string, contents: Contents): Promise<string> {
  const name = `.${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  const path = join(folder, name);
  own.add(name);
  try {
    await writeSynced(path, contents, 'wx');
  } catch (error) {
    await discard(path);
    throw error;
  }
  return path;
}

/** Renames a temporary file to its final name, replacing any existing file, and makes that durable. */
export async function moveTo(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  own.delete(basename(temporary));
  await syncFolder(dirname(path));
}

/** A whole file of any size: `readFile` of Node refuses those of 2 GiB. */
export async function readWhole(path: string, pieceBytes: number = 2 ** 30): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, size - at), at);
      if (bytesRead === 0) return bytes.slice(0, at); // it was cut meanwhile
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Replaces a file atomically. */
export async function replaceFile(path: string, contents: Contents): Promise<void> {
  const temporary = await writeTemporary(dirname(path), contents);
  try {
    await moveTo(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
}

/** Writes and syncs; flag `wx` fails when the file exists, `a` appends. */
export async function writeSynced(path: string, contents: Contents, flag: 'wx' | 'a'): Promise<void> {
  const file = await open(path, flag);
  try {
    if (typeof contents === 'string' || contents instanceof Uint8Array) await file.writeFile(contents);
    else for await (const piece of contents) await writeWhole(file, piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  // Node refuses to write 2 GiB at once.
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at, Math.min(2 ** 30, piece.length - at))).bytesWritten;
}

/** Makes new names in a folder survive a power failure. Windows has no such call and does not need one. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error; // a file system without fsync of folders
  } finally {
    await handle.close();
  }
}

/** Removes a temporary file that will not be used, if it is still there. */
export async function discard(temporary: string): Promise<void> {
  await rm(temporary, { force: true });
  own.delete(basename(temporary));
}

/** Removes temporary files of processes that have ended. */
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

/** Who wrote a file, and when; others use it to judge whether the write will still be finished. */
export interface Writer {
  host: string;
  pid: number;
  at: number;
}

/** This process, now. */
export function writer(): Writer {
  return { host, pid: process.pid, at: Date.now() };
}

/** Whether a writer has ended. In a container a new process often has the pid of the killed one, so its age tells them apart. */
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

/** The entries of a folder; empty when it does not exist. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** Whether an error means that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === 'ENOENT';
}

/** Converts an error of the file system to ERR_STORE. */
export function ioError(error: unknown): unknown {
  if (error instanceof AttuneError || typeof (error as NodeJS.ErrnoException)?.syscall !== 'string') return error;
  return new AttuneError('ERR_STORE', `The file system refused: ${(error as Error).message}. The old state is kept.`, { cause: error });
}

/** Runs file operations; errors of the file system are rethrown as ERR_STORE. */
export async function io<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioError(error);
  }
}
