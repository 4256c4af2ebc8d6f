/** Moments written as text. A moment without a zone is UTC, on whatever machine it is read: `Date.parse` takes the zone of the machine. */

const months = 'january february march april may june july august september october november december'.split(' ');
const zone = String.raw`\s*(Z|UTC|GMT)?\s*([+-](?:0\d|1[0-8])(?::?[0-5]\d)?)?(?:\s*\([^)]*\))?`;
const clock = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([ap])\.?m\.?)?${zone})?`;
/** ISO 8601, with a blank for the T as pandas and SQL write it, and with slashes where the year leads. */
const isoText = new RegExp(String.raw`^([+-]\d{6}|\d{4})(?:([-/])(\d{1,2})(?:\2(\d{1,2}))?)?${clock}$`, 'i');
/** ISO 8601 without separators: `20140105T100000Z`. */
const compactText = new RegExp(String.raw`^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?()()${zone}$`, 'i');
/** `5 Jan 2014`, `Sun, 05 Jan 2014 10:00:00 GMT`: the month as a word, so that it cannot be mistaken for the day. */
const dayMonthYear = new RegExp(String.raw`^(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3,9})\.?,?[ -](\d{4})${clock}$`, 'i');
/** `Jan 5, 2014`, `Sun Jan 05 2014 10:00:00 GMT+0100 (CET)`. */
const monthDayYear = new RegExp(String.raw`^(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2}),? (\d{4})${clock}$`, 'i');
/** `Sun Jan 05 10:00:00 +0000 2014`: the year at the end, as C and Twitter write it. */
const yearLast = new RegExp(String.raw`^(?:[a-z]{3,9},? )?([a-z]{3,9}) {1,2}(\d{1,2}) (\d{1,2}):(\d{2}):(\d{2})()()${zone} (\d{4})$`, 'i');

/** Milliseconds since 1970 (with a fraction where the text has microseconds), or undefined for what is no unambiguous moment. */
export function parseTime(text: string): number | undefined {
  return plainIso(text) ?? parseAnyTime(text);
}

/** The same for few texts: what is quick with the usual forms stays out of the pages that need no more. */
export function parseAnyTime(text: string): number | undefined {
  const trimmed = text.trim();
  const iso = isoText.exec(trimmed);
  if (iso) {
    const [, year, , month = '1', day = '1', ...rest] = iso;
    return moment(Number(year), Number(month), Number(day), rest);
  }
  const compact = compactText.exec(trimmed);
  if (compact) return moment(Number(compact[1]), Number(compact[2]), Number(compact[3]), compact.slice(4));
  const dayFirst = dayMonthYear.exec(trimmed);
  if (dayFirst) return moment(Number(dayFirst[3]), monthNumber(dayFirst[2]), Number(dayFirst[1]), dayFirst.slice(4));
  const monthFirst = monthDayYear.exec(trimmed);
  if (monthFirst) return moment(Number(monthFirst[3]), monthNumber(monthFirst[1]), Number(monthFirst[2]), monthFirst.slice(4));
  const last = yearLast.exec(trimmed);
  if (last) return moment(Number(last.at(-1)), monthNumber(last[1]), Number(last[2]), last.slice(3, -1));
  return undefined;
}

/** Whether a whole number is a calendar date written as yyyymmdd, which no unit of time since 1970 makes plausible. */
export function isCalendarNumber(n: number): boolean {
  if (!(n >= 19000101 && n <= 21001231 && Number.isInteger(n))) return false;
  return moment(Math.floor(n / 10000), Math.floor(n / 100) % 100, n % 100, []) !== undefined;
}

/** The usual forms by letters, six times as fast as a regular expression: `yyyy-mm-dd`, then perhaps ` hh:mm:ss` and `Z`. */
function plainIso(text: string): number | undefined {
  const { length } = text;
  if (length !== 10 && length !== 19 && length !== 20) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return undefined; // the rest is checked the long way
  if (length === 10) return Date.UTC(year, month - 1, day);
  const between = text.charCodeAt(10);
  if ((between !== 32 && between !== 84) || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  if (length === 20 && text.charCodeAt(19) !== 90) return undefined;
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  return hour < 24 && minute < 60 && second < 60 ? Date.UTC(year, month - 1, day, hour, minute, second) : undefined;
}

/** The number of some digits, NaN when there is anything else. */
function digits(text: string, from: number, to: number): number {
  let n = 0;
  for (let k = from; k < to; k++) {
    const digit = text.charCodeAt(k) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    n = 10 * n + digit;
  }
  return n;
}

/** @param rest hour, minute, second, fraction, half of the day, name of the zone, offset; each may be missing. */
function moment(year: number, month: number, day: number, rest: (string | undefined)[]): number | undefined {
  const [given = '0', minute = '0', second = '0', fraction = '', half, , offset] = rest;
  const hour = half ? hourOf(Number(given), half) : Number(given);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined; // 30 February
  if (!(hour <= 23) || Number(minute) > 59 || Number(second) > 59) return undefined;
  const time = date.getTime() + ((hour * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  return time + Number(fraction.padEnd(9, '0')) / 1e6 - offsetMinutes(offset) * 60_000;
}

/** The hour of a clock with two halves: 12 am is 0, and 12 pm is 12. NaN for an hour that it has not. */
function hourOf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function offsetMinutes(offset: string | undefined): number {
  if (!offset) return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', ''));
  return offset[0] === '-' ? -minutes : minutes;
}

/** 1 to 12, or 0, which is no month. */
function monthNumber(word: string): number {
  return months.findIndex((name) => name.startsWith(word.toLowerCase())) + 1;
}
