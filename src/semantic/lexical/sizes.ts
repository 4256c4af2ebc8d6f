import type { Lexeme, TextTerm } from './lexemes.ts';
import { markBehind } from './quantities.ts';
import { unitOf } from './units.ts';

/** The lexemes of a text. */
interface Run {
  lexemes: readonly Lexeme[];
  folded: string;
  /** The units, by the place of their lexemes. */
  units: ReadonlyMap<number, string>;
}

/** A number or a size with its unit, such as 15cm or 10x15cm. */
export const gluedUnit = /^(\d+((?:x\d+)*))([a-z]+)$/;
const size = /^\d+(?:x\d+)+$/;
/** Whether it is numbers with x between them: 10x15. */
export const isSize = (term: string) => startsWithDigit(term) && size.test(term);

/** The first two of three measures: 20x25 of 20x25x1. */
export function addFirstOf(term: string, start: number, found: TextTerm[]): void {
  const first = /^(\d+x\d+)x\d+$/.exec(term)?.[1];
  if (first) found.push({ term: first, start, end: start + first.length, isExtra: true });
}

/** Whether a word begins with a digit, which is quicker asked than a pattern. */
export function startsWithDigit(term: string): boolean {
  const code = term.charCodeAt(0);
  return code >= 48 && code <= 57;
}

const times = /^ ?[\u00d7*] ?$/;
/** A number with the sign behind it, as in 2x 500 ml. */
const endsWithTimes = /^\d+x$/;

/** Whether a size may begin with it. */
export const beginsSize = (lexeme: Lexeme) => isFactor(lexeme) || (startsWithDigit(lexeme.term) && endsWithTimes.test(lexeme.term));

/** Two or three numbers with `x` or its sign between them as one word: 10 x 15, 4 × 6 × 8 cm, 60 cm x 60 cm. @param from the place of the first */
export function addSize(run: Run, from: number, found: TextTerm[]): void {
  const { lexemes, units, folded } = run;
  const { start } = lexemes[from];
  let joined = numberOf(lexemes[from]);
  for (let at = factorBehind(run, from), count = 1; at !== undefined && count < 3; at = factorBehind(run, at), count++) {
    const { term, end } = lexemes[at];
    const [, , , letters] = gluedUnit.exec(term) ?? [];
    joined += isFactor(lexemes[at]) && !joined.endsWith('x') ? `x${numberOf(lexemes[at])}` : numberOf(lexemes[at]);
    found.push({ term: joined, start, end, isExtra: true });
    const [unit, length] = (letters ? [unitOf(letters), 0] : markBehind(folded, end)) ?? [];
    const behind = unit ?? units.get(at + 1);
    if (behind) found.push({ term: joined + behind, start, end: unit ? end + (length ?? 0) : lexemes[at + 1].end, isExtra: true });
  }
}

/** The number that a number is multiplied with; a unit may stand between them. */
function factorBehind({ lexemes, folded, units }: Run, k: number): number | undefined {
  const last = units.has(k + 1) ? k + 1 : k;
  const next = lexemes[last + 1];
  if (next === undefined) return undefined;
  const { end, term } = lexemes[last];
  const [, mark = 0] = markBehind(folded, end) ?? [];
  const gap = folded.slice(end + mark, next.start);
  if (isFactor(next)) return times.test(gap) || (gap === ' ' && endsWithTimes.test(term)) ? last + 1 : undefined;
  if (gap === '' && /^x\d+$/.test(next.term)) return last + 1; // 16"x20"
  const isSpaced = (next.term === 'x' || next.term === 'by') && gap === ' ' && isFactor(lexemes[last + 2]);
  return isSpaced && folded.slice(next.end, lexemes[last + 2].start) === ' ' ? last + 2 : undefined;
}

/** A number without its unit: 15 of 15cm. */
function numberOf({ term }: Lexeme): string {
  return gluedUnit.exec(term)?.[1] ?? term;
}

/** Whether it is a number, or one with its unit such as 15cm. */
function isFactor(lexeme: Lexeme | undefined): boolean {
  if (lexeme?.kind !== 'word' || !startsWithDigit(lexeme.term)) return lexeme?.kind === 'number';
  const [, , further, letters] = gluedUnit.exec(lexeme.term) ?? [];
  return further === '' && unitOf(letters) !== undefined;
}
