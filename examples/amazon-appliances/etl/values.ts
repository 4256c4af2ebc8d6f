/** The first value that is there: not missing, not empty, not the text None. */
export function firstOf(row: Record<string, unknown>, names: readonly string[]): unknown {
  for (const name of names) {
    if (!Object.hasOwn(row, name)) continue;
    const value = row[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && /^\s*(none|null|nan|n\/a)?\s*$/i.test(value)) continue;
    return value;
  }
  return undefined;
}

/** A number, also out of text with separators of thousands, American or Indian: '1,28,941'. undefined when it is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!/^[-+]?(\d[\d,]*)?(\.\d+)?(e[-+]?\d+)?$/i.test(text) || !/\d/.test(text)) return undefined;
  return Number(text.replaceAll(',', ''));
}

/**
 * A price out of '$12.99', '₹1,245', '12,99 €', '12.9900', '1.2e3', '49¢', 'from $8.99'; of a range, '$10.00 - $25.00', the lower end.
 * undefined when nothing is given, null when something is that is no price (a page's style sheet, 'Currently unavailable', '-5').
 */
export function priceOf(value: unknown): number | null | undefined {
  if (typeof value === 'number') return positive(value);
  if (typeof value !== 'string' || /^\s*(none|null|nan|n\/a|-|—)?\s*$/i.test(value)) return undefined;
  const text = westernDigits(value).trim();
  if (text.length > 60 || /^[$€£₹¥]?\s*[-\u2212]\s*[$€£₹¥]?\s*[.\d]/.test(text)) return null;
  if (/^[$€£₹¥]?\s*\d+(\.\d+)?e[-+]?\d+$/i.test(text)) return positive(Number(text.replace(/^\D+/, '')));
  const number = /(?:^|[^\d.,])([.,]?\d[\d.,]*)/.exec(text.replace(/([a-z])\.(?=\s*\d)/gi, '$1 '))?.[1].replace(/[.,]+$/, '');
  if (number === undefined || /^[^\d$€£₹¥]*[a-z]{4,}/i.test(text.replace(priceWords, ''))) return null;
  const cents = /[.,](\d{1,2}|\d{4,})$/.exec(number); // three digits are thousands, four are how databases write decimals
  const whole = (cents ? number.slice(0, cents.index) : number).replace(/[.,]/g, '');
  const price = Number(`${whole}.${cents?.[1] ?? 0}`);
  return positive(/^[.\d]+\s*(¢|cents?\b)/i.test(text) ? price / 100 : price);
}

const positive = (price: number) => (Number.isFinite(price) && price > 0 ? price : null);

/** What stands before a price, in the languages of Amazon's shops. */
const priceWords =
  /^(from|price|list|now|only|starting at|ab|preis|nur|prix|à partir de|dès|precio|desde|prezzo|preço|usd|eur|euros?|inr|rupees?)\b:?\s*/i;

/** Digits of Arabic, Persian, Hindi and full width as those of ASCII, their separators too, and no blank or apostrophe between groups of three. */
function westernDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g, (digit) =>
      String((digit.charCodeAt(0) - (digit < '\u06f0' ? 0x660 : digit < '\u0966' ? 0x6f0 : 0x966)) & 15),
    )
    .replace(/\u066b/g, '.')
    .replace(/\u066c/g, ',')
    .replace(/(\d)[\s'’](?=\d{3}(?!\d))/g, '$1');
}

/** A number of things: as {@link numberOf}, but a point between groups of three separates thousands, as in '1.234'. */
export function countOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return numberOf(value);
  const text = westernDigits(value).trim();
  return numberOf(/^\d{1,3}([.,]\d{3})+$/.test(text) ? text.replace(/[.,]/g, '') : text);
}

/**
 * Milliseconds since 1970 out of seconds, milliseconds, microseconds, an ISO text, '08 22, 2013', or a date with the name of its month; a text
 * without a zone is UTC. undefined for all else, because a wrong time does more harm than none.
 */
export function timeOf(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  const number = numberOf(value);
  if (number !== undefined) return typeof value === 'string' && number >= 1900 && number <= 2100 ? undefined : timeOfNumber(number);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const american = /^(\d{1,2}) (\d{1,2}), ?(\d{4})$/.exec(text);
  if (american) return validTime(american[3], american[1], american[2]);
  const iso =
    /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(?:Z|UTC|GMT|([+-])(\d{2}):?(\d{2})?)?$/i.exec(
      text,
    );
  if (iso) {
    const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '0', sign, zoneHour = '0', zoneMinute = '0'] = iso;
    const time = validTime(year, month, day, hour, minute, second);
    const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1);
    return time === undefined ? undefined : time + Math.floor(1000 * Number(`0.${fraction}`)) - offset;
  }
  if (!namedDate.test(text)) return undefined;
  const time = Date.parse(/(?:GMT|UTC|Z|[+-]\d{4})(?:\s*\([^)]*\))?$/i.test(text) ? text : `${text} UTC`);
  return Number.isNaN(time) ? undefined : time;
}

/** 'Mar 14, 2021', '14 March 2021 02:30', 'Sun, 14 Mar 2021 02:30:00 GMT', 'Sun Mar 14 2021 02:30:00 GMT+0100 (CET)' */
const namedDate =
  /^(?:[a-z]{3,9},?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?[\s-]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+\d{1,2}),?[\s-]+\d{4}(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?)?(?:\s*(?:GMT|UTC|Z)?(?:[+-]\d{4})?(?:\s*\([^)]*\))?)?$/i;

/** 1e11 seconds is the year 5138 and 1e11 milliseconds 1973: nothing between is meant; likewise for the smaller units. */
function timeOfNumber(number: number): number | undefined {
  const size = Math.abs(number);
  const isDate = Number.isInteger(number) && size >= 19_000_101 && size <= 21_001_231;
  if (isDate && validTime(String(number).slice(0, 4), String(number).slice(4, 6), String(number).slice(6)) !== undefined) return undefined; // 20200102
  const time = size < 1e11 ? number * 1000 : size < 1e14 ? number : size < 1e17 ? number / 1000 : number / 1e6;
  return Math.abs(time) <= 8.64e15 ? Math.round(time) : undefined;
}

/** true or false from the spellings that files use; undefined when there is none. */
export function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'string') return undefined;
  if (/^\s*(true|yes|y|1)\s*$/i.test(value)) return true;
  return /^\s*(false|no|n|0)\s*$/i.test(value) ? false : undefined;
}

/** The time of a date that the calendar has, in UTC. */
function validTime(year: string, month: string, day: string, hour = '0', minute = '0', second = '0'): number | undefined {
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(time);
  const isValid =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  return isValid ? time : undefined;
}
