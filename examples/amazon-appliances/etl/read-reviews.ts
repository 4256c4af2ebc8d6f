import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Progress } from 'attune';
import { readJsonLines } from 'attune/node';
import { BatchBuilder, buffersOf, type RatingBatch } from './batch.ts';
import { type FieldNames, readRating } from './review.ts';
import { scanReview } from './scan-review.ts';
import { beginning, type Encoding, isJsonLines, readSource, reasonOf } from './source.ts';
import { received } from './threads.ts';

/** What the reading of a file gives: ratings, rows that break a rule, and how far it is. */
export interface ReviewMessage {
  batch: RatingBatch;
  progress: Progress;
}

export interface ReviewTask {
  file: string;
  /** Columns that are called otherwise than in the files of Amazon. */
  columns?: FieldNames;
  encoding?: Encoding;
}

/** Smaller files are read faster than a thread starts. */
const worthThread = 4 << 20;

/** All ratings of a file, read in a thread of its own when it is large. */
export function readReviews(task: ReviewTask): AsyncGenerator<ReviewMessage> {
  const small = statSync(task.file).size < worthThread;
  return small ? reviewBatches(task) : received<ReviewMessage>(new URL('./reviews-thread.ts', import.meta.url), task);
}

/** The same in this thread. */
export async function* reviewBatches({ file, columns, encoding = 'utf-8' }: ReviewTask): AsyncGenerator<ReviewMessage> {
  const total = statSync(file).size;
  const builder = new BatchBuilder();
  let done = 0;
  const message = () => ({ batch: builder.take(), progress: { phase: 'reading', done, total } });
  const head = columns || encoding !== 'utf-8' ? '' : await beginning(file);
  if (isJsonLines(head) && head.includes('\n')) {
    for await (const read of scannedLines(file, builder)) {
      done = read;
      if (builder.full) yield message();
    }
  } else {
    const onProgress = (progress: Progress) => void (done = progress.done);
    for await (const rows of readSource(file, { onProgress, encoding })) {
      for (const { line, row, problem } of rows) {
        take(builder, line, row, problem, columns);
        if (builder.full) yield message();
      }
    }
  }
  yield message();
}

export const buffersOfMessage = ({ batch }: ReviewMessage): ArrayBuffer[] => buffersOf(batch);

function take(builder: BatchBuilder, line: number, row: Record<string, unknown> | undefined, problem = '', columns?: FieldNames): void {
  const rating = row ? readRating(row, columns) : reasonOf(problem);
  if (typeof rating === 'string') builder.reject(line, rating, row ?? problem);
  else builder.add(rating, line);
}

/** Longer lines are no reviews; the limit bounds the memory. */
const maxLineBytes = 2 ** 24;

/** Scans lines of JSON into the builder. Yields whenever the builder may be full, with the number of bytes read of the file. */
async function* scannedLines(file: string, builder: BatchBuilder): AsyncGenerator<number> {
  let carry: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const { piece, done } of contentOf(file)) {
    const first = piece.indexOf(10) + 1;
    carry = Buffer.concat([carry, first > 0 ? piece.subarray(0, first) : piece]);
    if (carry.length > maxLineBytes) throw badFile(`${file} has a line of more than ${maxLineBytes} bytes after line ${line}.`);
    if (first === 0) continue;
    const last = piece.lastIndexOf(10) + 1;
    for (const bytes of [carry, piece.subarray(first, last)]) {
      const wellFormed = isUtf8(bytes);
      for (let start = 0; start < bytes.length; ) {
        line++;
        let next = wellFormed ? scanReview(bytes, start, bytes.length, line, builder) : -1;
        if (next < 0) {
          next = bytes.indexOf(10, start) + 1;
          await takeUnusual(builder, bytes.subarray(start, next - 1), line);
        }
        start = next;
        if (builder.full) yield done;
      }
    }
    carry = Buffer.from(piece.subarray(last));
  }
  if (carry.length > 0) await takeUnusual(builder, carry, line + 1);
}

/** A line as the library reads it: with escapes, other names, NaN, or an error. */
async function takeUnusual(builder: BatchBuilder, bytes: Buffer, line: number): Promise<void> {
  let row: unknown;
  if (isUtf8(bytes)) {
    try {
      row = JSON.parse(bytes.toString());
    } catch {
      row = undefined;
    }
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) {
    take(builder, line, row as Record<string, unknown>);
    return;
  }
  const onSkip = ({ reason }: { reason: string }) => take(builder, line, undefined, reason);
  for await (const rows of readJsonLines(Readable.from([Buffer.from(bytes)]), { onBadLine: 'skip', onSkip, maxLineBytes }).batches()) {
    for (const row of rows) take(builder, line, row);
  }
}

/** The content of a plain or gzip file, and how much of the file it took. */
async function* contentOf(file: string): AsyncGenerator<{ piece: Buffer; done: number }> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  const gzip = (await beginning(file, true)) === '\x1f\x8b';
  const stream = gzip ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  raw.on('error', (error) => stream.destroy(error));
  let first = true;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      const mark = first && piece.length >= 3 && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf;
      yield { piece: mark ? piece.subarray(3) : piece, done: raw.bytesRead };
      first = false;
    }
  } catch (error) {
    if (!/^Z_/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw badFile(`${file} is gzip, but damaged or truncated (${(error as Error).message}). Fetch it again.`);
  } finally {
    raw.destroy();
    stream.destroy();
  }
}

const badFile = (message: string) => Object.assign(new Error(message), { code: 'ERR_BAD_FILE' });
