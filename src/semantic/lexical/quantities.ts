import type { Lexeme, TextTerm } from './lexemes.ts';
import { unitOf } from './units.ts';

const signs: Record<string, string> = {
  '"': 'in',
  '”': 'in',
  "''": 'in',
  '′′': 'in',
  "'": 'ft',
  '′': 'ft',
  '°': 'deg',
  ' °': 'deg',
  '%': 'percent',
  ' %': 'percent',
};

/** The unit whose sign stands behind a number: `15.6"` is 15.6 in, `6'` is 6 ft, `90°` is 90 degrees, `5%` is 5 percent. With the length of the sign. */
export function markBehind(folded: string, end: number): [unit: string, length: number] | undefined {
  const sign = /^(?:["”]|''|′′|['′](?![\p{L}\p{N}])| ?[°%])/u.exec(folded.slice(end, end + 3))?.[0];
  return sign === undefined ? undefined : [signs[sign], sign.length];
}

/** The quantity that a number and the sign behind it are. */
export function addMarkedUnits(lexemes: readonly Lexeme[], k: number, folded: string, found: TextTerm[]): void {
  const { term, start, end, also } = lexemes[k];
  const mark = markBehind(folded, end);
  if (mark === undefined) return;
  for (const number of also ? [term, also] : [term]) found.push({ term: number + mark[0], start, end: end + mark[1], isExtra: true });
  const scale = mark[0] === 'deg' ? /^ ?° ?([cf])(?![\p{L}\p{N}])/u.exec(folded.slice(end, end + 5)) : null;
  if (scale) found.push({ term: term + scale[1], start, end: end + scale[0].length, isExtra: true }); // 350°F is 350f
}

/** Whether a lexeme is a fraction that belongs to the whole number before it: 1/2 of 1-1/2 in, which is no 1/2 in. */
export function isMixed(lexemes: readonly Lexeme[], k: number, folded: string): boolean {
  const [whole, fraction] = [lexemes[k - 1], lexemes[k]];
  if (whole === undefined || fraction?.also === undefined || !fraction.term.includes('/')) return false;
  return /^\d+$/.test(whole.term) && /^[ -]$/.test(folded.slice(whole.end, fraction.start));
}

/** A whole number and a fraction of an inch as one decimal: 1-1/2 in is 1.5 in. */
export function addMixed(
  lexemes: readonly Lexeme[],
  k: number,
  folded: string,
  units: ReadonlyMap<number, string>,
  found: TextTerm[],
): void {
  if (!isMixed(lexemes, k + 1, folded)) return;
  const { term, start } = lexemes[k];
  const next = lexemes[k + 1];
  const sum = String(Number(term) + Number(next.also));
  found.push({ term: sum, start, end: next.end, isExtra: true });
  const unit = units.get(k + 2);
  if (unit) found.push({ term: sum + unit, start, end: lexemes[k + 2].end, isExtra: true });
  const mark = markBehind(folded, next.end);
  if (mark) found.push({ term: sum + mark[0], start, end: next.end + mark[1], isExtra: true });
}

/** Numbers that people write as words before a unit. */
const numerals = new Map(
  Object.entries({
    ...{ quarter: '0.25', half: '0.5', one: '1', two: '2', three: '3', four: '4', five: '5', six: '6' },
    ...{ seven: '7', eight: '8', nine: '9', ten: '10', twelve: '12' },
  }),
);

/** A number in words, or in thousands, and its unit: half inch is 0.5in, two-pack is 2pack, 12k btu is 12000btu. */
export function addNumeral(lexemes: readonly Lexeme[], k: number, folded: string, found: TextTerm[]): void {
  const { term, start, end } = lexemes[k];
  const number = numerals.get(term) ?? (term.endsWith('k') && thousands.test(term) ? `${term.slice(0, -1)}000` : undefined);
  const next = lexemes[k + 1];
  if (number === undefined || !next || !/^[ -]$/.test(folded.slice(end, next.start))) return;
  const unit = unitOf(next.term);
  if (unit) found.push({ term: number + unit, start, end: next.end, isExtra: true });
}

const thousands = /^\d{1,3}k$/;

const powers = new Map(Object.entries({ sq: 'sq', square: 'sq', cu: 'cu', cubic: 'cu', fl: 'fl', fluid: 'fl' }));

/** A number and a unit of two words, of area or volume: 3.5 cu. ft. is 3.5cuft, and 20sq ft is 20sqft. */
export function addPower(lexemes: readonly Lexeme[], k: number, folded: string, found: TextTerm[]): void {
  const [{ term, start, end, kind }, next] = [lexemes[k], lexemes[k + 1]];
  if (!next) return;
  const glued = kind === 'word' ? gluedPower.exec(term) : undefined;
  if (glued) addUnitOfTwo(glued[1], start, powers.get(glued[2]), end, next, folded, found);
  else if (kind === 'number' && lexemes[k + 2] && /^[ -]?$/.test(folded.slice(end, next.start)))
    addUnitOfTwo(term, start, powers.get(next.term), next.end, lexemes[k + 2], folded, found);
}

const gluedPower = /^(\d+)(sq|square|cu|cubic|fl|fluid)$/;

function addUnitOfTwo(
  number: string,
  start: number,
  prefix: string | undefined,
  end: number,
  length: Lexeme,
  folded: string,
  found: TextTerm[],
): void {
  if (prefix === undefined || !/^[.]?[ -]?$/.test(folded.slice(end, length.start))) return;
  const unit = unitOf(prefix + (unitOf(length.term) ?? ''));
  if (unit) found.push({ term: number + unit, start, end: length.end, isExtra: true });
}

/** Each number of a list or a range that has one unit: 12/24V is 12v and 24v, and 110-240 V is 110v as well. */
export function addListed(
  lexemes: readonly Lexeme[],
  k: number,
  folded: string,
  units: ReadonlyMap<number, string>,
  found: TextTerm[],
): void {
  const { term, start, end, also } = lexemes[k];
  const own = units.get(k + 1);
  if (own && also === undefined && term.includes('/')) {
    for (const number of term.split('/')) found.push({ term: number + own, start, end: lexemes[k + 1].end, isExtra: true });
  }
  const next = lexemes[k + 1];
  if (!next || !/^ ?[-\u2013/] ?$/.test(folded.slice(end, next.start))) return;
  const unit = next.kind === 'number' ? units.get(k + 2) : unitOf(/^\d+([a-z]+)$/.exec(next.term)?.[1] ?? '');
  if (unit) found.push({ term: term + unit, start, end: next.end, isExtra: true });
}

/** `pack of 3` as what a `3 pack` is. */
export function addPackOf(lexemes: readonly Lexeme[], k: number, found: TextTerm[]): void {
  if (lexemes[k - 1]?.term !== 'of' || lexemes[k - 2]?.term !== 'pack') return;
  found.push({ term: `${lexemes[k].term}pack`, start: lexemes[k - 2].start, end: lexemes[k].end, isExtra: true });
}

/** Whether `3 in 1` or `3-in-one` stands at a place, which is no inches. */
export function isInOne(lexemes: readonly Lexeme[], k: number, folded: string): boolean {
  const [{ end }, word, one] = [lexemes[k], lexemes[k + 1], lexemes[k + 2]];
  if (word?.term !== 'in' || (one?.term !== '1' && one?.term !== 'one') || !/^\d+$/.test(lexemes[k].term)) return false;
  return /^[ -]$/.test(folded.slice(end, word.start)) && /^[ -]$/.test(folded.slice(word.end, one.start));
}
