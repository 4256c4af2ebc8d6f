import type { PageFile } from './page-file.ts';

/**
 * Entries of a B-tree of SQLite in their final order. A tree that is built from its leaves upwards writes each page once, where inserts
 * rewrite a page for each row; see https://www.sqlite.org/fileformat2.html#b_tree_pages.
 */
export interface Entries {
  count: number;
  /** Tables keep rows in leaves only, by row number; an index has entries in all pages. */
  kind: 'table' | 'index';
  /** Completes the cell of an entry, as it stands in a leaf, in `record`. @returns where it ends there */
  cell(entry: number): number;
  record: { readonly bytes: Uint8Array; readonly start: number };
  /** The row number of an entry of a table. */
  key?(entry: number): number;
}

const leafType = { table: 0x0d, index: 0x0a };
const interiorType = { table: 0x05, index: 0x02 };

/** A level of the tree above the leaves: children, and between each two of them what separates them. */
interface Level {
  children: number[];
  separators: Uint8Array[];
}

/** Writes a whole tree, whose root page exists and is empty. */
export function writeTree(file: PageFile, root: number, entries: Entries): void {
  if (entries.count === 0) return;
  let level = writeLeaves(file, root, entries);
  while (level) level = writeInterior(file, root, interiorType[entries.kind], level);
}

/** @returns the level above, or undefined when all of it fitted into the root. */
function writeLeaves(file: PageFile, root: number, entries: Entries): Level | undefined {
  const { kind, count, record } = entries;
  const above: Level = { children: [], separators: [] };
  const page = new Page(file.pageSize, leafType[kind]);
  for (let k = 0; k < count; k++) {
    const end = entries.cell(k);
    if (page.add(record.bytes, record.start, end)) continue;
    if (kind === 'table') {
      above.separators.push(tableKey(entries.key?.(k - 1) as number));
      above.children.push(file.append(page.take()));
      page.add(record.bytes, record.start, end);
    } else if (k < count - 1) {
      above.separators.push(record.bytes.slice(record.start, end));
      above.children.push(file.append(page.take()));
    } else {
      // The last entry has to stand right of a separator, so the one before it becomes that.
      above.separators.push(page.removeLast());
      above.children.push(file.append(page.take()));
      page.add(record.bytes, record.start, end);
    }
  }
  return finish(file, root, page, above);
}

function writeInterior(file: PageFile, root: number, type: number, { children, separators }: Level): Level | undefined {
  const above: Level = { children: [], separators: [] };
  const page = new Page(file.pageSize, type);
  for (let k = 0; k < separators.length; k++) {
    if (page.addChild(children[k], separators[k])) continue;
    if (k < separators.length - 1) {
      page.right = children[k];
      above.separators.push(separators[k]);
      above.children.push(file.append(page.take()));
    } else {
      page.removeLast();
      page.right = children[k - 1];
      above.separators.push(separators[k - 1]);
      above.children.push(file.append(page.take()));
      page.addChild(children[k], separators[k]);
    }
  }
  page.right = children[children.length - 1];
  return finish(file, root, page, above);
}

/** The last page of a level; the only one becomes the root. */
function finish(file: PageFile, root: number, page: Page, above: Level): Level | undefined {
  if (above.children.length === 0) {
    file.write(root, page.take());
    return undefined;
  }
  above.children.push(file.append(page.take()));
  return above;
}

function tableKey(key: number): Uint8Array {
  const bytes = new Uint8Array(9);
  return bytes.slice(0, writeVarint(bytes, 0, key));
}

/** A page under construction: cells from its end backwards, pointers to them from its beginning. */
class Page {
  right = 0;
  readonly #bytes: Uint8Array;
  readonly #type: number;
  readonly #header: number;
  #cells = 0;
  #content: number;

  constructor(size: number, type: number) {
    this.#bytes = new Uint8Array(size);
    this.#type = type;
    this.#header = type === leafType.table || type === leafType.index ? 8 : 12;
    this.#content = size;
  }

  /** @returns false when it does not fit. */
  add(from: Uint8Array, start: number, end: number): boolean {
    let at = this.#reserve(end - start);
    if (at < 0) return false;
    const bytes = this.#bytes;
    for (let k = start; k < end; k++) bytes[at++] = from[k];
    return true;
  }

  addChild(child: number, separator: Uint8Array): boolean {
    const at = this.#reserve(4 + separator.length);
    if (at < 0) return false;
    writeBigEndian(this.#bytes, at, child, 4);
    this.#bytes.set(separator, at + 4);
    return true;
  }

  /** Takes the last cell off. @returns it */
  removeLast(): Uint8Array {
    const end = this.#cells === 1 ? this.#bytes.length : readTwo(this.#bytes, this.#header + 2 * (this.#cells - 2));
    const cell = this.#bytes.slice(this.#content, end);
    this.#content = end;
    this.#cells--;
    return cell;
  }

  /** The finished page, valid until the next one is begun. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    const pointers = this.#header + 2 * this.#cells;
    bytes[0] = this.#type;
    writeBigEndian(bytes, 1, 0, 2);
    writeBigEndian(bytes, 3, this.#cells, 2);
    writeBigEndian(bytes, 5, this.#content & 0xffff, 2); // 65,536 is written as 0
    bytes[7] = 0;
    if (this.#header === 12) writeBigEndian(bytes, 8, this.right, 4);
    bytes.fill(0, pointers, this.#content);
    this.#cells = 0;
    this.#content = bytes.length;
    return bytes;
  }

  #reserve(length: number): number {
    const pointer = this.#header + 2 * this.#cells;
    const at = this.#content - length;
    if (at < pointer + 2) return -1;
    this.#bytes[pointer] = at >>> 8;
    this.#bytes[pointer + 1] = at & 255;
    this.#cells++;
    this.#content = at;
    return at;
  }
}

const readTwo = (bytes: Uint8Array, at: number) => (bytes[at] << 8) | bytes[at + 1];

/** The lowest bytes of a whole number, also beyond 32 bits and below zero. */
export function writeBigEndian(bytes: Uint8Array, at: number, value: number, length: number): void {
  if (length > 4) {
    const high = Math.floor(value / 2 ** 32);
    writeBigEndian(bytes, at, high, length - 4);
    at += length - 4;
    length = 4;
    value -= high * 2 ** 32;
  }
  for (let k = 0, shift = 8 * (length - 1); k < length; k++, shift -= 8) bytes[at + k] = value >>> shift; // the cast keeps eight bits
}

/** A number from 0 to 2^53 in groups of seven bits. @returns where it ends */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    bytes[at] = value;
    return at + 1;
  }
  const groups = varintLength(value);
  for (let k = groups - 1; k >= 0; k--) {
    bytes[at + k] = (value % 128) | (k < groups - 1 ? 128 : 0);
    value = Math.floor(value / 128);
  }
  return at + groups;
}

export function varintLength(value: number): number {
  let groups = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) groups++;
  return groups;
}
