import { pattern } from '../../work/pattern.ts';
import { particleless } from './korean.ts';
import { type Lexeme, lexemesOf, type TextTerm } from './lexemes.ts';
import { addListed, addMarkedUnits, addMixed, addNumeral, addPackOf, addPower, isInOne, isMixed } from './quantities.ts';
import { addFirstOf, addSize, beginsSize, gluedUnit, isSize, startsWithDigit } from './sizes.ts';
import { isAscii, longestWord } from './tokenizer.ts';
import { hasDigit, hasLetter, isLetters, traitsOf } from './traits.ts';
import { inBasicUnit, unitOf } from './units.ts';

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
  for (let k = 0; k < lexemes.length; k++) {
    const unit = unitBehind(lexemes, k, folded);
    if (unit !== undefined) units.set(k + 1, unit);
    if (!isQuery && isMixed(lexemes, k, folded)) continue;
    if (units.has(k)) addUnit(lexemes, k, folded, units.get(k) as string, isQuery, found);
    else addLexeme(lexemes[k], isQuery, found);
  }
  const run: Neighbours = { lexemes, traits: lexemes.map(({ term }) => traitsOf(term)), folded, units };
  for (let from = 0; from + 1 < lexemes.length; from++) {
    addJoins(run, from, isQuery, found);
    if (run.traits[from] & hasDigit && beginsSize(lexemes[from])) addSize(run, from, found);
  }
  addQuantities(run, isQuery, found);
  if (options.units) for (const term of [...found]) addConverted(term, found);
  if (options.joinsUmlauts) for (const term of found) term.term = term.term.replace(/(?<=\p{L}|^)[aou]e/gu, ([vowel]) => vowel);
  return found;
}

/** Further spellings of quantities. Behind all other terms, because most texts have none. */
function addQuantities({ lexemes, folded, units }: Neighbours, isQuery: boolean, found: TextTerm[]): void {
  for (let k = 0; k < lexemes.length; k++) {
    if (lexemes[k].kind !== 'number') {
      addNumeral(lexemes, k, folded, found);
      if (startsWithDigit(lexemes[k].term)) addPower(lexemes, k, folded, found);
      continue;
    }
    addPower(lexemes, k, folded, found);
    addListed(lexemes, k, folded, units, found);
    if (isQuery || !isMixed(lexemes, k, folded)) addMarkedUnits(lexemes, k, folded, found);
    addMixed(lexemes, k, folded, units, found);
    addPackOf(lexemes, k, found);
    if (isInOne(lexemes, k, folded))
      found.push({ term: `${lexemes[k].term}in1`, start: lexemes[k].start, end: lexemes[k + 2].end, isExtra: true });
  }
}

/** A quantity in the basic unit of its kind: `0.25kg` is `250g` as well. */
function addConverted({ term, start, end }: TextTerm, found: TextTerm[]): void {
  const parts = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(term);
  const basic = parts ? inBasicUnit(Number(parts[1]), parts[2]) : undefined;
  if (basic && basic !== term) found.push({ term: basic, start, end, isExtra: true });
}

function addLexeme({ term, start, end, kind, also }: Lexeme, isQuery: boolean, found: TextTerm[]): void {
  const glued = kind === 'word' && startsWithDigit(term) ? gluedUnit.exec(term) : null;
  const unit = glued ? unitOf(glued[3]) : undefined;
  if (glued && unit) {
    const [, number, further] = glued;
    if (!further) found.push({ term: number, start, end: start + number.length });
    else if (!isQuery) found.push({ term: number, start, end: start + number.length, isExtra: true });
    found.push({ term: number + unit, start, end });
    return;
  }
  found.push({ term, start, end });
  if (also) found.push({ term: also, start, end, isExtra: true });
  if (!isQuery && startsWithDigit(term)) addFirstOf(term, start, found);
  if (kind !== 'word' || isAscii.test(term) || !hasHangul().test(term)) return;
  // What stands before, between and behind Hangul without a space is a word as well: LED등, 55인치.
  const parts = term.length === end - start ? term.split(besideHangul()) : [term];
  let at = start;
  for (const part of parts) {
    if (parts.length > 1) found.push({ term: part, start: at, end: at + part.length, isExtra: true });
    const noun = particleless(part, isQuery);
    if (noun) found.push({ term: noun, start: at, end: at + noun.length, isExtra: true });
    at += part.length;
  }
}

