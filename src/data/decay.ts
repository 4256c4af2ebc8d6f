import { AttuneError, shown } from '../errors.ts';

const millisecondsPerDay = 86_400_000;

/** Options of `Interactions.decayed`. */
export interface DecayOptions {
  /** Days after which a value counts half. Above 0. */
  halfLifeDays: number;
  /** Where age is counted from: milliseconds since 1970 or a Date. Default: the time of the newest row. */
  until?: number | Date | undefined;
}

/** A time in milliseconds. @throws ERR_BAD_OPTION */
export function timeOption(value: unknown, name: string): number {
  const time = value instanceof Date ? value.getTime() : value;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be milliseconds since 1970 or a Date, got ${shown(value)}.`);
}

/** The values, halved for every half-life that has passed. @throws ERR_BAD_ARGUMENT without times */
export function decayedValues(
  { values, timestamps }: { values: Float32Array; timestamps: Float64Array | undefined },
  { halfLifeDays, until }: { halfLifeDays: number; until: number | undefined },
): Float32Array {
  if (!timestamps) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      'Interactions.decayed: expected rows with times, got none. Name their column with the option timestamp.',
    );
  }
  const end = until ?? timestamps.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  return values.map((value, row) => value * 0.5 ** (Math.max(0, end - timestamps[row]) / (halfLifeDays * millisecondsPerDay)));
}
