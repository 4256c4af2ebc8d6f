import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { readModelFile, writeModelFile } from '../../data/files/model-file.ts';
import { IdMap } from '../../data/id-map.ts';
import { AttuneError, shown } from '../../errors.ts';
import { sha256 } from '../../numeric/sha-256.ts';
import { checkedEmbeddingCache } from '../shared/checked-embedding-cache.ts';
import { entriesOf, io, isMissing, removeLeftovers, replaceFile } from './writing.ts';

/**
 * Keeps vectors in a folder: each `put` is one safetensors file with a checksum, written under a temporary name and renamed, so that
 * a killed process leaves the previous state, and several processes may share the folder. A damaged file counts as missing. The
 * folder, or any file in it, may be deleted at any time.
 *
 * @param folder made on the first put, with the folders above it
 * @returns a cache whose calls reject with ERR_STORE when the file system refuses
 */
export function fileEmbeddingCache(folder: string): EmbeddingCache {
  if (typeof folder !== 'string' || folder === '' || folder.includes('\0')) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `fileEmbeddingCache: expected the path of a folder, got ${shown(folder)}.`);
  }
  const spaces = new Map<string, Space>();
  const spaceOf = (name: string) => {
    const space = spaces.get(name) ?? new Space(join(folder, sha256(name).slice(0, 16)), name);
    spaces.set(name, space);
    return space;
  };
  return checkedEmbeddingCache({
    get: (space, keys) => io(() => spaceOf(space).get(keys)),
    put: (space, keys, vectors) => io(() => spaceOf(space).put(keys, vectors)),
  });
}

const kind = 'embeddings';
const formatVersion = 1;
const ending = '.embeddings';

/** Where a vector is stored. */
interface Place {
  file: string;
  row: number;
}

/** A file that was read once and verified. */
interface Segment {
  dimensions: number;
  /** First byte of the vectors. */
  start: number;
  rows: number;
}

/** The files of one space. Keys stay in memory, vectors do not. */
class Space {
  readonly #folder: string;
  readonly #name: string;
  readonly #places = new Map<string, Place>();
  /** undefined: damaged, or of another space. */
  readonly #segments = new Map<string, Segment | undefined>();

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  async get(keys: readonly string[]): Promise<(Float32Array | undefined)[]> {
    for (const { name } of await entriesOf(this.#folder)) {
      if (name.endsWith(ending) && !this.#segments.has(name)) await this.#learn(name);
    }
    const wanted = new Map<string, { row: number; at: number }[]>();
    keys.forEach((key, at) => {
      const place = this.#places.get(key);
      if (!place) return;
      const list = wanted.get(place.file) ?? [];
      wanted.set(place.file, list);
      list.push({ row: place.row, at });
    });
    const vectors = new Array<Float32Array | undefined>(keys.length).fill(undefined);
    for (const [file, rows] of wanted) await this.#read(file, rows, vectors);
    return vectors;
  }

  async put(keys: readonly string[], vectors: Float32Array): Promise<void> {
    const ids = new IdMap(keys);
    if (keys.length === 0 || ids.size !== keys.length) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Expected different keys with their vectors, got ${ids.size} of ${keys.length}.`);
    }
    const dimensions = vectors.length / keys.length;
    const bytes = writeModelFile({
      kind,
      formatVersion,
      settings: { space: this.#name },
      tensors: { vectors: { data: vectors, shape: [keys.length, dimensions] } },
      ids: { keys: ids },
    });
    await mkdir(this.#folder, { recursive: true });
    await removeLeftovers(this.#folder);
    await replaceFile(join(this.#folder, `${randomBytes(8).toString('hex')}${ending}`), bytes);
  }

  /** Reads a whole file once, to learn its keys and verify it. */
  async #learn(file: string): Promise<void> {
    try {
      const bytes = await readFile(join(this.#folder, file));
      const read = readModelFile(bytes, kind, formatVersion);
      const { keys } = read.ids;
      const rows = keys?.size ?? 0;
      const [count, dimensions] = read.tensors.vectors?.shape ?? [];
      const fits = read.settings.space === this.#name && rows > 0 && count === rows && read.tensors.vectors.data instanceof Float32Array;
      // The vectors stand before the other tensors, which are not wider, so they begin where the header ends.
      const start = 8 + bytes.readUInt32LE(0);
      this.#segments.set(file, fits ? { dimensions, start, rows } : undefined);
      if (fits) for (let row = 0; row < rows; row++) this.#places.set(keys.idAt(row), { file, row });
    } catch (error) {
      if (!(error instanceof AttuneError || isMissing(error))) throw error;
      if (!isMissing(error)) this.#segments.set(file, undefined);
    }
  }

  async #read(file: string, wanted: { row: number; at: number }[], vectors: (Float32Array | undefined)[]): Promise<void> {
    const { dimensions, start, rows } = this.#segments.get(file) as Segment;
    const size = 4 * dimensions;
    try {
      const handle = await open(join(this.#folder, file));
      try {
        // Many rows are read in one go, a few one by one.
        const whole = wanted.length * 16 > rows ? new Uint8Array(rows * size) : undefined;
        if (whole) await handle.read(whole, 0, whole.length, start);
        for (const { row, at } of wanted) {
          const bytes = whole ? whole.slice(row * size, (row + 1) * size) : new Uint8Array(size);
          if (!whole) await handle.read(bytes, 0, size, start + row * size);
          vectors[at] = new Float32Array(bytes.buffer);
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#segments.delete(file);
      for (const [key, place] of this.#places) if (place.file === file) this.#places.delete(key);
    }
  }
}
