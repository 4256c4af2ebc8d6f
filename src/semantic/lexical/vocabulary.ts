import { firstIndex } from '../../numeric/first-index.ts';
/** A word near another one. */
export interface NearWord {
  /** Its number. */
  word: number;
  /** Insertions, deletions, replacements and swaps of neighbours between them. */
  distance: number;
}

/**
 * Words in alphabetical order, each with the length of the prefix that it shares with the one before: a trie that is read from left to
 * right. Finding near words walks it with one row of the edit distance per letter, and leaves a branch as soon as it is too far.
 */
export class Vocabulary {
  readonly #numbers: Int32Array; // place -> number of the word
  readonly #units: Uint16Array; // UTF-16, word after word
  readonly #ends: Int32Array;
  readonly #shared: Uint8Array;
  /** Place -> the next one that shares less with the one before it: where a branch ends. */
  readonly #after: Int32Array;

  /** @param words not longer than 255 units. @param first the number of the first of them; the others follow. */
  constructor(words: readonly string[], first = 0) {
    const places = Array.from(words.keys()).sort((a, b) => (words[a] < words[b] ? -1 : 1));
    this.#numbers = Int32Array.from(places, (place) => first + place);
    this.#units = new Uint16Array(words.reduce((sum, word) => sum + word.length, 0));
    this.#ends = new Int32Array(words.length);
    this.#shared = new Uint8Array(words.length);
    let end = 0;
    let before = '';
    places.forEach((place, k) => {
      const word = words[place];
      let shared = 0;
      while (shared < before.length && shared < word.length && before.charCodeAt(shared) === word.charCodeAt(shared)) shared++;
      for (let unit = 0; unit < word.length; unit++) this.#units[end++] = word.charCodeAt(unit);
      this.#ends[k] = end;
      this.#shared[k] = shared;
      before = word;
    });
    this.#after = nextSmaller(this.#shared);
  }

  /** The numbers of the words with this prefix, in alphabetical order. */
  completions(prefix: string): number[] {
    let low = firstIndex(this.#numbers.length, (at) => !this.#isBefore(at, prefix));
    const found: number[] = [];
    if (low === this.#numbers.length || !this.#startsWith(low, prefix)) return found;
    do found.push(this.#numbers[low++]);
    while (low < this.#numbers.length && this.#shared[low] >= prefix.length);
    return found;
  }

  /**
   * Words within a Damerau-Levenshtein distance (its optimal string alignment: no part is edited twice), in alphabetical order.
   * @param open whether it is enough that a word begins with something that near.
   */
  near(word: string, most: number, open = false): NearWord[] {
    const width = word.length + 2; // a place on the right that is always too far
    const far = most + 1;
    const rows = new Uint8Array((word.length + most + 2) * width).fill(far);
    for (let j = 0; j <= Math.min(word.length, most); j++) rows[j] = j;
    const best = new Uint8Array(word.length + most + 2).fill(far); // of the prefixes so far, by depth
    if (open && word.length <= most) best[0] = word.length;
    const found: NearWord[] = [];
    let leftAt = -1; // depth at which the branch was left, -1 when it was not
    for (let k = 0; k < this.#numbers.length; ) {
      let depth = this.#shared[k];
      if (leftAt >= 0 && depth >= leftAt) {
        const isWanted = open && best[leftAt] <= most;
        if (isWanted) found.push({ word: this.#numbers[k], distance: best[leftAt] });
        k = isWanted ? k + 1 : this.#after[k];
        continue;
      }
      const start = k === 0 ? 0 : this.#ends[k - 1];
      const length = this.#ends[k] - start;
      leftAt = -1;
      while (depth < length) {
        const nearest = this.#row(rows, width, word, start, ++depth, most);
        best[depth] = open ? Math.min(best[depth - 1], rows[depth * width + word.length]) : far;
        if (nearest <= most) continue;
        leftAt = depth;
        break;
      }
      const distance = open ? best[depth] : leftAt < 0 ? rows[length * width + word.length] : far;
      if (distance <= most) found.push({ word: this.#numbers[k], distance });
      k++;
    }
    return found;
  }

  /** One more letter of a word of the trie against all of `word`, within the band that matters. @returns the smallest entry. */
  #row(rows: Uint8Array, width: number, word: string, start: number, depth: number, most: number): number {
    const here = depth * width;
    const above = here - width;
    const unit = this.#units[start + depth - 1];
    const before = depth > 1 ? this.#units[start + depth - 2] : -1;
    const low = Math.max(0, depth - most);
    const high = Math.min(word.length, depth + most);
    const far = most + 1;
    if (low > word.length) return far;
    if (low > 0) rows[here + low - 1] = far;
    rows[here + high + 1] = far;
    let nearest = far;
    for (let j = low; j <= high; j++) {
      let value = rows[above + j] + 1;
      if (j > 0) {
        const asked = word.charCodeAt(j - 1);
        value = Math.min(value, rows[here + j - 1] + 1, rows[above + j - 1] + (asked === unit ? 0 : 1));
        if (j > 1 && asked === before && word.charCodeAt(j - 2) === unit) value = Math.min(value, rows[above - width + j - 2] + 1);
      }
      rows[here + j] = Math.min(value, far);
      nearest = Math.min(nearest, value);
    }
    return nearest;
  }

  #isBefore(place: number, text: string): boolean {
    const start = place === 0 ? 0 : this.#ends[place - 1];
    const length = this.#ends[place] - start;
    for (let k = 0; k < text.length; k++) {
      if (k === length) return true;
      const difference = this.#units[start + k] - text.charCodeAt(k);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  #startsWith(place: number, prefix: string): boolean {
    const start = place === 0 ? 0 : this.#ends[place - 1];
    if (this.#ends[place] - start < prefix.length) return false;
    for (let k = 0; k < prefix.length; k++) if (this.#units[start + k] !== prefix.charCodeAt(k)) return false;
    return true;
  }
}

/** For each place the next one with a smaller value, or the end. */
function nextSmaller(values: Uint8Array): Int32Array {
  const next = new Int32Array(values.length);
  for (let k = values.length - 1; k >= 0; k--) {
    let at = k + 1;
    while (at < values.length && values[at] >= values[k]) at = next[at];
    next[k] = at;
  }
  return next;
}
