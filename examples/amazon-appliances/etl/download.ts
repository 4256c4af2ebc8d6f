import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Progress } from 'attune';

export interface DownloadOptions {
  url: string;
  file: string;
  /** The expected digest in hexadecimal digits, where one is known. */
  sha256?: string;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** Attempts after a broken connection; each goes on where the one before ended. Default 5. */
  retries?: number;
}

export interface Downloaded {
  bytes: number;
  sha256: string;
  /** The file was there already, whole. */
  reused: boolean;
}

/**
 * Fetches a file. What has come stands in `FILE.part` until all is there, so that a download that was interrupted goes on where it ended; a file that
 * has changed on the server meanwhile is fetched anew. At the end the size, the digest if one is known, and the checksum in a gzip file have to be right.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { url, file, sha256, retries = 5, signal } = options;
  if (existsSync(file)) {
    const digest = await digestOf(file);
    if (sha256 === undefined || digest === sha256.toLowerCase()) return { bytes: statSync(file).size, sha256: digest, reused: true };
    throw failure('ERR_BAD_FILE', `${file} is there, but its SHA-256 is ${digest} and not ${sha256}. Move it away to fetch it anew.`);
  }
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchRest(options);
      break;
    } catch (error) {
      if (signal?.aborted || attempt >= retries || (error as { code?: unknown }).code === 'ERR_REFUSED') throw explained(error, url);
      await new Promise((resolve) => setTimeout(resolve, Math.min(200 * 2 ** attempt, 10_000)));
    }
  }
  const part = `${file}.part`;
  const digest = await digestOf(part);
  const wrong =
    sha256 !== undefined && digest !== sha256.toLowerCase()
      ? `SHA-256 ${sha256}, got ${digest}`
      : (await isWholeGzip(part))
        ? undefined
        : 'a whole gzip file';
  if (wrong !== undefined) {
    for (const name of [part, `${part}.json`]) rmSync(name, { force: true });
    throw failure('ERR_BAD_FILE', `${url} came damaged: expected ${wrong}. It was removed; run this again.`);
  }
  renameSync(part, file);
  rmSync(`${part}.json`, { force: true });
  return { bytes: statSync(file).size, sha256: digest, reused: false };
}

/** Which file a part belongs to: of another version no part may be kept. */
interface PartOf {
  url: string;
  version: string;
}

async function fetchRest({ url, file, onProgress, signal }: DownloadOptions): Promise<void> {
  const part = `${file}.part`;
  const about = `${part}.json`;
  let known: PartOf | undefined;
  try {
    known = JSON.parse(readFileSync(about, 'utf8')) as PartOf;
  } catch {
    // nothing has come yet
  }
  const have = known?.url === url && existsSync(part) ? statSync(part).size : 0;
  const headers: Record<string, string> = have > 0 && known ? { range: `bytes=${have}-`, 'if-range': known.version } : {};
  const answer = await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' }, signal });
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
  if (answer.status === 416 && range && Number(range[2]) === have) return; // all of it was there
  if (answer.status === 416) {
    rmSync(part, { force: true });
    throw failure('ERR_RETRY', `${url}: the file is shorter than what has come of it.`);
  }
  if (!answer.ok || !answer.body) {
    throw failure(
      answer.status >= 500 ? 'ERR_RETRY' : 'ERR_REFUSED',
      `${url} answered ${answer.status} ${answer.statusText}. Check the address.`,
    );
  }
  const from = answer.status === 206 && range ? Number(range[1]) : 0;
  const length = answer.headers.get('content-length');
  const total = length === null ? undefined : from + Number(length);
  // Only what a strong validator names can be gone on with.
  const version = answer.headers.get('etag') ?? answer.headers.get('last-modified') ?? '';
  const handle = await open(part, from > 0 ? 'r+' : 'w');
  let done = from;
  try {
    if (/^W\//.test(version) || version === '') rmSync(about, { force: true });
    else writeFileSync(about, JSON.stringify({ url, version } satisfies PartOf));
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      await handle.write(piece, 0, piece.length, done);
      done += piece.length;
      onProgress?.({ phase: 'downloading', done, total });
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (total !== undefined && done !== total) throw failure('ERR_RETRY', `${url}: expected ${total} bytes, got ${done}.`);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Whether a gzip file agrees with its own checksum; true for any other file. */
async function isWholeGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  await handle.close();
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return true;
  const nowhere = new Writable({ write: (_, __, next) => next() });
  return pipeline(createReadStream(file), createGunzip(), nowhere).then(
    () => true,
    () => false,
  );
}

function explained(error: unknown, url: string): unknown {
  const { code, message, cause } = error as { code?: string; message: string; cause?: { code?: string; message?: string } };
  if (code === 'ERR_REFUSED') return failure('ERR_NOT_FOUND', message);
  if ((error as Error).name === 'AbortError') return error;
  return failure(
    'ERR_NETWORK',
    `${url} could not be fetched (${cause?.code ?? cause?.message ?? message}). What has come is kept; run this again to go on.`,
  );
}

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });
