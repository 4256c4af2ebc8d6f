import { checkIsInteractions } from '../data/check-interactions.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError } from '../errors.ts';
import { giniOf } from '../metrics/beyond-accuracy/exposure.ts';
import { percentile } from '../metrics/significance/confidence-interval.ts';
import { readOptions } from '../options.ts';
import { barsSvg } from './report/bars-svg.ts';

/** Number of rows per user (or item). */
export interface Activity {
  /** The smallest number. */
  min: number;
  /** Half of them have at most this many. */
  median: number;
  /** The mean. */
  mean: number;
  /** 90 % of them have at most this many. */
  p90: number;
  /** The largest number. */
  max: number;
  /** Fraction of them with a single row. */
  singles: number;
}

/** How the second half of the time differs from the first. */
export interface Drift {
  /** Where the halves (by rows) meet, in milliseconds since 1970. */
  at: number;
  /** Fraction of the later rows whose item had no earlier row. */
  newItems: number;
  /** Fraction of the later rows whose user had no earlier row. */
  newUsers: number;
  /** Jensen-Shannon divergence of the popularity of items in bits: 0 = the same, 1 = nothing in common. */
  popularityShift: number;
  /** Mean value of the later rows minus that of the earlier ones. */
  meanValueChange: number;
}

/** What {@link describe} finds. */
export interface DataReport {
  /** Number of users. */
  users: number;
  /** Number of items. */
  items: number;
  /** Number of rows. */
  rows: number;
  /** Rows over users times items. */
  density: number;
  /** Rows that were left out when the data was read. */
  skipped: number;
  /** Rows that became one with another of their (user, item) pair when the data was read. */
  duplicates: number;
  /** Rows per user. */
  perUser: Activity;
  /** Rows per item. */
  perItem: Activity;
  /** Gini index of the rows of items: 0 = all alike. */
  gini: number;
  /** Fraction of all rows that belongs to the most popular 1 % and 10 % of the items. */
  topShare: {
    /** Of the most popular 1 %. */
    onePercent: number;
    /** Of the most popular 10 %. */
    tenPercent: number;
  };
  /** Ratings, counts or weights. */
  values: {
    /** The smallest. */
    min: number;
    /** The largest. */
    max: number;
    /** The mean over all rows. */
    mean: number;
    /** One bar per value up to twenty different ones, else twenty bars of equal width. */
    histogram: {
      /** The value, or the lower end of the bar. */
      value: number;
      /** How many rows. */
      rows: number;
    }[];
  };
  /** First and last time in milliseconds since 1970, when there are times. */
  period?: {
    /** The first. */
    from: number;
    /** The last. */
    to: number;
  };
  /** Only with at least two different times. */
  drift?: Drift;
  /** Pictures, each a self-contained SVG text. */
  pictures: {
    /** Rows by value. */
    values: string;
    /** Users by number of rows. */
    perUser: string;
    /** Share of the rows by tenth of the items. */
    longTail: string;
  };
  /** The figures for people. */
  toString(): string;
}

/**
 * Describes interactions before a model is trained on them: size, sparsity, long tail, activity, values, and what changes over time.
 * @param options none exist yet; any key is rejected.
 * @throws ERR_EMPTY without rows; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function describe(interactions: Interactions, options: Record<string, never> = {}): DataReport {
  checkIsInteractions('describe', interactions);
  readOptions('describe', options, {});
  const { userCount, itemCount, size, byUser, byItem, timestamps } = interactions;
  if (size === 0) throw new AttuneError('ERR_EMPTY', 'describe: expected interactions with at least one row, got none.');
  const users = rowCounts(byUser.offsets);
  const items = rowCounts(byItem.offsets);
  const share = (part: number) => items.slice(-Math.max(1, Math.round(itemCount * part))).reduce((sum, rows) => sum + rows, 0) / size;
  const values = valuesOf(interactions);
  const cut = timestamps && cutOf(timestamps);
  const drift = timestamps && cut !== undefined ? driftOf(interactions, timestamps, cut) : undefined;
  const report = {
    users: userCount,
    items: itemCount,
    rows: size,
    density: size / userCount / itemCount,
    skipped: interactions.skipped,
    duplicates: interactions.duplicates,
    perUser: activityOf(users),
    perItem: activityOf(items),
    gini: giniOf(items.slice(), itemCount),
    topShare: { onePercent: share(0.01), tenPercent: share(0.1) },
    values,
    ...(timestamps && { period: { from: timestamps.reduce((a, b) => Math.min(a, b)), to: timestamps.reduce((a, b) => Math.max(a, b)) } }),
    ...(drift && { drift }),
    pictures: {
      values: barsSvg(
        'Rows by value',
        values.histogram.map(({ value, rows }) => ({ label: short(value), amount: rows })),
      ),
      perUser: barsSvg('Users by number of rows', byPowerOfTwo(users)),
      longTail: barsSvg('Share of rows by tenth of the items, most popular first', tenths(items)),
    },
  };
  return { ...report, toString: () => textOf(report) };
}

/** Rows of each, ascending. */
function rowCounts(offsets: Int32Array): Float64Array {
  return Float64Array.from({ length: offsets.length - 1 }, (_, at) => offsets[at + 1] - offsets[at]).sort();
}

function activityOf(sorted: Float64Array): Activity {
  const singles = sorted.findIndex((rows) => rows > 1);
  return {
    min: sorted[0],
    median: percentile(sorted, 0.5),
    mean: sorted.reduce((sum, rows) => sum + rows, 0) / sorted.length,
    p90: percentile(sorted, 0.9),
    max: sorted[sorted.length - 1],
    singles: (singles < 0 ? sorted.length : singles) / sorted.length,
  };
}

