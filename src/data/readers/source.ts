import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AttuneError, shown } from '../../errors.ts';
import type { Progress } from '../../options.ts';
import { eachUntilAborted } from '../../work/until-aborted.ts';
import { decompressed } from './decompress.ts';
import { asUtf8, type Encoding } from './encodings.ts';
import { compressionOf, refusedKind } from './file-kinds.ts';

/** A file by path or `file:` URL, or bytes that come in: a Node or web stream, or any async iterable of bytes or text. */
export type ReaderInput = string | URL | AsyncIterable<Uint8Array | string>;

/** Options of every reader. */
export interface ReadOptions {
  /** Called about every quarter of a mebibyte with phase `'reading'`; `done` and `total` are bytes of the file as it is on disk. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts; the iteration rejects with the signal's reason and the file is closed. */
  signal?: AbortSignal | undefined;
}

/** Options of the readers of text. */
export interface TextReadOptions extends ReadOptions {
  /** How the letters are written: `'utf-8'` (default), `'latin1'` (Windows-1252), `'utf-16le'` or `'utf-16be'`. */
  encoding?: Encoding | undefined;
}

/** Measured on review files: smaller pieces cost calls, larger ones leave the cache. */
const pieceBytes = 1 << 18;

/** How an input is called in messages. */
export function inputName(input: ReaderInput): string {
  return typeof input === 'string' || input instanceof URL ? `'${input}'` : 'the stream';
}

/** @throws ERR_BAD_ARGUMENT when it is nothing that can be read. */
export function checkInput(owner: string, input: unknown): void {
  if (input instanceof URL) {
    if (input.protocol === 'file:') return;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${owner}: expected a file: URL, got ${shown(input.href)}. Pass (await fetch(url)).body to read from the network.`,
    );
  }
  if (typeof input === 'string' ? input !== '' : typeof input === 'object' && input !== null && Symbol.asyncIterator in input) return;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a path, a file: URL or a stream of bytes, got ${shown(input)}.`);
}

/**
 * The content of an input piece by piece, as UTF-8: decompressed when its first bytes say gzip or zstd, without a byte order mark. A piece
 * is valid until the next one is asked for. Whatever ends the iteration, the input is closed.
 *
 * @param owner name of the reader, for messages.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged, truncated, a folder, UTF-16, or no text.
 */
export async function* readBytes(owner: string, input: ReaderInput, options: TextReadOptions): AsyncGenerator<Buffer> {
  options.signal?.throwIfAborted();
  const where = `${owner}: ${inputName(input)}`;
  const raw = typeof input === 'string' || input instanceof URL ? fileBytes(owner, input, options) : streamBytes(owner, input, options);
  const pieces = withHead(raw);
  try {
    yield* asUtf8(where, checkedContent(where, uncompressed(where, pieces, 0)), options.encoding ?? 'utf-8');
  } finally {
    await pieces.return(undefined);
  }
}

/** So often a file may be compressed, as servers do once more with one that is already. */
const mostLayers = 4;

async function* uncompressed(where: string, pieces: AsyncGenerator<Buffer>, layers: number): AsyncGenerator<Buffer> {
  const head = await pieces.next();
  if (head.done) return;
  const compression = layers < mostLayers ? compressionOf(head.value) : undefined;
  const whole = chained(head.value, pieces);
  if (compression) yield* uncompressed(where, withHead(decompressed(where, compression, whole, pieceBytes)), layers + 1);
  else yield* whole;
}

/** The same pieces, once there are enough of them to tell the kind. @throws ERR_BAD_FILE when it is a kind of file that holds no text */
async function* checkedContent(where: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] | undefined = [];
  let bytes = 0;
  for await (const piece of content) {
    if (!held) {
      yield piece;
      continue;
    }
    held.push(piece);
    bytes += piece.length;
    if (bytes < kindBytes) continue;
    checkKind(where, Buffer.concat(held));
    yield* held;
    held = undefined;
  }
  if (!held || bytes === 0) return;
  checkKind(where, Buffer.concat(held));
  yield* held;
}

function checkKind(where: string, head: Buffer): void {
  const refused = refusedKind(head);
  if (refused) throw new AttuneError('ERR_BAD_FILE', `${where}: expected text, gzip or zstd, got ${refused.name}. ${refused.advice}`);
}

/** Reads one piece ahead into two buffers in turn. */
async function* fileBytes(owner: string, input: string | URL, { onProgress, signal }: ReadOptions): AsyncGenerator<Buffer> {
  const file = await open(input, 'r').catch((error) => {
    throw unreadable(owner, input, error);
  });
  const buffers = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
  const read = (turn: number) => {
    const reading = file.read(buffers[turn], 0, pieceBytes);
    reading.catch(() => {}); // a failure surfaces where it is awaited; one that is no longer awaited must not be unhandled
    return reading;
  };
  try {
    const { size } = await file.stat();
    let reading = read(0);
    for (let done = 0, turn = 0; ; turn ^= 1) {
      const { bytesRead } = await reading.catch((error) => {
        throw unreadable(owner, input, error);
      });
      signal?.throwIfAborted();
      if (bytesRead === 0) return;
      reading = read(turn ^ 1);
      yield buffers[turn].subarray(0, bytesRead);
      done += bytesRead;
      onProgress?.({ phase: 'reading', done, total: size || undefined });
    }
  } finally {
    await file.close(); // waits for a read under way
  }
}

async function* streamBytes(
  owner: string,
  input: AsyncIterable<Uint8Array | string>,
  { onProgress, signal }: ReadOptions,
): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const given of eachUntilAborted(input, signal)) {
    const piece = asBuffer(owner, given);
    if (piece.length > 0) yield piece;
    done += piece.length;
    onProgress?.({ phase: 'reading', done });
  }
}

function asBuffer(owner: string, piece: unknown): Buffer {
  if (typeof piece === 'string') return Buffer.from(piece);
  if (piece instanceof Uint8Array) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a stream of bytes or text, got ${shown(piece)} from it.`);
}

/** Enough to tell compressions apart. */
const headBytes = 16;
/** Enough to tell all other kinds of files apart: the mark of a tar archive stands behind 257 bytes. */
const kindBytes = 512;

/** The same bytes, the first piece at least as long as what tells files apart (or all there is). */
async function* withHead(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (!head) yield piece;
    else if ((head = Buffer.concat([head, piece])).length >= headBytes) {
      yield head;
      head = undefined;
    }
  }
  if (head?.length) yield head;
}

async function* chained(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** What went wrong with a file, in the library's codes. */
export function unreadable(owner: string, input: string | URL, error: unknown): AttuneError {
  const path = input instanceof URL ? fileURLToPath(input) : input;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new AttuneError(
      'ERR_NOT_FOUND',
      `${owner}: expected a file at '${path}', got nothing there (working folder ${process.cwd()}). Check the path.`,
      { cause: error },
    );
  }
  const what = code === 'EISDIR' ? 'a folder; readTable reads all files of one' : `one that cannot be read (${(error as Error).message})`;
  return new AttuneError('ERR_BAD_FILE', `${owner}: expected a readable file at '${path}', got ${what}.`, { cause: error });
}
