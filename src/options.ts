import { AttuneError, shown } from './errors.ts';

/** Turns what a caller gave for one option into what the code uses, or throws. `name` is for the message. */
export type Check<T> = (value: unknown, name: string) => T;

/**
 * Reads an options object: fills defaults, checks types and ranges, refuses unknown names (a typo that trains the wrong
 * model costs a day).
 *
 * @throws ERR_BAD_OPTION naming the owner, the option, what was expected and what came.
 */
export function readOptions<S extends Record<string, Check<unknown>>>(
  owner: string,
  given: unknown,
  checks: S,
): { [K in keyof S]: ReturnType<S[K]> } {
  const options = checkOptions(owner, given);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(checks, name)) continue;
    const known = Object.keys(checks);
    const near = nearestWord(name, known);
    const hint = near ? `Did you mean '${near}'?` : `It knows ${known.map((k) => `'${k}'`).join(', ')}.`;
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: unknown option '${name}'. ${hint}`);
  }
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(checks)) result[name] = checks[name](options[name], `${owner}: option '${name}'`);
  return result as { [K in keyof S]: ReturnType<S[K]> };
}

/** An object with names, which lists, maps and promises are not: nothing of theirs would be read. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(Symbol.iterator in value || 'then' in value);

/** The options, or none. @throws ERR_BAD_OPTION for what is no object with names */
export function checkOptions(owner: string, given: unknown): Record<string, unknown> {
  if (given === undefined) return {};
  if (isRecord(given)) return given;
  throw new AttuneError('ERR_BAD_OPTION', `${owner}: expected an options object, got ${shown(given)}.`);
}

/** The word that was meant by one that is not known: the same in other letters, or at most two letters off. */
export const nearestWord = (word: string, known: readonly string[]): string | undefined =>
  known.find((k) => k.toLowerCase() === word.toLowerCase()) ?? known.find((k) => distance(k, word) <= 2);

/** A finite number in [min, max]; `above` and `below` instead of `min` and `max` exclude the bound. */
export function number(spec: {
  default?: number;
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  integer?: boolean;
}): Check<number> {
  const { min, max, above, below } = spec as Required<typeof spec>; // comparing with a bound that is not given is false
  return (value, name) => {
    if (value === undefined && spec.default !== undefined) return spec.default;
    if (typeof value === 'number' && Number.isFinite(value) && (!spec.integer || Number.isInteger(value))) {
      if (!(value < min || value > max || value <= above || value >= below)) return value;
    }
    const low = bound('above', above) || bound('from', min);
    const high = bound('below', below) || bound('up to', max);
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a ${spec.integer ? 'whole ' : ''}number${low}${high}, got ${shown(value)}.`);
  };
}

const bound = (word: string, limit: number | undefined) => (limit === undefined ? '' : ` ${word} ${limit}`);

/** A whole number in [min, max]. */
export const integer = (spec: { default?: number; min?: number; max?: number }): Check<number> => number({ ...spec, integer: true });

/** One of a few words (or other primitive values). */
export function choice<const T extends string | number | boolean>(values: readonly T[], fallback?: T): Check<T> {
  return (value, name) => {
    if (value === undefined && fallback !== undefined) return fallback;
    if (values.includes(value as T)) return value as T;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be one of ${values.map(shown).join(', ')}, got ${shown(value)}.`);
  };
}

/** true or false. */
export const flag = (fallback: boolean): Check<boolean> => choice([true, false], fallback);

/** Any text, or one that is not empty. */
export function text(spec: { default?: string; allowEmpty?: boolean } = {}): Check<string> {
  return (value, name) => {
    if (value === undefined && spec.default !== undefined) return spec.default;
    if (typeof value === 'string' && (spec.allowEmpty || value !== '')) return value;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a text${spec.allowEmpty ? '' : ' that is not empty'}, got ${shown(value)}.`);
  };
}

/** A function, or nothing. @typeParam F its type */
// biome-ignore lint/suspicious/noExplicitAny: the caller names the function's type.
export function callback<F extends (...args: any[]) => unknown>(): Check<F | undefined> {
  return (value, name) => {
    if (value === undefined || typeof value === 'function') return value as F | undefined;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a function, got ${shown(value)}.`);
  };
}

/** An AbortSignal, or nothing. */
export const abortSignal: Check<AbortSignal | undefined> = (value, name) => {
  if (value === undefined || (typeof value === 'object' && value !== null && 'aborted' in value)) return value as AbortSignal | undefined;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an AbortSignal, got ${shown(value)}.`);
};

/** Accepts any value unchecked; whoever uses the value validates it. */
export function anything<T = unknown>(fallback?: T): Check<T> {
  return (value) => (value === undefined ? fallback : value) as T;
}

/** Applies the check, or passes undefined through when no value was given. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, name) => (value === undefined ? undefined : check(value, name));
}

const threadCount = integer({ min: 1, max: 256 });
const seedNumber = number({ default: 0 });

/** Number of threads, or `'auto'` (default): all cores when there is enough data to make it worthwhile. */
export const threads: Check<number | 'auto'> = (value, name) =>
  value === undefined || value === 'auto' ? 'auto' : threadCount(value, name);

/** Seed of all random draws: a finite number or a string. Default 0. */
export const seed: Check<number | string> = (value, name) => (typeof value === 'string' ? value : seedNumber(value, name));

/** What happens on unknown ids. Default `'throw'`. */
export const onUnknown = choice(['throw', 'empty'] as const, 'throw');

/** Checks and defaults of the options that every family of recommenders takes. */
export const recommenderOptions = { seed, threads, onUnknown };

/** Options that every long-running operation takes. */
export const workOptions = {
  /** Aborts the work. */
  signal: abortSignal,
  /** Called with the progress so far. */
  onProgress: callback<(progress: Progress) => void>(),
};

/** What `onProgress` receives. */
export interface Progress {
  /** What is being done, for example 'reading' or 'training'. */
  phase: string;
  /** How much of it is done, in the units of `total`. */
  done: number;
  /** The total amount of work, or undefined while it is not known. */
  total?: number;
  /** Anything else that a phase reports, such as `loss`. */
  [more: string]: unknown;
}

/** Levenshtein distance, for "did you mean". */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    previous = row;
  }
  return previous[b.length];
}

/**
 * Rejects values that are not iterable, and plain strings, which would be read letter by letter.
 * @param owner the function that received it, for the message
 * @param what what it should contain, such as `item ids`
 * @throws ERR_BAD_ARGUMENT
 */
export function checkIterable<T>(owner: string, what: string, value: Iterable<T>): Iterable<T> {
  if (typeof value === 'object' && typeof value?.[Symbol.iterator] === 'function') return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an array or another iterable of ${what}, got ${shown(value)}.`);
}

/** The same, also where what comes is waited for. */
export function checkRows<R extends Iterable<unknown> | AsyncIterable<unknown>>(owner: string, what: string, value: R): R {
  if (typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an iterable or async iterable of ${what}, got ${shown(value)}.`);
}

/** An object whose keys are names. */
export function checkNamed<T extends object>(owner: string, what: string, value: T): T {
  if (isRecord(value)) return value;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected ${what} by name, got ${shown(value)}.`);
}

/** A typed array of a kind. @throws ERR_BAD_ARGUMENT */
export function checkTyped<T>(owner: string, type: abstract new (length: number) => T, value: T): void {
  if (!(value instanceof type)) throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected ${type.name}, got ${shown(value)}.`);
}
