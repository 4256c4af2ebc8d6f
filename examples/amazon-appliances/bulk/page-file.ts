import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';

/** SQLite keeps the page with this byte for its locks. */
const lockByte = 2 ** 30;
const bufferedPages = 256;

/** A closed database file of SQLite, to which pages are appended; see https://www.sqlite.org/fileformat2.html#the_database_header. */
export class PageFile {
  readonly pageSize: number;
  readonly #file: number;
  readonly #header = new Uint8Array(100);
  readonly #buffer: Uint8Array;
  #buffered = 0;
  /** Number of pages, those in the buffer included. */
  #pages: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r+');
    readSync(this.#file, this.#header, 0, 100, 0);
    const view = new DataView(this.#header.buffer);
    const size = view.getUint16(16);
    this.pageSize = size === 1 ? 65_536 : size;
    this.#pages = view.getUint32(28);
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
    if (this.#pages * this.pageSize === lockByte) this.#push(new Uint8Array(this.pageSize));
    return this.#push(page);
  }

  /** Replaces a page that was there before. */
  write(number: number, page: Uint8Array): void {
    writeSync(this.#file, page, 0, this.pageSize, (number - 1) * this.pageSize);
  }

  /** Makes the pages part of the database, and sees that they are on the disk. */
  close(): void {
    this.#flush();
    const view = new DataView(this.#header.buffer);
    const changes = view.getUint32(24) + 1;
    view.setUint32(24, changes);
    view.setUint32(28, this.#pages);
    view.setUint32(92, changes); // the size is valid for this number of changes
    writeSync(this.#file, this.#header, 0, 100, 0);
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  #push(page: Uint8Array): number {
    if (this.#buffered === bufferedPages) this.#flush();
    this.#buffer.set(page, this.#buffered++ * this.pageSize);
    return ++this.#pages;
  }

  #flush(): void {
    const from = (this.#pages - this.#buffered) * this.pageSize;
    if (this.#buffered > 0) writeSync(this.#file, this.#buffer, 0, this.#buffered * this.pageSize, from);
    this.#buffered = 0;
  }
}