/** The unit that follows the number at a place, whether glued to it (`1.5v`) or behind a space or a hyphen. */
function unitBehind(lexemes: readonly Lexeme[], k: number, folded: string): string | undefined {
  const next = lexemes[k + 1];
  if (next?.kind !== 'word' || (lexemes[k].kind !== 'number' && !isSize(lexemes[k].term))) return undefined;
  if (isInOne(lexemes, k, folded)) return undefined;
  return /^[ -]?$/.test(folded.slice(lexemes[k].end, next.start)) ? unitOf(next.term) : undefined;
}

function addUnit(lexemes: readonly Lexeme[], k: number, folded: string, unit: string, isQuery: boolean, found: TextTerm[]): void {
  const number = lexemes[k - 1];
  const { term, start, end } = lexemes[k];
  if (isQuery || !isMixed(lexemes, k - 1, folded)) {
    found.push({ term: number.term + unit, start: number.start, end });
    if (number.also) found.push({ term: number.also + unit, start: number.start, end, isExtra: true });
  }
  if (isQuery || start === number.end) return;
  found.push({ term, start, end, isExtra: true });
}

const hasHangul = pattern(String.raw`\p{Script=Hangul}`, 'u');
const besideHangul = pattern(
  String.raw`(?<=\p{Script=Hangul})(?=[^\p{Script=Hangul}\p{M}])|(?<=[^\p{Script=Hangul}\p{M}])(?=\p{Script=Hangul})`,
  'u',
);
/** The lexemes of a text and what is asked of them again and again. */
interface Neighbours {
  lexemes: readonly Lexeme[];
  /** What each is made of. */
  traits: readonly number[];
  folded: string;
  /** The units, by the place of their lexemes. */
  units: ReadonlyMap<number, string>;
}

/** What may stand between two lexemes that are joined. A hyphen or an apostrophe joins words, a sign or nothing the parts of a code. */
const gapKinds: Record<string, number> = { '-': 7, '\u2010': 7, '\u2011': 7, '\u2013': 7, "'": 5, '.': 3, '/': 3, '&': 3, _: 3, ' ': 1 };
const joins = 1;
const isSign = 2;
const isHyphen = 4;

function gapBetween(folded: string, from: number, to: number): number {
  if (to - from > 1) return 0;
  return to === from ? joins | isSign : (gapKinds[folded[from]] ?? 0);
}

/** Spellings of several neighbours as one word, from a place on. */
function addJoins(run: Neighbours, from: number, isQuery: boolean, found: TextTerm[]): void {
  const { lexemes, traits, folded, units } = run;
  const first = lexemes[from];
  if (first.kind === 'sign') return;
  if (first.kind === 'number') addDigits(run, from, found);
  if (units.has(from)) return;
  let length = first.term.length;
  let gaps = isSign | isHyphen; // what all of them are
  let all = traits[from]; // what all parts are
  for (let to = from + 1; to < from + 4 && to < lexemes.length; to++) {
    const { term, kind, start, end, also } = lexemes[to];
    const gap = gapBetween(folded, lexemes[to - 1].end, start);
    if (kind === 'sign' || gap === 0 || length + term.length > longestWord) return;
    if (isQuantity(lexemes, to, units)) return; // 2-5 V is not 25 V
    gaps &= gap;
    length += term.length;
    all &= traits[to];
    const size = to - from + 1;
    const isWord = (all & isLetters) !== 0;
    if (
      isWord
        ? (gaps & isHyphen) !== 0 || (isQuery && size === 2) || isInitials(first, size, length, gaps)
        : isCode(run, from, to, (gaps & isSign) !== 0, isQuery)
    ) {
      const extra = { start: first.start, end, isExtra: true };
      const whole = termsOf(lexemes, from, to).join('');
      found.push({ term: whole, ...extra });
      if (!isWord && whole.includes('/')) found.push({ term: whole.replaceAll('/', ''), ...extra }); // 500/10 is no fraction in HX-500/10
      if (size === 2 && also === undefined && kind === 'number' && /^\d+\.\d{3,}$/.test(term) && term.length > 5)
        found.push({ term: first.term + term.replace('.', ''), ...extra });
    }
  }
}

