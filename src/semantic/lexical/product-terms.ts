import { pattern } from '../../work/pattern.ts';
import { particleless } from './korean.ts';
import { type Lexeme, lexemesOf } from './lexemes.ts';
import { longestWord } from './tokenizer.ts';
import { inBasicUnit, unitOf } from './units.ts';

/** A word of a text, or another spelling of some of its words. */
export interface TextTerm {
  term: string;
  /** Where it stands in the folded text. */
  start: number;
  end: number;
  /** Another spelling, which counts where it is found and is not missed where it is not. */
  isExtra?: boolean;
}

/** What differs from one index to another. */
export interface ProductTermOptions {
  /** Whether a quantity is also there in the basic unit of its kind, so that 0.25 kg meets 250 g. */
  units?: boolean;
  /** Whether `ae`, `oe` and `ue` count as the letters that people without umlauts write them for. */
  joinsUmlauts?: boolean;
}

/**
 * The words of a folded text as shops mean them, and further spellings: numbers with their units (`250 g` is `250g`), hyphenated words as one
 * (`wi-fi` is `wifi` as well), model numbers joined across spaces and signs, grouped digits as one number, sizes (`10 x 15` is `10x15`), Korean
 * nouns without particles.
 *
 * @param isQuery joins any two neighbours, since only spellings that the index has will count, and does not ask for a unit without its number.
 */
export function productTerms(
  folded: string,
  isQuery: boolean,
  options: ProductTermOptions = {},
  lexemes: readonly Lexeme[] = lexemesOf(folded),
): TextTerm[] {
  const units = new Map<number, string>();
  const found: TextTerm[] = [];
  lexemes.forEach((lexeme, k) => {
    const unit = unitBehind(lexemes, k, folded);
    if (unit !== undefined) units.set(k + 1, unit);
    if (units.has(k)) addUnit(lexemes, k, units.get(k) as string, isQuery, found);
    else addLexeme(lexeme, found);
  });
  for (let from = 0; from + 1 < lexemes.length; from++) {
    addJoins(lexemes, from, folded, units, isQuery, found);
    addSize(lexemes, from, folded, units, found);
  }
  if (options.units) for (const term of [...found]) addConverted(term, found);
  if (options.joinsUmlauts) for (const term of found) term.term = term.term.replace(/(?<=\p{L}|^)[aou]e/gu, ([vowel]) => vowel);
  return found;
}

/** A quantity in the basic unit of its kind: `0.25kg` is `250g` as well. */
function addConverted({ term, start, end }: TextTerm, found: TextTerm[]): void {
  const parts = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(term);
  const basic = parts ? inBasicUnit(Number(parts[1]), parts[2]) : undefined;
  if (basic && basic !== term) found.push({ term: basic, start, end, isExtra: true });
}

function addLexeme({ term, start, end, kind, also }: Lexeme, found: TextTerm[]): void {
  const glued = kind === 'word' ? /^(\d+)([a-z]+)$/.exec(term) : null;
  const unit = glued ? unitOf(glued[2]) : undefined;
  if (glued && unit) {
    found.push({ term: glued[1], start, end: start + glued[1].length }, { term: glued[1] + unit, start, end });
    return;
  }
  found.push({ term, start, end });
  if (also) found.push({ term: also, start, end, isExtra: true });
  if (kind !== 'word' || !hasHangul().test(term)) return;
  // What stands before, between and behind Hangul without a space is a word as well: LED등, 55인치.
  const parts = term.length === end - start ? term.split(besideHangul()) : [term];
  let at = start;
  for (const part of parts) {
    if (parts.length > 1) found.push({ term: part, start: at, end: at + part.length, isExtra: true });
    const noun = particleless(part);
    if (noun) found.push({ term: noun, start: at, end: at + noun.length, isExtra: true });
    at += part.length;
  }
}

/** The unit that follows the number at a place, whether glued to it (`1.5v`) or behind a space or a hyphen. */
function unitBehind(lexemes: readonly Lexeme[], k: number, folded: string): string | undefined {
  const next = lexemes[k + 1];
  if (lexemes[k].kind !== 'number' || next?.kind !== 'word') return undefined;
  return /^[ -]?$/.test(folded.slice(lexemes[k].end, next.start)) ? unitOf(next.term) : undefined;
}

function addUnit(lexemes: readonly Lexeme[], k: number, unit: string, isQuery: boolean, found: TextTerm[]): void {
  const number = lexemes[k - 1];
  const { term, start, end } = lexemes[k];
  found.push({ term: number.term + unit, start: number.start, end });
  if (number.also) found.push({ term: number.also + unit, start: number.start, end, isExtra: true });
  if (isQuery || start === number.end) return;
  found.push({ term, start, end, isExtra: true });
}

