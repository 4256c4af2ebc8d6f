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
 * A price out of '$12.99', '₹1,245', '12,99 €', 'from $8.99'; of a range, '$10.00 - $25.00', the lower end. undefined
 * when nothing is given, null when something is that is no price (a page's style sheet, 'Currently unavailable').
 */
export function priceOf(value: unknown): number | null | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? value : null;
  if (typeof value !== 'string' || /^\s*(none|null|nan|n\/a|-|—)?\s*$/i.test(value)) return undefined;
  const text = westernDigits(value).trim();
  if (text.length > 60) return null;
  const number = /(?:^|[^\d.,])(\.?\d[\d.,]*)/.exec(text)?.[1].replace(/[.,]+$/, '');
  if (number === undefined || /^[^\d$€£₹¥]*[a-z]{4,}/i.test(text.replace(priceWords, ''))) return null;
  const cents = /[.,](\d{1,2})$/.exec(number);
  const whole = (cents ? number.slice(0, cents.index) : number).replace(/[.,]/g, '');
  const price = Number(`${whole}.${cents?.[1] ?? 0}`);
  return Number.isFinite(price) && price > 0 ? price : null;
}

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

/** Milliseconds since 1970 out of seconds, milliseconds, ISO text, or '08 22, 2013'. undefined when it is none. */
export function timeOf(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  const number = numberOf(value);
  if (number !== undefined) {
    // 1e11 seconds is the year 5138, 1e11 milliseconds is 1973: nothing between is meant.
    const time = Math.abs(number) < 1e11 ? number * 1000 : number;
    return Math.abs(time) <= 8.64e15 ? Math.round(time) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const american = /^\s*(\d{1,2})[ /-](\d{1,2}),?[ /-](\d{4})\s*$/.exec(value);
  if (american) return validDate(Number(american[3]), Number(american[1]), Number(american[2]));
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(value) ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(time) ? undefined : time;
}

/** true or false from the spellings that files use; undefined when there is none. */
export function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'string') return undefined;
  if (/^\s*(true|yes|y|1)\s*$/i.test(value)) return true;
  return /^\s*(false|no|n|0)\s*$/i.test(value) ? false : undefined;
}

function validDate(year: number, month: number, day: number): number | undefined {
  const time = Date.UTC(year, month - 1, day);
  return new Date(time).getUTCMonth() === month - 1 ? time : undefined;
}