/** Whether neighbours of letters alone are an abbreviation, such as U.S.A. or A/C, or a letter and a word, such as T shirt. */
function isInitials({ term }: Lexeme, size: number, length: number, gaps: number): boolean {
  return length === size ? (gaps & isSign) !== 0 : size === 2 && /^[b-hj-z]$/.test(term);
}

function termsOf(lexemes: readonly Lexeme[], from: number, to: number): string[] {
  return lexemes.slice(from, to + 1).map(({ term }) => term);
}

/** Whether a number with a unit, or two numbers in a row, stand at a place: joining them would make another number. */
function isQuantity(lexemes: readonly Lexeme[], to: number, units: ReadonlyMap<number, string>): boolean {
  if (units.has(to)) return true;
  if (lexemes[to - 1].kind !== 'number') return false;
  return lexemes[to].kind === 'number' || /^\d+[a-z]+$/.test(lexemes[to].term);
}

/** Whether neighbours may be the number of a model: letters and digits, and where spaces part them, short letters. */
function isCode({ lexemes, traits, units }: Neighbours, from: number, to: number, allSigns: boolean, isQuery: boolean): boolean {
  let any = 0;
  for (let k = from; k <= to; k++) any |= traits[k];
  if (!(any & hasDigit) || !(any & hasLetter)) return false;
  if (allSigns) return true;
  if (units.has(to + 1)) return false; // drill 5 mm
  if (to === from + 1) {
    const left = lexemes[from].term;
    const right = lexemes[to].term;
    if (traits[from] & isLetters) return (isQuery || left.length <= longestName) && (traits[to] & hasDigit) !== 0;
    if (traits[to] & isLetters) return right.length <= 4 && (isQuery || (traits[from] & hasLetter) !== 0); // 7 up
    if (!(traits[from] & hasLetter)) return false;
    return /^\d{4,}$/.test(right) || (/^[a-z][a-z\d]{0,3}$/.test(left) && /^[a-z\d]{4,}$/.test(right)); // i7 9700K
  }
  if (to > from + 2 || !(traits[from] & isLetters) || !(traits[from + 1] & hasDigit)) return false;
  return lexemes[from].term.length <= 4 && lastOfCode.test(lexemes[to].term);
}

/** The longest word of a text that a number behind it is joined to: Windows 10. */
const longestName = 8;
/** What may end the number of a model behind a space: letters, and digits behind them as in WH-1000 XM5. */
const lastOfCode = /^(?=.{1,4}$)\p{L}+\d*$/u;

/** Digits in groups as one number: 978-3-16-148410-0, 4 006381 333931, 1 000 000. */
function addDigits(run: Neighbours, from: number, found: TextTerm[]): void {
  const { lexemes, units } = run;
  if (!isDigits(lexemes, from) || (isDigits(lexemes, from - 1) && isGroup(run, from))) return;
  let to = from;
  while (to - from < 7 && isDigits(lexemes, to + 1) && isGroup(run, to + 1)) to++;
  if (to === from) return;
  const parts = termsOf(lexemes, from, to);
  const isGrouped = parts[0].length <= 3 && parts.slice(1).every((part) => part.length === 3);
  const check = to - from >= 2 && lexemes[to + 1]?.term === 'x' && isGroup(run, to + 1) ? 'x' : '';
  const whole = parts.join('') + check;
  if (!isGrouped && (parts.length < 3 || whole.length < 7) && !isbn.test(whole)) return;
  const start = lexemes[from].start;
  found.push({ term: whole, start, end: lexemes[check ? to + 1 : to].end, isExtra: true });
  const unit = units.get(to + 1);
  if (unit) found.push({ term: whole + unit, start, end: lexemes[to + 1].end, isExtra: true });
}

function isDigits(lexemes: readonly Lexeme[], k: number): boolean {
  return lexemes[k]?.kind === 'number' && /^\d+$/.test(lexemes[k].term);
}

/** Whether what stands before a lexeme may part the groups of one number. */
function isGroup({ lexemes, folded }: Neighbours, k: number): boolean {
  return groups.test(folded.slice(lexemes[k - 1].end, lexemes[k]?.start));
}

/** An ISBN as shops write it, 978-0306406157. */
const isbn = /^97[89]\d{10}$/;
const groups = /^(?:[ '-]|\) ?)$/;