const hasHangul = pattern(String.raw`\p{Script=Hangul}`, 'u');
const besideHangul = pattern(
  String.raw`(?<=\p{Script=Hangul})(?=[^\p{Script=Hangul}\p{M}])|(?<=[^\p{Script=Hangul}\p{M}])(?=\p{Script=Hangul})`,
  'u',
);
const letters = pattern(String.raw`^[\p{L}\p{M}]+$`, 'u');
const letter = pattern(String.raw`\p{L}`, 'u');
const digit = pattern(String.raw`\p{N}`, 'u');
const signs = /^[-\u2010\u2011./_]?$/;
const hyphens = /^[-\u2010\u2011']$/;
const groups = /^(?:[ '-]|\) ?)$/;

/** Spellings of several neighbours as one word, from a place on. */
function addJoins(
  lexemes: readonly Lexeme[],
  from: number,
  folded: string,
  units: ReadonlyMap<number, string>,
  isQuery: boolean,
  found: TextTerm[],
): void {
  const first = lexemes[from];
  if (first.kind === 'sign') return;
  addDigits(lexemes, from, folded, units, found);
  if (units.has(from)) return;
  let joined = first.term;
  let allHyphens = true;
  let allSigns = true;
  for (let to = from + 1; to < Math.min(from + 4, lexemes.length); to++) {
    const { term, kind, start, end, also } = lexemes[to];
    const before = lexemes[to - 1];
    const gap = folded.slice(before.end, start);
    if (kind === 'sign' || !(signs.test(gap) || gap === ' ' || gap === "'") || joined.length + term.length > longestWord) return;
    if (isQuantity(lexemes, to, units)) return; // 2-5 V is not 25 V
    allHyphens &&= hyphens.test(gap);
    allSigns &&= signs.test(gap);
    joined += term;
    const extra = { start: first.start, end, isExtra: true };
    const size = to - from + 1;
    if (letters().test(joined) ? allHyphens || (isQuery && size === 2 && gap === ' ') : isCode(lexemes, from, to, allSigns)) {
      found.push({ term: joined, ...extra });
      if (size === 2 && also === undefined && kind === 'number' && /^\d+\.\d{3,}$/.test(term) && term.length > 5)
        found.push({ term: first.term + term.replace('.', ''), ...extra });
    }
  }
}

/** Whether a number with a unit, or two numbers in a row, stand at a place: joining them would make another number. */
function isQuantity(lexemes: readonly Lexeme[], to: number, units: ReadonlyMap<number, string>): boolean {
  if (units.has(to)) return true;
  if (lexemes[to - 1].kind !== 'number') return false;
  return lexemes[to].kind === 'number' || /^\d+[a-z]+$/.test(lexemes[to].term);
}

/** Whether neighbours may be the number of a model: letters and digits, and where spaces part them, short letters. */
function isCode(lexemes: readonly Lexeme[], from: number, to: number, allSigns: boolean): boolean {
  const parts = lexemes.slice(from, to + 1).map(({ term }) => term);
  if (!parts.some((part) => digit().test(part)) || !parts.some((part) => letter().test(part))) return false;
  if (allSigns) return true;
  if (parts.length === 2) {
    const [left, right] = parts;
    if (letters().test(left)) return left.length <= 6 && digit().test(right);
    if (!letter().test(left)) return false;
    if (letters().test(right)) return right.length <= 4;
    return /^\d{4,}$/.test(right) || (/^[a-z][a-z\d]{0,3}$/.test(left) && /^[a-z\d]{4,}$/.test(right)); // i7 9700K
  }
  return parts.length === 3 && parts.every((part, k) => (k === 1 ? digit().test(part) : part.length <= 4 && letters().test(part)));
}

/** Digits in groups as one number: 978-3-16-148410-0, 4 006381 333931, 1 000 000. */
function addDigits(lexemes: readonly Lexeme[], from: number, folded: string, units: ReadonlyMap<number, string>, found: TextTerm[]): void {
  const isPart = (k: number) => lexemes[k]?.kind === 'number' && /^\d+$/.test(lexemes[k].term);
  const follows = (k: number) => groups.test(folded.slice(lexemes[k - 1].end, lexemes[k]?.start));
  if (!isPart(from) || (isPart(from - 1) && follows(from))) return;
  let to = from;
  while (to - from < 7 && isPart(to + 1) && follows(to + 1)) to++;
  if (to === from) return;
  const parts = lexemes.slice(from, to + 1).map(({ term }) => term);
  const isGrouped = parts[0].length <= 3 && parts.slice(1).every((part) => part.length === 3);
  const check = to - from >= 2 && lexemes[to + 1]?.term === 'x' && follows(to + 1) ? 'x' : '';
  const whole = parts.join('') + check;
  if (!isGrouped && (parts.length < 3 || whole.length < 7)) return;
  const start = lexemes[from].start;
  found.push({ term: whole, start, end: lexemes[check ? to + 1 : to].end, isExtra: true });
  const unit = units.get(to + 1);
  if (unit) found.push({ term: whole + unit, start, end: lexemes[to + 1].end, isExtra: true });
}

const times = /^ ?\u00d7 ?$/;

/** Two or three numbers with `x` or its sign between them as one word: 10 x 15, 4 × 6 × 8 cm. */
function addSize(lexemes: readonly Lexeme[], from: number, folded: string, units: ReadonlyMap<number, string>, found: TextTerm[]): void {
  const isNumber = (k: number) => lexemes[k]?.kind === 'number';
  const gap = (k: number) => folded.slice(lexemes[k - 1].end, lexemes[k]?.start);
  /** The number that a number is multiplied with. */
  const next = (k: number): number | undefined => {
    if (isNumber(k + 1) && times.test(gap(k + 1))) return k + 1;
    const isSpaced = lexemes[k + 1]?.term === 'x' && isNumber(k + 2) && gap(k + 1) === ' ' && gap(k + 2) === ' ';
    return isSpaced ? k + 2 : undefined;
  };
  if (!isNumber(from)) return;
  let joined = lexemes[from].term;
  for (let at = next(from), count = 1; at !== undefined && count < 3; at = next(at), count++) {
    joined += `x${lexemes[at].term}`;
    const { start } = lexemes[from];
    found.push({ term: joined, start, end: lexemes[at].end, isExtra: true });
    const unit = units.get(at + 1);
    if (unit) found.push({ term: joined + unit, start, end: lexemes[at + 1].end, isExtra: true });
  }
}
