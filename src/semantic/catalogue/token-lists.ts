import { normalizeRows, type TokenEmbedding } from '../../contracts/embedder.ts';
import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { IdMap } from '../../data/id-map.ts';
import { AttuneError } from '../../errors.ts';
import { grown } from '../../numeric/grown.ts';

/**
 * The tokens of each item's text, for embedders that make vectors of them: a file keeps these and makes the vectors again, bit for bit. One or
 * two bytes per token.
 */
export class TokenLists {
  #tokens = new IdMap();
  readonly #lists: (Uint8Array | undefined)[] = [];
  #scratch: Uint8Array = new Uint8Array(256);

  /** Sets the tokens of a key. */
  set(key: number, tokens: readonly string[]): void {
    let size = 0;
    for (const token of tokens) {
      this.#scratch = grown(this.#scratch, size + 5);
      let rest = this.#tokens.add(token);
      for (; rest >= 128; rest >>>= 7) this.#scratch[size++] = (rest & 127) | 128;
      this.#scratch[size++] = rest;
    }
    this.#lists[key] = this.#scratch.slice(0, size);
  }

  /** Forgets keys. */
  delete(keys: Iterable<number>): void {
    for (const key of keys) this.#lists[key] = undefined;
  }

  /** The vectors of keys, of length 1, as the embedder gave them. */
  vectorsOf(keys: Int32Array, embedding: TokenEmbedding, dimensions: number): Float32Array {
    const vectors = new Float32Array(keys.length * dimensions);
    const add = embedding.adder([...this.#tokens]);
    keys.forEach((key, row) => {
      const tokens = read(this.#lists[key] ?? new Uint8Array(0));
      if (tokens.length > 0) add(tokens, vectors, row * dimensions);
    });
    return normalizeRows(vectors, dimensions);
  }

  /** Its part of a file, for the keys that are there. */
  toFile(keys: Int32Array): Pick<ModelFile, 'tensors' | 'ids'> {
    const lists = Array.from(keys, (key) => this.#lists[key] ?? new Uint8Array(0));
    const sizes = Int32Array.from(lists, (list) => list.length);
    const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const list of lists) {
      bytes.set(list, at);
      at += list.length;
    }
    const tensors = { 'tokens.lists': { data: bytes, shape: [bytes.length] }, 'tokens.sizes': { data: sizes, shape: [sizes.length] } };
    return { tensors, ids: { tokens: this.#tokens } };
  }

  /** The inverse of {@link toFile}. @throws ERR_BAD_FILE */
  static fromFile(file: ModelFile, keys: Int32Array): TokenLists {
    const made = new TokenLists();
    made.#tokens = file.ids.tokens ?? new IdMap();
    const bytes = tensorOf(file, 'tokens.lists', Uint8Array);
    const sizes = tensorOf(file, 'tokens.sizes', Int32Array, keys.length);
    let at = 0;
    keys.forEach((key, k) => {
      const list = bytes.slice(at, at + Math.max(0, sizes[k]));
      at += sizes[k];
      made.#lists[key] = list;
      if (sizes[k] < 0 || list.length < sizes[k] || (list.at(-1) ?? 0) > 127 || read(list).some((token) => token >= made.#tokens.size))
        at = Number.NaN;
    });
    if (at === bytes.length) return made;
    throw new AttuneError(
      'ERR_BAD_FILE',
      'The tokens of the texts in this file are damaged. Restore the file from a copy, or build the index anew.',
    );
  }
}

function read(list: Uint8Array): number[] {
  const tokens: number[] = [];
  for (let position = 0; position < list.length; ) {
    let token = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = list[position++];
      token |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127 && position < list.length);
    tokens.push(token);
  }
  return tokens;
}
