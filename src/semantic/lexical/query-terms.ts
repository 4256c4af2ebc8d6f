import type { IdMap } from '../../data/id-map.ts';
import { pattern } from '../../work/pattern.ts';
import { Compounds } from './compounds.ts';
import type { IsFound, Words } from './cut-words.ts';
import type { Stemmer } from './stemmer.ts';
import type { Synonym } from './synonyms.ts';
import { unitOf } from './units.ts';
import { type NearWord, Vocabulary } from './vocabulary.ts';

/** How words of a query may differ from those of a text. */
export interface WordOptions {
  /** Whether the last word may be a prefix of one, unless something other than a letter or digit follows it. Default false. */
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
  /** Several words that count together where a text has all of them, each as the numbers of its forms. */
  together?: readonly (readonly number[])[][];
  /** Pairs of words that count where they stand side by side, each word as the numbers of its forms. */
  rows?: readonly Row[];
  /** Whether its words also add to the count of a text that has words of a better level. */
  adds?: boolean;
}

/** A word in two parts. */
export type Halves = [left: string, right: string];

/** Two words in a row, each as the numbers of its forms. */
export type Row = readonly [left: readonly number[], right: readonly number[]];

/** What is asked of the texts of an index. */
export interface TextsAsked {
  /** Whether any text has one of these words. */
  hasAny(words: readonly number[]): boolean;
  /** How many texts have one of these words, a text once for each. */
  countOf(words: readonly number[]): number;
  /** Whether two words side by side count as one in any field. */
  readonly hasRows: boolean;
  /** Whether any text has these words side by side. */
  hasRow(row: Row): boolean;
  /** How a word is parted in two that some text has side by side, which is found out once. */
  halvesOf(word: string, find: () => Halves[]): Halves[];
}

/** One thing that a query asks for. */
export interface Term {
  /** How often. */
  times: number;
  /** Words of the index that satisfy it, best first; none when the index has nothing like it. */
  levels: Level[];
  /** How it is asked, as words are compared. */
  name: string;
  /** Whether it hardly says what is wanted. */
  isStopWord: boolean;
}

/** What another word counts where it stands in for the one that was asked. Set, not fitted: no public data has such queries with labels. */
const shares = { apart: 0.99, row: 0.8, form: 0.9, completion: 0.8, synonym: 0.8, compound: 0.7, typo: [1, 0.6, 0.4] };
/** Maximum number of words of a query that are corrected, the first ones: what is longer is a document, and correcting it would take too long. */
const mostCorrected = 16;
/** After this many new words, the order of all words is rebuilt. */
const tailSize = 4096;

/** Finds words of an index for those of a query: the same, the same stem, a longer one, a near one. */
export class TermReader {
  readonly #stem: Stemmer | undefined;
  readonly #cut: Words;
  #words: IdMap;
  #ordered: Vocabulary[] = [];
  #sizes: number[] = [];
  #forms = new Map<string, number[]>(); // stem -> words, where one has another form or was asked for: most words of a catalogue are their own stems
  #stemmed = 0;
  readonly #stems = new Map<string, string>();
  readonly #synonyms: readonly Synonym[];
  #compounds: Compounds | undefined;
  readonly #nearby = new Map<string, NearWord[]>();

  constructor(words: IdMap, stem: Stemmer | undefined, cut: Words, synonyms: readonly Synonym[] = []) {
    this.#words = words;
    this.#stem = stem;
    this.#cut = cut;
    this.#synonyms = synonyms;
    this.reset(words);
  }

  /** Goes on with another map of words. */
  reset(words: IdMap): void {
    this.#words = words;
    this.#ordered = [];
    this.#sizes = [];
    this.#forms = new Map();
    this.#stemmed = 0;
    this.#compounds = undefined;
  }

