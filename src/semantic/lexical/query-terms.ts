import type { IsFound, Words } from './cut-words.ts';
import { mayBeTwo, type PartedWords, type Row, type TextsAsked } from './parted-words.ts';
import type { Synonym } from './synonyms.ts';
import { editsOf, type WordForms } from './word-forms.ts';

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

/** Finds words of an index for those of a query: the same, the same stem, a longer one, a near one. */
export class TermReader {
  readonly #forms: WordForms;
  readonly #parted: PartedWords;
  readonly #cut: Words;
  readonly #synonyms: readonly Synonym[];

  constructor(forms: WordForms, parted: PartedWords, cut: Words, synonyms: readonly Synonym[]) {
    this.#forms = forms;
    this.#parted = parted;
    this.#cut = cut;
    this.#synonyms = synonyms;
  }

  read(query: string, { prefix = false, typos = 'unknown' }: WordOptions, texts: TextsAsked): Term[] {
    const forms = this.#forms;
    const isLive = (words: readonly number[]) => texts.hasAny(words);
    const open = prefix ? this.#openWords(query) : undefined;
    const nameOf = (word: string) => (forms.isStemmed && !open?.has(word) ? forms.stemOf(word) : ` ${word}`);
    const asked = new Map<string, Asked>();
    const { words, extras: spellings } = this.#cut.ofQuery(query);
    // `leather red` as one word has the stem of `leather`, which is no spelling of both.
    const extras = spellings.filter(({ word, of }) => of.length === 1 || !of.some((part) => nameOf(part) === nameOf(word)));
    const covered = new Set(extras.filter(({ word }) => isLive(forms.same(word))).flatMap(({ of }) => of));
    let tried = 0;
    for (const word of words) {
      const maySplit = this.#cut.splits && !open?.has(word) && !covered.has(word) && mayBeTwo(word);
      const isSplit = maySplit && !isLive(forms.same(word)) && tried++ < mostCorrected;
      const parts = isSplit ? this.#parted.partsOf(word, texts, typos !== false) : undefined;
      for (const part of parts ?? [word]) {
        const term = asked.get(nameOf(part));
        if (term) term.times++;
        else asked.set(nameOf(part), { word: part, times: 1, others: [], joined: [], levels: [] });
      }
    }
    for (const { word, of } of extras) {
      const kind = of.length > 1 && isLive(forms.same(word)) ? 'joined' : 'others';
      for (const part of of) asked.get(nameOf(part))?.[kind].push(word);
    }
    for (const synonym of this.#synonyms) this.#addSynonym(synonym, words, (word) => asked.get(nameOf(word)));
    let corrected = 0;
    return Array.from(asked, ([name, { word, times, others: alone, joined, levels: further }]) => {
      const others = [...joined, ...alone];
      const all = [word, ...others];
      const isStopWord = this.#cut.stopWords.has(word) && !open?.has(word);
      const apart = [word, ...alone].flatMap((each) => forms.same(each));
      const levels: Level[] = [
        ...(joined.length > 0
          ? [
              { share: 1, words: joined.flatMap((each) => forms.same(each)) },
              { share: shares.apart, words: apart, adds: true },
            ]
          : [{ share: 1, words: all.length === 1 ? forms.same(word) : apart }]),
        ...further,
      ];
      // A light stem may be that of two words, such as of a port and of a door in Italian: what was asked comes first.
      if (forms.isLightlyStemmed) {
        levels[0] = { share: shares.form, words: levels[0].words, adds: true };
        levels.unshift({ share: 1, words: all.flatMap((each) => forms.exactly(each)) });
      }
      const beginnings = open ? all.filter((each) => open.has(each)) : [];
      if (beginnings.length > 0)
        levels.push({ share: shares.completion, words: beginnings.flatMap((beginning) => forms.completions(beginning)) });
      const rows = isStopWord || open?.has(word) ? [] : this.#parted.rowsOf(word, texts);
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
    const stems = this.#forms.isStemmed ? new Set(Array.from(words, (word) => this.#forms.stemOf(word))) : undefined;
    for (const { levels } of terms)
      for (const level of levels)
        for (const number of [...level.words, ...(level.together ?? []).flat(2)]) words.add(this.#forms.wordAt(number));
    const open = options.prefix ? [...(this.#openWords(query) ?? [])] : [];
    return (word, isJoined = false) =>
      words.has(word) || stems?.has(this.#forms.stemOf(word)) || (!isJoined && open.some((start) => word.startsWith(start)));
  }

  /** What the query ends with, as a word and as part of a compound; undefined when it is complete. */
  #openWords(query: string): Set<string> | undefined {
    if (!/[\p{L}\p{N}\p{M}]$/u.test(query)) return undefined;
    const tail = query.slice(-128).match(/\S+$/)?.[0] ?? '';
    return this.#cut.last(tail);
  }

  /** What else a word or several in a row are called, for each of them. */
  #addSynonym({ from, to }: Synonym, words: readonly string[], termOf: (word: string) => Asked | undefined): void {
    const stems = from.map((word) => this.#forms.stemOf(word));
    for (let start = 0; start + from.length <= words.length; start++) {
      if (!stems.every((stem, k) => this.#forms.stemOf(words[start + k]) === stem)) continue;
      const others = to.filter((other) => other.length === 1).flatMap(([other]) => this.#forms.same(other));
      const together = to.filter((other) => other.length > 1).map((other) => other.map((word) => this.#forms.same(word)));
      for (let k = start; k < start + from.length; k++) termOf(words[k])?.levels.push({ share: shares.synonym, words: others, together });
    }
  }

  /** The compounds that a word is a part of, and its own parts where texts have them apart. */
  #inCompounds(word: string, isLive: (words: readonly number[]) => boolean): Level {
    const { compounds } = this.#forms;
    const parts = compounds.partsOf(word, (part) => isLive(this.#forms.same(part)));
    return {
      share: shares.compound,
      words: compounds.containing(word),
      together: parts ? [parts.map((part) => this.#forms.same(part))] : [],
    };
  }

  /** Words of texts that go on from a beginning, each with its number; those nearly so when there are none. */
  completionsOf(beginning: string): number[] {
    const found = this.#forms.completions(beginning);
    const most = found.length === 0 ? editsOf(beginning) : 0;
    return most > 0 ? this.#forms.near(beginning, most, true).map(({ word }) => word) : found;
  }

  #addNear(levels: Level[], word: string, most: number, open: boolean): void {
    const near = this.#forms.near(word, most, open);
    for (let distance = 1; distance <= most; distance++) {
      const words = near.filter((found) => found.distance === distance).map((found) => found.word);
      levels.push({ share: shares.typo[distance] * (open ? shares.completion : 1), words });
    }
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
