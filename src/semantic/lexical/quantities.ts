import type { Lexeme, TextTerm } from './lexemes.ts';

/** The unit whose sign stands right behind a number: `15.6"` is 15.6 in, `6'` is 6 ft. With the length of the sign. */
function markBehind(folded: string, end: number): [unit: string, length: number] | undefined {
  const sign = /^(?:["”]|''|′′|['′](?![\p{L}\p{N}]))/u.exec(folded.slice(end, end + 3))?.[0];
  if (sign === undefined) return undefined;
  return [sign.length === 2 || sign === '"' || sign === '”' ? 'in' : 'ft', sign.length];
}

/** The quantity that a number and the sign behind it are. */
export function addMarkedUnits(lexemes: readonly Lexeme[], k: number, folded: string, found: TextTerm[]): void {
  const { term, start, end, also } = lexemes[k];
  const mark = markBehind(folded, end);
  if (mark === undefined) return;
  for (const number of also ? [term, also] : [term]) found.push({ term: number + mark[0], start, end: end + mark[1], isExtra: true });
}

/** A whole number and a fraction of an inch as one decimal: 1-1/2 in is 1.5 in. */
export function addMixed(
  lexemes: readonly Lexeme[],
  k: number,
  folded: string,
  units: ReadonlyMap<number, string>,
  found: TextTerm[],
): void {
  const { term, start, end } = lexemes[k];
  const next = lexemes[k + 1];
  if (next?.also === undefined || !next.term.includes('/') || !/^\d+$/.test(term) || !/^[ -]$/.test(folded.slice(end, next.start))) return;
  const sum = String(Number(term) + Number(next.also));
  found.push({ term: sum, start, end: next.end, isExtra: true });
  const unit = units.get(k + 2);
  if (unit) found.push({ term: sum + unit, start, end: lexemes[k + 2].end, isExtra: true });
  const mark = markBehind(folded, next.end);
  if (mark) found.push({ term: sum + mark[0], start, end: next.end + mark[1], isExtra: true });
}

/** `pack of 3` as what a `3 pack` is. */
export function addPackOf(lexemes: readonly Lexeme[], k: number, found: TextTerm[]): void {
  if (lexemes[k - 1]?.term !== 'of' || lexemes[k - 2]?.term !== 'pack') return;
  found.push({ term: `${lexemes[k].term}pack`, start: lexemes[k - 2].start, end: lexemes[k].end, isExtra: true });
}

/** Whether `3 in 1` stands at a place, which is no inches. */
export function isInOne(lexemes: readonly Lexeme[], k: number, folded: string): boolean {
  const [{ end }, word, one] = [lexemes[k], lexemes[k + 1], lexemes[k + 2]];
  if (word?.term !== 'in' || one?.term !== '1' || !/^\d+$/.test(lexemes[k].term)) return false;
  return /^[ -]$/.test(folded.slice(end, word.start)) && /^[ -]$/.test(folded.slice(word.end, one.start));
}
