import { grown } from '../../numeric/grown.ts';

/** Which texts have a word, and how often, in columns: word w owns `offsets[w]` to `offsets[w + 1]`. */
export interface PostingColumns {
  /** `words + 1` positions. */
  offsets: Int32Array;
  /** Text numbers, ascending within a word. */
  texts: Int32Array;
  /** How often; 65,535 stands for more as well. */
  counts: Uint16Array;
}

/**
 * An inverted index that grows: columns for what has been merged, and a tail of chained entries for what came since. Ten bytes
 * per entry at rest.
 */
export class Postings {
  #merged: PostingColumns = { offsets: new Int32Array(1), texts: new Int32Array(0), counts: new Uint16Array(0) };
  #head = new Int32Array(0); // word -> newest entry of the tail + 1, 0 = none
  #next = new Int32Array(0); // entry -> the one before it + 1
  #words = new Int32Array(0);
  #texts = new Int32Array(0);
  #counts = new Uint16Array(0);
  #tail = 0;

  /** Adds an entry. Texts must come in ascending order. */
  add(word: number, text: number, count: number): void {
    const entry = this.#tail++;
    this.#head = grown(this.#head, word + 1);
    this.#next = grown(this.#next, this.#tail);
    this.#words = grown(this.#words, this.#tail);
    this.#texts = grown(this.#texts, this.#tail);
    this.#counts = grown(this.#counts, this.#tail);
    this.#words[entry] = word;
    this.#texts[entry] = text;
    this.#counts[entry] = Math.min(count, 0xffff);
    this.#next[entry] = this.#head[word];
    this.#head[word] = entry + 1;
  }

  /** Whether the tail has become long relative to the columns. The bound is a share, so that merging takes O(1) per entry. */
  get wantsMerge(): boolean {
    return this.#tail > 100_000 + this.#merged.texts.length / 2;
  }

  /** Whether the tail is more than an eighth of the columns: merging after each such addition still takes O(1) per entry. */
  get isUnsettled(): boolean {
    return 8 * this.#tail > this.#merged.texts.length;
  }

  /** Whether any text has had a word since the last merge. */
  has(word: number): boolean {
    const { offsets } = this.#merged;
    return (word + 1 < offsets.length && offsets[word + 1] > offsets[word]) || (this.#head[word] ?? 0) > 0;
  }

  /** Whether entries of a word have come since the last merge. */
  hasTail(word: number): boolean {
    return this.#tail > 0 && (this.#head[word] ?? 0) > 0;
  }

  /** The texts of a word and how often each has it, written to `texts` and `counts`, which must be long enough. @returns how many. */
  read(word: number, texts: Int32Array, counts: Int32Array): number {
    const merged = this.#merged;
    let size = 0;
    if (word + 1 < merged.offsets.length) {
      const end = merged.offsets[word + 1];
      for (let e = merged.offsets[word]; e < end; e++) {
        texts[size] = merged.texts[e];
        counts[size++] = merged.counts[e];
      }
    }
    for (let e = this.#head[word] ?? 0; e > 0; e = this.#next[e - 1]) {
      texts[size] = this.#texts[e - 1];
      counts[size++] = this.#counts[e - 1];
    }
    return size;
  }

  /** Marks the words that texts have which stay. @param renumber -1 for a text that goes. */
  mark(used: Uint8Array, renumber: Int32Array): void {
    const { offsets, texts } = this.#merged;
    for (let word = 0; word + 1 < offsets.length; word++) {
      for (let e = offsets[word]; e < offsets[word + 1] && used[word] === 0; e++) if (renumber[texts[e]] >= 0) used[word] = 1;
    }
    for (let e = 0; e < this.#tail; e++) if (renumber[this.#texts[e]] >= 0) used[this.#words[e]] = 1;
  }

  /**
   * Moves the tail into the columns.
   * @param kept the words that stay, ascending; their positions are the new numbers. No other word is in a text that stays.
   * @param renumber the new number of each text, ascending, -1 to drop it.
   */
  merge(kept: Int32Array, words: number, renumber: Int32Array): void {
    const { offsets, texts, counts } = this.#merged;
    const sizes = new Int32Array(words);
    for (let word = 0; word + 1 < offsets.length; word++) {
      for (let e = offsets[word]; e < offsets[word + 1]; e++) if (renumber[texts[e]] >= 0) sizes[word]++;
    }
    for (let e = 0; e < this.#tail; e++) if (renumber[this.#texts[e]] >= 0) sizes[this.#words[e]]++;

    const at = new Int32Array(words); // where the next entry of a word goes
    let total = 0;
    for (const word of kept) {
      at[word] = total;
      total += sizes[word];
    }
    const merged: PostingColumns = {
      offsets: new Int32Array(kept.length + 1),
      texts: new Int32Array(total),
      counts: new Uint16Array(total),
    };
    kept.forEach((word, k) => {
      merged.offsets[k] = at[word];
    });
    merged.offsets[kept.length] = total;
    const put = (word: number, text: number, count: number) => {
      if (renumber[text] < 0) return;
      merged.texts[at[word]] = renumber[text];
      merged.counts[at[word]++] = count;
    };
    for (let word = 0; word + 1 < offsets.length; word++)
      for (let e = offsets[word]; e < offsets[word + 1]; e++) put(word, texts[e], counts[e]);
    for (let e = 0; e < this.#tail; e++) put(this.#words[e], this.#texts[e], this.#counts[e]);
    this.#merged = merged;
    this.#tail = 0;
    this.#head = this.#next = this.#words = this.#texts = new Int32Array(0);
    this.#counts = new Uint16Array(0);
  }

  /** The columns, without what is in the tail. */
  columns(): PostingColumns {
    return this.#merged;
  }

  static fromColumns(columns: PostingColumns): Postings {
    const postings = new Postings();
    postings.#merged = columns;
    return postings;
  }
}
