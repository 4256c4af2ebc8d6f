import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

/** Keeps every row that was left out, with its line and the rule it broke, and counts them by rule. */
export class Rejects {
  readonly counts = new Map<string, number>();
  /** Columns of the first review that was left out, for a message when all were. */
  columns: string[] | undefined;
  readonly #zip: Gzip;
  readonly #end: Promise<void>;

  constructor(file: string) {
    this.#zip = createGzip({ level: 6 });
    const output = this.#zip.pipe(createWriteStream(file));
    this.#end = finished(output);
    this.#end.catch(() => {}); // reported by close
  }

  add(source: 'reviews' | 'products', reason: string, line: number, row: unknown): void {
    if (source === 'reviews' && typeof row === 'object' && row !== null) this.columns ??= Object.keys(row);
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    this.#zip.write(`${JSON.stringify({ source, reason, line, row }, plain)}\n`);
  }

  /** Waits, when much is on its way, until some of it is written. */
  room(): Promise<unknown> | undefined {
    return this.#zip.writableNeedDrain ? Promise.race([once(this.#zip, 'drain'), this.#end]) : undefined;
  }

  async close(): Promise<void> {
    if (!this.#zip.writableEnded) this.#zip.end();
    await this.#end;
  }
}

/** Whole numbers of 64 bits, which Parquet files have, as JSON can hold them. */
const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
