import { AttuneError, shown } from '../errors.ts';
import { numberOfText } from './number-text.ts';
import { isCalendarNumber, parseAnyTime, parseTime } from './times.ts';

/** What a number that stands for a time counts since 1970; `'auto'` tells them apart by the whole column. */
export type TimestampUnit = 'auto' | 's' | 'ms' | 'us' | 'ns';

/** All units. */
export const timestampUnits: readonly TimestampUnit[] = ['auto', 's', 'ms', 'us', 'ns'];

/** Nanoseconds to microseconds first: a number holds those of today to a quarter of one. */
const toMilliseconds = {
  s: (n: number) => n * 1000,
  ms: (n: number) => n,
  us: (n: number) => n / 1000,
  ns: (n: number) => Math.round(n / 1000) / 1000,
};
const unitNames = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' };
type Unit = keyof typeof unitNames;

/**
 * The units in which a number would be a time from March 1973 to the year 5138, by its size. Smaller numbers are no evidence: they are
 * a 0 that stands for nothing, a moment of the first years, or the steps of made-up data.
 */
const units: readonly Unit[] = ['s', 'ms', 'us', 'ns'];
const largest = [1e8, 1e11, 1e14, 1e17];
/** One in this many numbers may be of another size before the column is taken as mixed, or as the steps of made-up data. */
const tolerated = 50;
/** The range of Date. */
const maxTime = 8.64e15;

/** Numbers of one size, and where the first of them was. */
interface Seen {
  count: number;
  row: number;
  value: unknown;
}

/** Reads the times of all rows one after the other, and tells in the end what their numbers count. */
export class TimeColumn {
  readonly notices: string[] = [];
  readonly #unit: TimestampUnit;
  readonly #needed: boolean;
  readonly #skip: boolean;
  readonly #sizes: Seen[] = Array.from({ length: 5 }, () => ({ count: 0, row: -1, value: undefined }));
  #years = 0;
  #timed = 0;
  #untimed = 0;
  /** Where numbers give way to other forms or the other way round; a column nearly always has one form. */
  readonly #turns: number[] = [];
  #numeric = true;

  /**
   * @param needed whether the caller named the column.
   * @param skip whether bad rows are left out, so that the rest counts as if they had not been there.
   */
  constructor(unit: TimestampUnit, needed: boolean, skip: boolean) {
    this.#unit = unit;
    this.#needed = needed;
    this.#skip = skip;
  }

