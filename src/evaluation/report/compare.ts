import { AttuneError, shown } from '../../errors.ts';
import { holm } from '../../metrics/significance/holm.ts';
import { type PairedTest, type PairedTestOptions, pairedTest } from '../../metrics/significance/paired-test.ts';
import { checkNamed, checkOptions, number } from '../../options.ts';
import type { Measure } from '../measures.ts';
import { directionOf, type MetricKey, type MetricName } from '../metric-names.ts';
import { userValues } from './estimates.ts';
import type { EvaluationReport } from './report.ts';

/** Options of {@link compare}. */
export interface CompareOptions extends PairedTestOptions {
  /** Below this p-value a difference counts. Default 0.05. */
  alpha?: number | undefined;
}

/** What {@link compare} found. `difference` is a - b: it and `effectSize` are positive when a has the larger values. `summary` puts the better one first. */
export interface Comparison extends PairedTest {
  /** Name of the first report. */
  a: string;
  /** Name of the second report. */
  b: string;
  /** Key of the metric, such as `ndcg@10`. */
  metric: string;
  /** Number of users in both reports; the same as `pairs`. */
  users: number;
  /** Mean of the first report over those users. */
  meanA: number;
  /** Mean of the second report over them. */
  meanB: number;
  /** Which is better, or `'neither'` when the p-value is not below `alpha`, or the metric has no better side. */
  better: 'a' | 'b' | 'neither';
  /** The p-value after Holm's correction; only from {@link compareAll}. */
  adjustedPValue?: number;
  /** The verdict as a sentence. */
  summary: string;
}

const alphaCheck = number({ default: 0.05, above: 0, below: 1 });

/**
 * Whether one model is better than another: a paired test on the users that both reports have (see {@link pairedTest}).
 * For `rmse` and `mae` it compares the errors of users, each user counting once.
 *
 * @param metric such as `'ndcg@10'`; the cut may be left out when there is only one.
 * @throws ERR_BAD_OPTION; ERR_BAD_ARGUMENT when a report lacks the metric; ERR_EMPTY when no user is in both; ERR_NOT_SUPPORTED for coverage and gini.
 */
export function compare<A extends MetricName, B extends MetricName>(
  a: EvaluationReport<A>,
  b: EvaluationReport<B>,
  metric: MetricKey<A & B>,
  options: CompareOptions = {},
): Comparison {
  const { alpha: given, ...test } = checkOptions('compare', options) as CompareOptions;
  const alpha = alphaCheck(given, "compare: option 'alpha'");
  for (const report of [a, b]) {
    if (typeof report?.keyOf === 'function') continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `compare: expected two reports of evaluate(), got ${shown(report)}.`);
  }
  const key = a.keyOf(metric);
  const pairs = sharedValues(a, b, key, b.keyOf(metric));
  const result = pairedTest(pairs.a, pairs.b, test);
  const means = { meanA: mean(pairs.a), meanB: mean(pairs.b) };
  return judged({ ...result, a: a.name, b: b.name, metric: key, users: result.pairs, ...means, better: 'neither', summary: '' }, alpha);
}

/**
 * Each pair of several reports, with p-values corrected for their number (Holm). With `baseline` only the pairs (report, baseline),
 * which leaves more power.
 *
 * @param reports by name.
 * @throws as {@link compare}; ERR_BAD_ARGUMENT for an unknown baseline.
 */
export function compareAll(
  reports: Record<string, EvaluationReport>,
  metric: MetricKey,
  options: CompareOptions & { baseline?: string | undefined } = {},
): Comparison[] {
  const { baseline, ...rest } = checkOptions('compareAll', options) as typeof options;
  const names = Object.keys(checkNamed('compareAll', 'reports', reports));
  if (baseline !== undefined && !names.includes(baseline)) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `compareAll: expected the baseline to be one of ${names.join(', ')}, got ${shown(baseline)}.`,
    );
  }
  const pairs = names.flatMap((a, at) =>
    baseline === undefined ? names.slice(at + 1).map((b) => [a, b]) : a === baseline ? [] : [[a, baseline]],
  );
  const comparisons = pairs.map(([a, b]) => ({ ...compare(reports[a], reports[b], metric, rest), a, b }));
  const adjusted = holm(comparisons.map(({ pValue }) => pValue));
  return comparisons.map((comparison, at) => judged({ ...comparison, adjustedPValue: adjusted[at] }, rest.alpha ?? 0.05));
}

