import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

/** Keeps every row that was left out, with its line and the rule it broke, and counts them by rule. */
export class Rejects {
  readonly counts = new Map<string, number>();
  readonly #zip: Gzip;
  readonly #end: Promise<void>;

  constructor(file: string) {
    this.#zip = createGzip({ level: 6 });
    const output = this.#zip.pipe(createWriteStream(file));
    this.#end = finished(output);
    this.#end.catch(() => {}); // reported by close
  }

  add(source: 'reviews' | 'products', reason: string, line: number, row: unknown): Promise<unknown> | undefined {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    const room = this.#zip.write(`${JSON.stringify({ source, reason, line, row })}\n`);
    return room ? undefined : Promise.race([once(this.#zip, 'drain'), this.#end]);
  }

  async close(): Promise<void> {
    this.#zip.end();
    await this.#end;
  }
}