  /** @returns the time, in the column's own unit for now, or NaN for none. @throws ERR_BAD_VALUE naming the row */
  read(value: unknown, row: number): number {
    const none = value === undefined || value === null || (typeof value === 'string' && !this.#needed && value.trim() === '');
    if (none && !this.#needed) {
      if (this.#timed > 0 && !this.#skip) throw mixedPresence(row, false);
      this.#untimed++;
      return Number.NaN;
    }
    if (this.#untimed > 0 && !this.#skip) throw mixedPresence(row, true);
    const n = numberOf(value);
    if (n === undefined) {
      const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseTime(value) : undefined;
      if (time === undefined || Number.isNaN(time)) throw noTime(value, row);
      this.#turn(false);
      this.#timed++;
      return time;
    }
    const time = this.#unit === 'auto' ? n : toMilliseconds[this.#unit](n);
    if (this.#unit === 'auto') this.#observe(n, value, row);
    else if (!(Math.abs(time) <= maxTime)) throw noTime(value, row, unitNames[this.#unit]);
    this.#turn(true);
    this.#timed++;
    return time;
  }

  /**
   * The time of a number of which others of its size came before, likewise; undefined for one that needs a closer look, which is for
   * {@link read}. Only large numbers, so that neither years nor calendar dates are among them.
   */
  readAlike(n: number): number | undefined {
    if (!(n >= largest[0] && this.#timed > 0 && this.#untimed === 0 && this.#numeric)) return undefined;
    const time = this.#unit === 'auto' ? n : toMilliseconds[this.#unit](n);
    if (this.#unit !== 'auto') {
      if (!(time <= maxTime)) return undefined;
    } else {
      const seen = this.#sizes[sizeOf(n)];
      if (seen.count === 0) return undefined;
      seen.count++;
    }
    this.#timed++;
    return time;
  }

  /**
   * Brings the times into milliseconds.
   * @param times what {@link read} gave for each row, or undefined when no row has a time.
   * @returns the positions of rows that do not fit the others (only when bad rows are left out), or undefined.
   */
  finish(times: Float64Array | undefined): Set<number> | undefined {
    if (!times) return undefined;
    const odd = new Set<number>();
    const keepTimed = this.#timed >= this.#untimed;
    if (this.#untimed > 0) for (let k = 0; k < times.length; k++) if (Number.isNaN(times[k]) === keepTimed) odd.add(k);
    const unit = this.#unit === 'auto' ? this.#unitOfColumn() : undefined;
    if (unit) {
      this.#forNumbers(times, (k) => {
        if (this.#skip && this.#isOdd(times[k], unit)) odd.add(k);
        times[k] = toMilliseconds[unit](times[k]);
      });
    }
    return odd.size > 0 ? odd : undefined;
  }

  #turn(numeric: boolean): void {
    if (numeric === this.#numeric) return;
    this.#numeric = numeric;
    this.#turns.push(this.#timed + this.#untimed);
  }

  #forNumbers(times: Float64Array, visit: (position: number) => void): void {
    let numeric = true;
    for (let k = 0, turn = 0; k < times.length; k++) {
      for (; this.#turns[turn] === k; turn++) numeric = !numeric;
      if (numeric) visit(k);
    }
  }

  #observe(n: number, value: unknown, row: number): void {
    if (!(Math.abs(n) <= 1e20) || isCalendarNumber(n)) throw noTime(value, row);
    if (n >= 1900 && n <= 2100 && Number.isInteger(n)) this.#years++;
    const seen = this.#sizes[sizeOf(n)];
    if (n !== 0 && seen.count++ === 0) {
      seen.row = row;
      seen.value = value;
    }
  }

  #unitOfColumn(): Unit {
    const [small, ...sized] = this.#sizes;
    const main = sized.reduce((best, seen, k) => (seen.count > sized[best].count ? k : best), 0);
    const { count, value, row } = sized[main];
    if (count === 0) {
      if (this.#years > 0 && this.#years === small.count) throw noTime(small.value, small.row);
      if (small.count > 0) this.notices.push(`Times are taken as milliseconds since 1970: none is later than 2 January 1970. ${say}`);
      return 'ms';
    }
    const unit = units[main];
    if (unit === 's' && small.count * tolerated > count) {
      this.notices.push(`Times are taken as milliseconds since 1970, all of the first weeks of that year. ${say}`);
      return 'ms';
    }
    const other = sized.find((seen, k) => k !== main && seen.count > (this.#skip ? count / tolerated : 0));
    if (other) {
      const is = unitNames[unit];
      const or = unitNames[units[sized.indexOf(other)]];
      throw new AttuneError(
        'ERR_BAD_VALUE',
        `Row ${other.row}: expected a timestamp in ${is} like ${shown(value)} of row ${row}, got ${shown(other.value)}, which looks like ${or}. Bring them into one unit; if they are in one, say which by timestampUnit.`,
      );
    }
    if (unit !== 'ms') this.notices.push(`Times were read as ${unitNames[unit]} since 1970, such as ${shown(value)} in row ${row}. ${say}`);
    return unit;
  }

  #isOdd(n: number, unit: Unit): boolean {
    const size = sizeOf(n);
    return size > 0 && units[size - 1] !== unit && this.#sizes[units.indexOf(unit) + 1].count > this.#sizes[size].count;
  }
}

const say = "Name the unit with timestampUnit: 's', 'ms', 'us' or 'ns' to be sure.";

/** Milliseconds since 1970 of a number, a Date, or a text; undefined for anything else. A number is taken as milliseconds. */
export const readTime = (value: unknown): number | undefined => timeOf(value, parseTime);

/** The same for a few values, in pages too: see `parseAnyTime`. */
export const readOneTime = (value: unknown): number | undefined => timeOf(value, parseAnyTime);

function timeOf(value: unknown, parse: typeof parseTime): number | undefined {
  const n = numberOf(value);
  if (n !== undefined) return Number.isFinite(n) && !(typeof value === 'string' && isCalendarNumber(n)) ? n : undefined;
  const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? parse(value) : undefined;
  return Number.isNaN(time) ? undefined : time;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' ? numberOfText(value) : undefined;
}

/** 0 for what could be in any unit, else 1 plus the position of the unit. */
function sizeOf(n: number): number {
  const size = Math.abs(n);
  return size < largest[0] ? 0 : size < largest[1] ? 1 : size < largest[2] ? 2 : size < largest[3] ? 3 : 4;
}

function mixedPresence(row: number, timed: boolean): AttuneError {
  const expected = timed ? 'no timestamp, as the rows before it have none' : 'a timestamp, as the rows before it have one';
  return new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected ${expected}. Give all rows a time or none, or pass onBadRow: 'skip' to leave out the fewer.`,
  );
}

function noTime(value: unknown, row: number, unit?: string): AttuneError {
  const expected = unit
    ? `a timestamp in ${unit} since 1970`
    : 'a timestamp (seconds, milliseconds, microseconds or nanoseconds since 1970, a Date, or a text such as 2014-01-05 10:00:00)';
  return new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected ${expected}, got ${shown(value)}. Pass timestamp: (row) => ... to convert it, repair the row, or pass onBadRow: 'skip'.`,
  );
}