/** Fills in the winner and the sentence. */
function judged(found: Comparison, alpha: number): Comparison {
  const p = found.adjustedPValue ?? found.pValue;
  const direction = directionOf(found.metric);
  const larger = found.difference > 0 ? 'a' : 'b';
  const better = !(p < alpha) || direction === 'neither' ? 'neither' : direction === 'higher' ? larger : larger === 'a' ? 'b' : 'a';
  // The sentence is about its first name, so the figures are, too: first - second, whichever of the reports that is.
  const swapped = better === 'b';
  const [first, second] = swapped ? [found.b, found.a] : [found.a, found.b];
  const [difference, low, high, effect] = swapped
    ? [-found.difference, -found.high, -found.low, -found.effectSize]
    : [found.difference, found.low, found.high, found.effectSize];
  const evidence = `${pText(p)}${found.adjustedPValue === undefined ? '' : ' (Holm)'}, dz = ${signed(effect, 2)} (${effectWord(effect)}), ${countOfUsers(found.users)}`;
  const figures = Number.isNaN(low) ? signed(difference) : `${signed(difference)} [${signed(low)}, ${signed(high)}]`; // one user has no interval
  const verdict =
    better !== 'neither'
      ? `${first} is better than ${second}`
      : p < alpha
        ? `${first} and ${second} differ`
        : `No difference between ${first} and ${second} is shown`;
  const metric = `${found.metric}${direction === 'lower' ? ' (lower is better)' : ''}`;
  return { ...found, better, summary: `${verdict} in ${metric}: ${first} - ${second} = ${figures}, ${evidence}.` };
}

const countOfUsers = (users: number) => `${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}`;

/** Values of the users that both have, in one order. */
function sharedValues(a: EvaluationReport, b: EvaluationReport, keyA: string, keyB: string): { a: number[]; b: number[] } {
  const first = userValues(a.measures.get(keyA) as Measure, keyA);
  const second = userValues(b.measures.get(keyB) as Measure, keyB);
  const same = first.users.length === second.users.length && first.users.every((user, at) => user === second.users[at]);
  const place = same ? undefined : new Map(second.users.map((user, at) => [user, at]));
  const shared = { a: [] as number[], b: [] as number[] };
  for (let at = 0; at < first.users.length; at++) {
    const other = place ? place.get(first.users[at]) : at;
    if (other === undefined || Number.isNaN(first.values[at]) || Number.isNaN(second.values[other])) continue;
    shared.a.push(first.values[at]);
    shared.b.push(second.values[other]);
  }
  if (shared.a.length > 0) return shared;
  throw new AttuneError('ERR_EMPTY', `compare: no user has ${keyA} in both reports. Evaluate both models on the same test part.`);
}

/** Cohen's words for a standardized difference (Statistical Power Analysis, 1988). */
function effectWord(effect: number): string {
  const size = Math.abs(effect);
  return size < 0.2 ? 'negligible' : size < 0.5 ? 'small' : size < 0.8 ? 'medium' : 'large';
}

function pText(p: number): string {
  return p < 1e-12 ? 'p < 1e-12' : `p = ${p < 0.001 ? p.toExponential(1) : p.toFixed(3)}`;
}

/** A figure with its sign; none where it rounds to 0. */
function signed(value: number, digits = 4): string {
  const figure = Math.abs(value).toFixed(digits);
  return Number(figure) === 0 ? figure : `${value < 0 ? '−' : '+'}${figure}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