/** One bar per value up to twenty different ones, else twenty bars of equal width, named by their lower end. */
function valuesOf({ values }: Interactions): DataReport['values'] {
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const distinct = new Set<number>();
  for (const value of values) if (distinct.size <= 20) distinct.add(value);
  const width = (max - min) / 20;
  const place =
    distinct.size <= 20 ? (value: number) => value : (value: number) => min + width * Math.min(19, Math.floor((value - min) / width));
  const counts = new Map<number, number>();
  for (const value of values) counts.set(place(value), (counts.get(place(value)) ?? 0) + 1);
  const histogram = [...counts].sort(([a], [b]) => a - b).map(([value, rows]) => ({ value, rows }));
  return { min, max, mean, histogram };
}

/**
 * Where the later half begins: the median moment. When most rows share the first moment, such as that of an import, there is nothing before it, and
 * the next moment is taken; undefined when there is none.
 */
function cutOf(timestamps: Float64Array): number | undefined {
  const sorted = timestamps.slice().sort();
  const median = sorted[sorted.length >> 1];
  return median > sorted[0] ? median : sorted.find((time) => time > median);
}

function driftOf(
  { itemIndices, userIndices, values, itemCount, userCount, size }: Interactions,
  timestamps: Float64Array,
  at: number,
): Drift {
  const before = { items: new Float64Array(itemCount), users: new Uint8Array(userCount), rows: 0, sum: 0 };
  const after = new Float64Array(itemCount);
  for (let row = 0; row < size; row++) {
    if (timestamps[row] >= at) continue;
    before.items[itemIndices[row]]++;
    before.users[userIndices[row]] = 1;
    before.rows++;
    before.sum += values[row];
  }
  const later = size - before.rows;
  let [newItems, newUsers, sum] = [0, 0, 0];
  for (let row = 0; row < size; row++) {
    if (timestamps[row] < at) continue;
    after[itemIndices[row]]++;
    sum += values[row];
    if (before.items[itemIndices[row]] === 0) newItems++;
    if (before.users[userIndices[row]] === 0) newUsers++;
  }
  let shift = 0;
  const part = (p: number, m: number) => (p > 0 ? (p / 2) * Math.log2(p / m) : 0);
  for (let item = 0; item < itemCount; item++) {
    const p = before.items[item] / before.rows;
    const q = after[item] / later;
    shift += part(p, (p + q) / 2) + part(q, (p + q) / 2);
  }
  return {
    at,
    newItems: newItems / later,
    newUsers: newUsers / later,
    popularityShift: shift,
    meanValueChange: sum / later - before.sum / before.rows,
  };
}

function byPowerOfTwo(sorted: Float64Array): { label: string; amount: number }[] {
  const bars: { label: string; amount: number }[] = [];
  for (let low = 1; low <= sorted[sorted.length - 1]; low *= 2) {
    const amount = sorted.filter((rows) => rows >= low && rows < low * 2).length;
    bars.push({ label: low === 1 ? '1' : `${low}–${low * 2 - 1}`, amount });
  }
  return bars;
}

function tenths(ascending: Float64Array): { label: string; amount: number }[] {
  const total = ascending.reduce((sum, rows) => sum + rows, 0);
  const size = ascending.length;
  return Array.from({ length: 10 }, (_, tenth) => {
    const part = ascending.slice(size - Math.round(((tenth + 1) * size) / 10), size - Math.round((tenth * size) / 10));
    return { label: `${tenth + 1}`, amount: part.reduce((sum, rows) => sum + rows, 0) / total };
  });
}

function textOf(report: Omit<DataReport, 'toString'>): string {
  const { users, items, rows, density, perUser, perItem, values, gini, topShare, period, drift, skipped, duplicates } = report;
  const activity = ({ min, median, mean, p90, max, singles }: Activity) =>
    `min ${min}, median ${short(median)}, mean ${short(mean)}, 90 % up to ${short(p90)}, max ${max}; a single row: ${percent(singles)}`;
  const lines: [string, string][] = [
    [
      'Size',
      `${count(users)} users, ${count(items)} items, ${count(rows)} rows, density ${percent(density)}${skipped > 0 ? `, ${count(skipped)} bad rows skipped` : ''}${duplicates > 0 ? `, ${count(duplicates)} duplicates merged` : ''}`,
    ],
    ['Rows per user', activity(perUser)],
    ['Rows per item', activity(perItem)],
    [
      'Long tail',
      `top 1 % of the items: ${percent(topShare.onePercent)} of the rows, top 10 %: ${percent(topShare.tenPercent)}, Gini ${gini.toFixed(3)}`,
    ],
    ['Values', `${short(values.min)} to ${short(values.max)}, mean ${short(values.mean)}`],
  ];
  if (period) lines.push(['Time', `${date(period.from)} to ${date(period.to)}`]);
  if (drift) {
    lines.push([
      'Drift',
      `after ${date(drift.at)}: ${percent(drift.newItems)} of the rows on new items, ${percent(drift.newUsers)} by new users, popularity shift ${drift.popularityShift.toFixed(3)} bits, mean value ${drift.meanValueChange < 0 ? '−' : '+'}${Math.abs(drift.meanValueChange).toFixed(3)}`,
    ]);
  }
  return lines.map(([name, text]) => `${name.padEnd(14)}${text}`).join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(3))} %`;
}

function date(time: number): string {
  const day = new Date(time);
  return Number.isNaN(day.getTime()) ? String(time) : day.toISOString().slice(0, 10);
}
