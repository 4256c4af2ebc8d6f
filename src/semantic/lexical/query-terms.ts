import type { IdMap } from '../../data/id-map.ts';
import { stemEnglish } from './stem-english.ts';
import { searchTerms, tokenize } from './tokenizer.ts';
import { Vocabulary } from './vocabulary.ts';

/** How words of a query may differ from those of a text. */
export interface WordOptions {
  /** Whether the last word may be the beginning of one, unless something other than a letter or digit follows it. Default false. */
  prefix?: boolean | undefined;
  /** Whether words may be spelled otherwise: all of them (`true`), those that no text has (`'unknown'`, the default), or none. */
  typos?: boolean | 'unknown' | undefined;
}

/** Words that count the same for a term. */
export interface Level {
  /** What such a word counts, beside the word itself. */
  share: number;
  /** Their numbers. */
  words: readonly number[];
}

/** One thing that a query asks for. */
export interface Term {
  /** How often. */
  times: number;
  /** Words of the index that satisfy it, best first; none when the index has nothing like it. */
  levels: Level[];
}

/** What another word counts where it stands in for the one that was asked. Set, not fitted: no public data has such queries with labels. */
const shares = { completion: 0.8, typo: [1, 0.6, 0.4] };
/** Maximum number of words of a query that are corrected, the first ones: what is longer is a document, and correcting it would take too long. */
const mostCorrected = 16;
/** After so many words that came later, the order of all words is made anew. */
const tailSize = 4096;

/** Finds words of an index for those of a query: the same, the same stem, a longer one, a near one. */
export class TermReader {
  readonly #stem: boolean;
  #words: IdMap;
  #ordered: Vocabulary[] = [];
  #sizes: number[] = [];
  #classes = new Map<string, number[]>(); // stem -> words
  #classed = 0;

  constructor(words: IdMap, stem: boolean) {
    this.#words = words;
    this.#stem = stem;
  }

  /** Goes on with another map of words. */
  reset(words: IdMap): void {
    this.#words = words;
    this.#ordered = [];
    this.#sizes = [];
    this.#classes = new Map();
    this.#classed = 0;
  }

  /** @param isLive whether any text has one of these words. */
  read(query: string, { prefix = false, typos = 'unknown' }: WordOptions, isLive: (words: readonly number[]) => boolean): Term[] {
    const open = prefix ? openWords(query) : undefined;
    const asked = new Map<string, { word: string; times: number }>();
    for (const word of searchTerms(query)) {
      const name = this.#stem && !open?.has(word) ? this.stemOf(word) : ` ${word}`;
      const term = asked.get(name);
      if (term) term.times++;
      else asked.set(name, { word, times: 1 });
    }
    let corrected = 0;
    return Array.from(asked.values(), ({ word, times }) => {
      const levels: Level[] = [{ share: 1, words: this.#same(word) }];
      if (open?.has(word)) levels.push({ share: shares.completion, words: this.#each((words) => words.completions(word)) });
      const wanted = typos === true || (typos === 'unknown' && !levels.some(({ words }) => isLive(words)));
      const most = wanted ? editsOf(word) : 0;
      if (most > 0 && corrected++ < mostCorrected) this.#addNear(levels, word, most, open?.has(word) ?? false);
      const seen = new Set<number>();
      const distinct = levels.map(({ share, words }) => ({ share, words: words.filter((n) => !seen.has(n) && seen.add(n)) }));
      return { times, levels: distinct.filter(({ words }) => words.length > 0) };
    });
  }

  /** A test of words of a text: whether they are what a query asks for. */
  matcher(query: string, options: WordOptions, isLive: (words: readonly number[]) => boolean): (word: string) => boolean {
    const terms = this.read(query, options, isLive);
    const words = new Set(searchTerms(query));
    for (const { levels } of terms) for (const level of levels) for (const number of level.words) words.add(this.#words.idAt(number));
    const open = options.prefix ? [...(openWords(query) ?? [])] : [];
    const stems = this.#stem ? new Set(searchTerms(query).map((word) => this.stemOf(word))) : undefined;
    return (word) => words.has(word) || stems?.has(this.stemOf(word)) || open.some((start) => word.startsWith(start));
  }

  /** What words are compared by. */
  stemOf(word: string): string {
    return this.#stem && stemmable.test(word) ? stemEnglish(word) : word;
  }

  #same(word: string): readonly number[] {
    if (!this.#stem) {
      const number = this.#words.indexOf(word);
      return number < 0 ? [] : [number];
    }
    for (; this.#classed < this.#words.size; this.#classed++) {
      const stem = this.stemOf(this.#words.idAt(this.#classed));
      const members = this.#classes.get(stem);
      if (members) members.push(this.#classed);
      else this.#classes.set(stem, [this.#classed]);
    }
    return this.#classes.get(this.stemOf(word)) ?? [];
  }

  #addNear(levels: Level[], word: string, most: number, open: boolean): void {
    const near = this.#each((words) => words.near(word, most, open));
    for (let distance = 1; distance <= most; distance++) {
      const words = near.filter((found) => found.distance === distance).map((found) => found.word);
      levels.push({ share: shares.typo[distance] * (open ? shares.completion : 1), words });
    }
  }

  /** Asks all words in alphabetical order: those of the last time, and those that have come since. */
  #each<T>(ask: (words: Vocabulary) => T[]): T[] {
    const { size } = this.#words;
    const [whole = 0, tail = 0] = this.#sizes;
    if (size !== whole + tail) {
      const keep = whole > 0 && size - whole <= Math.max(tailSize, whole / 8);
      const from = keep ? whole : 0;
      const words = Array.from({ length: size - from }, (_, k) => this.#words.idAt(from + k));
      const made = new Vocabulary(words, from);
      this.#ordered = keep ? [this.#ordered[0], made] : [made];
      this.#sizes = keep ? [whole, size - whole] : [size];
    }
    return this.#ordered.flatMap(ask);
  }
}

const stemmable = /^[a-z']+$/;
const digit = /\p{N}/u;

/** How many edits a word of this length may be away. A number that is nearly right is another number. */
function editsOf(word: string): number {
  return word.length < 4 || digit.test(word) ? 0 : word.length < 8 ? 1 : 2;
}

/** What the query ends with, as a word and as part of a compound; undefined when it is complete. */
function openWords(query: string): Set<string> | undefined {
  if (!/[\p{L}\p{N}\p{M}]$/u.test(query)) return undefined;
  const tail = query.slice(-128).match(/\S+$/)?.[0] ?? '';
  const last = tokenize(tail).at(-1);
  if (last === undefined) return undefined;
  return new Set([
    last,
    ...searchTerms(tail)
      .slice(tokenize(tail).length)
      .filter((compound) => compound.endsWith(last)),
  ]);
}
