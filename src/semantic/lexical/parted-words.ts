import { pattern } from '../../work/pattern.ts';
import type { Words } from './cut-words.ts';
import { unitOf } from './units.ts';
import { editsOf, type WordForms } from './word-forms.ts';

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

/** As most words are, which the slower tests after it are then spared. */
const asciiLetters = /^[a-z]+$/;
const numberAndLetters = pattern(String.raw`^(?:(\p{N}+)(\p{L}+)|(\p{L}{2,})(\p{N}+))$`, 'u');
const onlyLetters = pattern(String.raw`^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+$`, 'u');

/** One word that texts write as two. */
export class PartedWords {
  readonly #forms: WordForms;
  readonly #cut: Words;

  constructor(forms: WordForms, cut: Words) {
    this.#forms = forms;
    this.#cut = cut;
  }

  /** A word as two that texts have side by side: a catalogue that has `dishwasher` writes `dish washer` as well. */
  rowsOf(word: string, texts: TextsAsked): Row[] {
    if (!this.#cut.placed || !texts.hasRows) return [];
    return this.#halvesInRow(word, texts).map(([left, right]) => this.#rowOf(left, right));
  }

  /** The parts of a word that no text has, if it is to be looked for as these. @param mayCorrect whether it may be a typo instead */
  partsOf(word: string, texts: TextsAsked, mayCorrect: boolean): string[] | undefined {
    if (isSplittable(word)) return this.#twoWords(word, texts, mayCorrect);
    const mixed = numberAndLetters().exec(word);
    return mixed ? this.#numberApart(mixed, texts) : undefined;
  }

  /**
   * A word of letters as two that some texts have, the shorter one as long as can be: `wifi` as `wi fi`. Those that stand side by side come first; a
   * correction comes before others unless it is rarer than both.
   */
  #twoWords(word: string, texts: TextsAsked, mayCorrect: boolean): Halves | undefined {
    const known = halvesOf(word).find((parts) => parts.every((part) => texts.hasAny(this.#forms.same(part))));
    if (!known || !this.#cut.placed || !texts.hasRows) return known;
    const [inRow] = this.#halvesInRow(word, texts);
    // `foldabe` is a typo of `foldable` rather than `folda be`, though some texts have both. Of short words too many are near.
    return inRow ?? (mayCorrect && word.length > 4 && this.#isTypo(word, known, texts) ? undefined : known);
  }

  /** Whether a correction is at least as frequent as the rarer of two parts. */
  #isTypo(word: string, parts: readonly string[], texts: TextsAsked): boolean {
    const least = Math.min(...parts.map((part) => texts.countOf(this.#forms.same(part))));
    return this.#forms.near(word, editsOf(word)).some(({ word: number }) => texts.countOf([number]) >= least);
  }

  /** A number and a name as two words: `7up` as `7 up`, `playstation5` as `playstation 5`. A quantity stays one. */
  #numberApart([, number, name, ...nameFirst]: RegExpExecArray, texts: TextsAsked): string[] | undefined {
    if (number !== undefined)
      return [number, name].every((part) => texts.hasAny(this.#forms.same(part)) && !unitOf(part)) ? [number, name] : undefined;
    // Another number behind a name is another model.
    return texts.hasRow([this.#forms.exactly(nameFirst[0]), this.#forms.same(nameFirst[1])]) ? nameFirst : undefined;
  }

  /** The ways to part a word in two that some text has side by side, neither a function word. */
  #halvesInRow(word: string, texts: TextsAsked): Halves[] {
    const { stopWords } = this.#cut;
    return texts.halvesOf(word, () =>
      (isSplittable(word) ? halvesOf(word) : []).filter(([left, right]) => {
        if (!this.#forms.has(left) || stopWords.has(left)) return false; // most are no words
        const row = this.#rowOf(left, right);
        return row[1].every((form) => !stopWords.has(this.#forms.wordAt(form))) && texts.hasRow(row);
      }),
    );
  }

  /** Only the last part of a compound has other forms. */
  #rowOf(left: string, right: string): Row {
    return [this.#forms.exactly(left), this.#forms.same(right)];
  }
}

/** Whether a word may be two: of letters, or of a number and letters. */
export function mayBeTwo(word: string): boolean {
  return isSplittable(word) || (!asciiLetters.test(word) && numberAndLetters().test(word));
}

/** The ways to part a word in two, the most even ones first. */
function halvesOf(word: string): Halves[] {
  const halves: Halves[] = [];
  for (let shorter = Math.floor(word.length / 2); shorter >= 2; shorter--)
    for (const at of new Set([shorter, word.length - shorter])) halves.push([word.slice(0, at), word.slice(at)]);
  return halves;
}

function isSplittable(word: string): boolean {
  return word.length >= 4 && word.length <= 32 && (asciiLetters.test(word) || onlyLetters().test(word));
}