  read(query: string, { prefix = false, typos = 'unknown' }: WordOptions, texts: TextsAsked): Term[] {
    this.#nearby.clear();
    const isLive = (words: readonly number[]) => texts.hasAny(words);
    const open = prefix ? this.#openWords(query) : undefined;
    const nameOf = (word: string) => (this.#stem && !open?.has(word) ? this.stemOf(word) : ` ${word}`);
    const asked = new Map<string, Asked>();
    const { words, extras: spellings } = this.#cut.ofQuery(query);
    // `leather red` as one word has the stem of `leather`, which is no spelling of both.
    const extras = spellings.filter(({ word, of }) => of.length === 1 || !of.some((part) => nameOf(part) === nameOf(word)));
    const covered = new Set(extras.filter(({ word }) => isLive(this.same(word))).flatMap(({ of }) => of));
    let tried = 0;
    for (const word of words) {
      const mixed = asciiLetters.test(word) ? null : numberAndLetters().exec(word);
      const maySplit = this.#cut.splits && !open?.has(word) && !covered.has(word) && (isSplittable(word) || mixed);
      const isSplit = maySplit && !isLive(this.same(word)) && tried++ < mostCorrected;
      const parts = isSplit ? (mixed ? this.#numberApart(mixed, texts) : this.#twoWords(word, texts, typos !== false)) : undefined;
      for (const part of parts ?? [word]) {
        const term = asked.get(nameOf(part));
        if (term) term.times++;
        else asked.set(nameOf(part), { word: part, times: 1, others: [], joined: [], levels: [] });
      }
    }
    for (const { word, of } of extras) {
      const kind = of.length > 1 && isLive(this.same(word)) ? 'joined' : 'others';
      for (const part of of) asked.get(nameOf(part))?.[kind].push(word);
    }
    for (const synonym of this.#synonyms) this.#addSynonym(synonym, words, (word) => asked.get(nameOf(word)));
    let corrected = 0;
    return Array.from(asked, ([name, { word, times, others: alone, joined, levels: further }]) => {
      const others = [...joined, ...alone];
      const all = [word, ...others];
      const isStopWord = this.#cut.stopWords.has(word) && !open?.has(word);
      const apart = [word, ...alone].flatMap((each) => this.same(each));
      const levels: Level[] = [
        ...(joined.length > 0
          ? [
              { share: 1, words: joined.flatMap((each) => this.same(each)) },
              { share: shares.apart, words: apart, adds: true },
            ]
          : [{ share: 1, words: all.length === 1 ? this.same(word) : apart }]),
        ...further,
      ];
      // A light stem may be that of two words, such as of a port and of a door in Italian: what was asked comes first.
      if (this.#stem?.isLight) {
        levels[0] = { share: shares.form, words: levels[0].words, adds: true };
        levels.unshift({ share: 1, words: all.flatMap((each) => this.#numberOf(each)) });
      }
      const beginnings = open ? all.filter((each) => open.has(each)) : [];
      if (beginnings.length > 0)
        levels.push({
          share: shares.completion,
          words: beginnings.flatMap((beginning) => this.#each((vocabulary) => vocabulary.completions(beginning))),
        });
      const rows = isStopWord || open?.has(word) ? [] : this.rowsOf(word, texts);
      if (rows.length > 0) levels.push({ share: shares.row, words: [], rows });
      if (!isStopWord && this.#cut.hasCompounds(word)) levels.push(this.#inCompounds(word, isLive));
      const wanted = !isStopWord && (typos === true || (typos === 'unknown' && !levels.some((level) => isFound(level, isLive))));
      const most = wanted ? editsOf(word) : 0;
      if (most > 0 && corrected++ < mostCorrected) this.#addNear(levels, word, most, open?.has(word) ?? false);
      return {
        name,
        isStopWord,
        times,
        levels: levels.length === 1 && others.length === 0 && levels[0].words.length > 0 ? levels : distinctLevels(levels),
      };
    });
  }

  /** A test of words of a text: whether they are what a query asks for. */
  matcher(query: string, options: WordOptions, texts: TextsAsked): IsFound {
    const all = this.read(query, options, texts);
    // As they count little, function words are not marked beside others.
    const content = all.filter(({ isStopWord }) => !isStopWord);
    const terms = content.length > 0 ? content : all;
    const cut = this.#cut.ofQuery(query);
    const isMarked = (word: string) => content.length === 0 || !this.#cut.stopWords.has(word);
    const words = new Set([...cut.words.filter(isMarked), ...cut.extras.map(({ word }) => word)]);
    const stems = this.#stem ? new Set(Array.from(words, (word) => this.stemOf(word))) : undefined;
    for (const { levels } of terms)
      for (const level of levels)
        for (const number of [...level.words, ...(level.together ?? []).flat(2)]) words.add(this.#words.idAt(number));
    const open = options.prefix ? [...(this.#openWords(query) ?? [])] : [];
    return (word, isJoined = false) =>
      words.has(word) || stems?.has(this.stemOf(word)) || (!isJoined && open.some((start) => word.startsWith(start)));
  }

  /** What words are compared by. */
  stemOf(word: string): string {
    if (!this.#stem) return word;
    let stem = this.#stems.get(word);
    if (stem === undefined) {
      if (this.#stems.size >= 20_000) this.#stems.clear(); // common words are soon there again
      stem = this.#stemFrom(word);
      this.#stems.set(word, stem);
    }
    return stem;
  }

  /** What the query ends with, as a word and as part of a compound; undefined when it is complete. */
  #openWords(query: string): Set<string> | undefined {
    if (!/[\p{L}\p{N}\p{M}]$/u.test(query)) return undefined;
    const tail = query.slice(-128).match(/\S+$/)?.[0] ?? '';
    return this.#cut.last(tail);
  }

  /**
   * A word of letters that no text has as two that some have, the shorter one as long as can be: `wifi` as `wi fi`. Those that stand side by side
   * come first; a correction comes before others unless it is rarer than both.
   */
  #twoWords(word: string, texts: TextsAsked, mayCorrect: boolean): Halves | undefined {
    const known = halvesOf(word).find((parts) => parts.every((part) => texts.hasAny(this.same(part))));
    if (!known || !this.#cut.placed || !texts.hasRows) return known;
    const [inRow] = this.#halvesInRow(word, texts);
    // `foldabe` is a typo of `foldable` rather than `folda be`, though some texts have both. Of short words too many are near.
    return inRow ?? (mayCorrect && word.length > 4 && this.#isTypo(word, known, texts) ? undefined : known);
  }

  /** Whether a correction is at least as frequent as the rarer of two parts. */
  #isTypo(word: string, parts: readonly string[], texts: TextsAsked): boolean {
    const near = this.#near(word, editsOf(word));
    const least = Math.min(...parts.map((part) => texts.countOf(this.same(part))));
    return near.some(({ word: number }) => texts.countOf([number]) >= least);
  }

  /** A word as two that texts have side by side: a catalogue that has `dishwasher` writes `dish washer` as well. */
  rowsOf(word: string, texts: TextsAsked): Row[] {
    if (!this.#cut.placed || !texts.hasRows) return [];
    return this.#halvesInRow(word, texts).map(([left, right]) => this.#rowOf(left, right));
  }

  /** The ways to part a word in two that some text has side by side, neither a function word. */
  #halvesInRow(word: string, texts: TextsAsked): Halves[] {
    return texts.halvesOf(word, () =>
      (isSplittable(word) ? halvesOf(word) : []).filter(([left, right]) => {
        if (this.#words.indexOf(left) < 0 || this.#cut.stopWords.has(left)) return false; // most are no words
        const row = this.#rowOf(left, right);
        return row[1].every((form) => !this.#cut.stopWords.has(this.#words.idAt(form))) && texts.hasRow(row);
      }),
    );
  }

  /** Only the last part of a compound has other forms. */
  #rowOf(left: string, right: string): Row {
    return [this.#numberOf(left), this.same(right)];
  }

  /** A number and a name that no text has as one word, as two that some have: `7up` as `7 up`, `playstation5` as `playstation 5`. A quantity stays one. */
  #numberApart([, number, name, ...nameFirst]: RegExpExecArray, texts: TextsAsked): string[] | undefined {
    if (number !== undefined)
      return [number, name].every((part) => texts.hasAny(this.same(part)) && !unitOf(part)) ? [number, name] : undefined;
    // Another number behind a name is another model.
    return texts.hasRow([this.#numberOf(nameFirst[0]), this.same(nameFirst[1])]) ? nameFirst : undefined;
  }

  /** The numbers of the forms of a word, ascending. */
  same(word: string): readonly number[] {
    if (!this.#stem) return this.#numberOf(word);
    for (; this.#stemmed < this.#words.size; this.#stemmed++) {
      const form = this.#words.idAt(this.#stemmed);
      const stem = this.#stemFrom(form);
      const forms = this.#forms.get(stem);
      if (forms) forms.push(this.#stemmed);
      else if (stem !== form) this.#forms.set(stem, [...this.#itself(stem).filter((number) => number < this.#stemmed), this.#stemmed]);
    }
    const stem = this.stemOf(word);
    const known = this.#forms.get(stem);
    if (known) return known;
    const itself = this.#itself(stem);
    if (itself.length > 0) this.#forms.set(stem, itself);
    return itself;
  }

  /** The number of a stem that is also a word. */
  #itself(stem: string): number[] {
    const number = this.#numberOf(stem);
    return number.length > 0 && this.#stemFrom(stem) === stem ? number : [];
  }

  #stemFrom(word: string): string {
    return this.#stem && stemmable.test(word) ? this.#stem.of(word) : word;
  }

  #numberOf(word: string): number[] {
    const number = this.#words.indexOf(word);
    return number < 0 ? [] : [number];
  }

  /** What else a word or several in a row are called, for each of them. */
  #addSynonym({ from, to }: Synonym, words: readonly string[], termOf: (word: string) => Asked | undefined): void {
    const stems = from.map((word) => this.stemOf(word));
    for (let start = 0; start + from.length <= words.length; start++) {
      if (!stems.every((stem, k) => this.stemOf(words[start + k]) === stem)) continue;
      const others = to.filter((other) => other.length === 1).flatMap(([other]) => this.same(other));
      const together = to.filter((other) => other.length > 1).map((other) => other.map((word) => this.same(word)));
      for (let k = start; k < start + from.length; k++) termOf(words[k])?.levels.push({ share: shares.synonym, words: others, together });
    }
  }

  /** The compounds that a word is a part of, and its own parts where texts have them apart. */
  #inCompounds(word: string, isLive: (words: readonly number[]) => boolean): Level {
    const compounds = (this.#compounds ??= new Compounds(this.#words));
    const parts = compounds.partsOf(word, (part) => isLive(this.same(part)));
    return { share: shares.compound, words: compounds.containing(word), together: parts ? [parts.map((part) => this.same(part))] : [] };
  }

  /** Words of texts that go on from a beginning, each with its number; those nearly so when there are none. */
  completionsOf(beginning: string): number[] {
    const found = this.#each((words) => words.completions(beginning));
    const most = found.length === 0 ? editsOf(beginning) : 0;
    return most > 0 ? this.#each((words) => words.near(beginning, most, true)).map(({ word }) => word) : found;
  }

  /** Words near one: once per query, whether it is to be parted or corrected. */
  #near(word: string, most: number, open = false): NearWord[] {
    const name = `${word} ${most} ${open}`;
    let found = this.#nearby.get(name);
    if (!found) {
      found = this.#each((words) => words.near(word, most, open));
      this.#nearby.set(name, found);
    }
    return found;
  }

  #addNear(levels: Level[], word: string, most: number, open: boolean): void {
    const near = this.#near(word, most, open);
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

/** What is known of a word that is asked for, before its levels are complete. */
interface Asked {
  word: string;
  times: number;
  /** Other spellings. */
  others: string[];
  /** Spellings of it and its neighbours as one word that texts have. Those that have the parts only count a little less. */
  joined: string[];
  levels: Level[];
}

function isFound({ words, together = [], rows = [] }: Level, isLive: (words: readonly number[]) => boolean): boolean {
  return rows.length > 0 || isLive(words) || together.some((parts) => parts.every(isLive));
}

/** Levels without the words of better ones, and without those that are empty. */
function distinctLevels(levels: readonly Level[]): Level[] {
  const seen = new Set<number>();
  const distinct = levels.map((level) => ({ ...level, words: level.words.filter((n) => !seen.has(n) && seen.add(n)) }));
  return distinct.filter(({ words, together = [], rows = [] }) => words.length > 0 || together.length > 0 || rows.length > 0);
}

const stemmable = /^[a-z']+$/;
/** As most words are, which the slower test after it is then spared. */
const asciiLetters = /^[a-z]+$/;
const numberAndLetters = pattern(String.raw`^(?:(\p{N}+)(\p{L}+)|(\p{L}{2,})(\p{N}+))$`, 'u');
const digit = pattern(String.raw`\p{N}`, 'u');
const onlyLetters = pattern(String.raw`^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+$`, 'u');

/** The ways to part a word in two, the most even ones first. */
function halvesOf(word: string): Halves[] {
  const halves: Halves[] = [];
  for (let shorter = Math.floor(word.length / 2); shorter >= 2; shorter--)
    for (const at of new Set([shorter, word.length - shorter])) halves.push([word.slice(0, at), word.slice(at)]);
  return halves;
}

function isSplittable(word: string): boolean {
  return word.length >= 4 && word.length <= 32 && onlyLetters().test(word);
}

/** How many edits a word of this length may be away. A number that is nearly right is another number. */
function editsOf(word: string): number {
  return word.length < 4 || digit().test(word) ? 0 : word.length < 8 ? 1 : 2;
}
