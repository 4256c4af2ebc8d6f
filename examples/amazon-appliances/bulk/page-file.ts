import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { writeBigEndian } from './btree.ts';

/** SQLite keeps the page with this byte for its locks. */
const lockByte = 2 ** 30;
const bufferedPages = 256;

/**
 * A closed database file of SQLite, to which pages are appended; see https://www.sqlite.org/fileformat2.html#the_database_header. Several threads may
 * append at once, each by a file of its own: they take numbers of pages from one counter, a row of them at a time.
 */
export class PageFile {
  readonly pageSize: number;
  /** How many pages there are, with those that were taken and not used. Shared by threads. */
  readonly counter: Int32Array;
  readonly #file: number;
  readonly #header = new Uint8Array(100);
  readonly #buffer: Uint8Array;
  #buffered = 0;
  /** Number of the next page, and of the first that was not taken. */
  #next = 0;
  #end = 0;

  /** @param counter that of another thread's file */
  constructor(path: string, counter?: Int32Array) {
    this.#file = openSync(path, 'r+');
    readSync(this.#file, this.#header, 0, 100, 0);
    const view = new DataView(this.#header.buffer);
    const size = view.getUint16(16);
    this.pageSize = size === 1 ? 65_536 : size;
    this.counter = counter ?? new Int32Array(new SharedArrayBuffer(4)).fill(view.getUint32(28));
    this.#buffer = new Uint8Array(bufferedPages * this.pageSize);
    const plain = view.getUint8(20) === 0 && view.getUint32(52) === 0 && view.getUint8(18) === 1 && view.getUint32(56) === 1;
    if (!plain || this.pageSize < 4096) {
      closeSync(this.#file);
      throw new Error(
        `${path} is no database that pages can be appended to: expected UTF-8, no log, no vacuum, pages of 4096 bytes or more.`,
      );
    }
  }

  /** @returns the number of the page, from 1. */
  append(page: Uint8Array): number {
    if (this.#next === this.#end) this.#take();
    if (this.#next === this.#lockPage) {
      this.#buffered++; // its bytes are never read
      this.#next++;
      return this.append(page);
    }
    this.#buffer.set(page, this.#buffered++ * this.pageSize);
    return this.#next++;
  }

  /** Replaces a page that was there before. */
  write(number: number, page: Uint8Array): void {
    writeSync(this.#file, page, 0, this.pageSize, (number - 1) * this.pageSize);
  }

  /** Ends the part of one thread. @returns the pages it took and did not use */
  end(): number[] {
    const unused = this.#rest();
    closeSync(this.#file);
    return unused;
  }

  /** Makes all pages part of the database, and sees that they are on the disk. @param unused what other threads did not use */
  close(unused: readonly number[] = []): void {
    const free = [...unused, ...this.#rest()].sort((a, b) => a - b);
    let pages = this.counter[0];
    for (; free.at(-1) === pages; pages--) free.pop(); // the file ends before them
    const view = new DataView(this.#header.buffer);
    const changes = view.getUint32(24) + 1;
    view.setUint32(24, changes);
    view.setUint32(28, pages);
    view.setUint32(92, changes); // the size is valid for this number of changes
    ftruncateSync(this.#file, pages * this.pageSize);
    if (free.length > 0) {
      this.write(free[0], listOfFree(free.slice(1), view.getUint32(32), this.pageSize));
      view.setUint32(32, free[0]);
      view.setUint32(36, view.getUint32(36) + free.length);
    }
    writeSync(this.#file, this.#header, 0, 100, 0);
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  get #lockPage(): number {
    return lockByte / this.pageSize + 1;
  }

  #take(): void {
    this.#flush();
    this.#next = Atomics.add(this.counter, 0, bufferedPages) + 1;
    this.#end = this.#next + bufferedPages;
  }

  #flush(): void {
    const from = (this.#next - this.#buffered - 1) * this.pageSize;
    if (this.#buffered > 0) writeSync(this.#file, this.#buffer, 0, this.#buffered * this.pageSize, from);
    this.#buffered = 0;
  }

  #rest(): number[] {
    this.#flush();
    const rest = Array.from({ length: this.#end - this.#next }, (_, k) => this.#next + k);
    return rest.filter((number) => number !== this.#lockPage);
  }
}

/** A page that names free ones, and the page that names more; see https://www.sqlite.org/fileformat2.html#the_freelist. Two threads leave fewer than it has room for. */
function listOfFree(numbers: readonly number[], more: number, pageSize: number): Uint8Array {
  const page = new Uint8Array(pageSize);
  writeBigEndian(page, 0, more, 4);
  writeBigEndian(page, 4, numbers.length, 4);
  for (const [k, number] of numbers.entries()) writeBigEndian(page, 8 + 4 * k, number, 4);
  return page;
}
