import { AttuneError, shown } from '../../errors.ts';
import { confidenceInterval, type Estimate } from '../../metrics/significance/confidence-interval.ts';
import { studentQuantile } from '../../numeric/distributions.ts';
import type { ErrorMeasure, Measure, MetricName } from '../measures.ts';
import type { LeftOut } from '../plan.ts';
import { measuresOf } from '../segments.ts';
import { formatReports } from './format.ts';
import { reportsToHtml } from './html.ts';

/** A mean, its interval, and how many users it is over. */
export interface ReportedValue extends Estimate {
  /** Users with a value. */
  users: number;
}

/** How an evaluation was done; part of every report, because figures of different protocols must not be compared. */
export interface EvaluationProtocol {
  /** What was ranked for each user, in words. */
  candidates: string;
  /** Where lists were cut. */
  k: number[];
  /** Test values from here on were relevant; undefined = all above 0. */
  relevantFrom: number | undefined;
  /** How gains entered `ndcg`. */
  gain: string;
  /** Whether items of the training data could be in the lists. */
  includeSeen: boolean;
  /** `'stored'` or `'fold-in'`. */
  users: string;
  /** Seed of samples and intervals. */
  seed: number;
  /** Confidence of the intervals. */
  level: number;
}

/** Everything a report is made of. */
export interface ReportContent {
  /** What was evaluated. */
  name: string;
  /** Metrics in the order asked for. */
  metrics: readonly MetricName[];
  /** What was measured, by key such as `ndcg@10`. */
  measures: ReadonlyMap<string, Measure>;
  /** Users that got a list, or, without lists, whose values were predicted. */
  users: number;
  /** Who and what did not take part, and why. */
  leftOut: LeftOut & {
    /** Test rows whose value the model could not predict. */
    unpredictedRows: number;
  };
  /** What a reader must know, in sentences. */
  warnings: readonly string[];
  /** How it was done. */
  protocol: EvaluationProtocol;
  /** How long it took. */
  seconds: number;
}

/** What {@link evaluate} found. Immutable; intervals are computed when they are first asked for. */
export class EvaluationReport {
  /** What was evaluated: the option `name`, or the model's kind. */
  readonly name: string;
  /** Metrics in the order asked for. */
  readonly metrics: readonly MetricName[];
  /** Users that got a list, or, without ranking metrics, whose values were predicted. */
  readonly users: number;
  /** Who and what did not take part, and why. */
  readonly leftOut: ReportContent['leftOut'];
  /** What a reader of the figures must know, in sentences. */
  readonly warnings: readonly string[];
  /** How it was done. */
  readonly protocol: EvaluationProtocol;
  /** How long it took. */
  readonly seconds: number;
  /** What was measured, by key such as `ndcg@10`, `rmse`. */
  readonly measures: ReadonlyMap<string, Measure>;
  readonly #values = new Map<string, ReportedValue>();
  readonly #content: ReportContent;

  /** `evaluate` makes reports; this is for those who measure by themselves. */
  constructor(content: ReportContent) {
    this.#content = content;
    this.name = content.name;
    this.metrics = content.metrics;
    this.users = content.users;
    this.leftOut = content.leftOut;
    this.warnings = content.warnings;
    this.protocol = content.protocol;
    this.seconds = content.seconds;
    this.measures = content.measures;
  }

  /** Keys of all that was measured, such as `ndcg@10`, in the order asked for. */
  get keys(): string[] {
    const own = [...this.measures.keys()];
    return this.metrics.flatMap((metric) => own.filter((key) => key === metric || key.startsWith(`${metric}@`)));
  }

  /**
   * A mean with its confidence interval (95 % unless `level` said otherwise), and the number of users behind it. For metrics with one
   * value a user see {@link confidenceInterval}. `rmse` and `mae` are over all rows; their interval lets users vary, not rows.
   * `coverage` and `gini` describe exactly these lists: low and high are the value itself.
   *
   * @param metric a name such as `'ndcg'`, or a name with its cut, `'ndcg@10'`.
   * @param k the cut; may be left out when there is only one.
   * @throws ERR_BAD_ARGUMENT when that was not measured, naming what was.
   */
  get(metric: MetricName | (string & {}), k?: number): ReportedValue {
    const key = this.keyOf(metric, k);
    let value = this.#values.get(key);
    if (!value) {
      value = estimate(this.measures.get(key) as Measure, this.protocol);
      this.#values.set(key, value);
    }
    return { ...value };
  }

  /**
   * The value of each user; users without one (NaN) are left out. For `rmse` and `mae` the error over that user's rows.
   * @throws ERR_BAD_ARGUMENT when it was not measured; ERR_NOT_SUPPORTED for `coverage` and `gini`, which no single user has.
   */
  perUser(metric: MetricName | (string & {}), k?: number): Map<string, number> {
    const key = this.keyOf(metric, k);
    const { users, values } = userValues(this.measures.get(key) as Measure, key);
    const result = new Map<string, number>();
    for (const [at, user] of users.entries()) if (!Number.isNaN(values[at])) result.set(user, values[at]);
    return result;
  }

  /** The key of a metric and a cut. @throws ERR_BAD_ARGUMENT when it was not measured. */
  keyOf(metric: string, k?: number): string {
    const { k: cuts } = this.protocol;
    const name = metric.split('@')[0];
    const candidates = [
      k === undefined ? metric : `${metric}@${k}`,
      ...(k === undefined && cuts.length === 1 ? [`${metric}@${cuts[0]}`] : []),
    ];
    if (name === 'rmse' || name === 'mae') candidates.push(name);
    const key = candidates.find((candidate) => this.measures.has(candidate));
    if (key !== undefined) return key;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `This report has no ${shown(candidates[0])}. It has ${this.keys.join(', ')}. Evaluate with that metric and k to get it.`,
    );
  }

  /**
   * The report by kind of user, such as new and known ones; each part is a report with its own means and intervals. `coverage` and
   * `gini` belong to all lists together and are not in the parts.
   * @param labelOf the segment of a user; undefined = in none.
   * @throws ERR_BAD_ARGUMENT
   */
  segments(labelOf: (user: string) => string | undefined): Record<string, EvaluationReport> {
    if (typeof labelOf !== 'function') {
      throw new AttuneError('ERR_BAD_ARGUMENT', `report.segments: expected a function of the user, got ${shown(labelOf)}.`);
    }
    const labels = new Map<string, string | undefined>();
    for (const { users } of this.measures.values()) for (const user of users) if (!labels.has(user)) labels.set(user, labelOf(user));
    const names = [...new Set(labels.values())].filter((label) => label !== undefined);
    const parts = names.map((name): [string, EvaluationReport] => {
      const measures = measuresOf(this.measures, (user) => labels.get(user) === name);
      const users = Math.max(0, ...[...measures.values()].map((measure) => measure.users.length));
      const leftOut = { withoutTest: 0, unknownUsers: 0, nothingRelevant: 0, notSampled: 0, alreadySeen: 0, unpredictedRows: 0 };
      return [name, new EvaluationReport({ ...this.#content, name: `${this.name}, ${name}`, measures, users, leftOut })];
    });
    return Object.fromEntries(parts);
  }

  /** A table for people. */
  toString(): string {
    return formatReports({ [this.name]: this });
  }

  /** The same as Markdown. */
  toMarkdown(): string {
    return formatReports({ [this.name]: this }, { format: 'markdown' });
  }

  /** One self-contained page with pictures. For several reports: {@link reportsToHtml}. */
  toHTML(): string {
    return reportsToHtml({ [this.name]: this });
  }

  /** Plain data; NaN becomes null. */
  toJSON(): ReportJson {
    const number = (value: number) => (Number.isNaN(value) ? null : value);
    const metrics = this.keys.map((key) => {
      const { mean, low, high, users } = this.get(key);
      return [key, { mean: number(mean), low: number(low), high: number(high), users }] as const;
    });
    const { name, users, leftOut, warnings, protocol, seconds } = this;
    return { name, metrics: Object.fromEntries(metrics), users, leftOut, warnings, protocol, seconds };
  }
}

/** What {@link EvaluationReport.toJSON} gives. */
export interface ReportJson extends Pick<EvaluationReport, 'name' | 'users' | 'leftOut' | 'warnings' | 'protocol' | 'seconds'> {
  /** By key such as `ndcg@10`. */
  metrics: Record<
    string,
    {
      /** Mean over the users. */
      mean: number | null;
      /** Lower end of the interval. */
      low: number | null;
      /** Upper end of the interval. */
      high: number | null;
      /** Users behind the mean. */
      users: number;
    }
  >;
}

/** One value a user. @throws ERR_NOT_SUPPORTED */
export function userValues(measure: Measure, key: string): { users: readonly string[]; values: Float64Array } {
  if (measure.kind === 'per-user') return measure;
  if (measure.kind === 'error') {
    const { users, sums, counts, root } = measure;
    const mean = sums.map((sum, at) => sum / counts[at]);
    return { users, values: root ? mean.map(Math.sqrt) : mean };
  }
  throw new AttuneError('ERR_NOT_SUPPORTED', `${key} belongs to all lists together; no single user has a value. Use get('${key}').`);
}

function estimate(measure: Measure, { level, seed }: EvaluationProtocol): ReportedValue {
  switch (measure.kind) {
    case 'overall':
      return { mean: measure.value, low: measure.value, high: measure.value, users: measure.users.length };
    case 'error':
      return errorEstimate(measure, level);
    default: {
      const values = measure.values.filter((value) => !Number.isNaN(value));
      return { ...confidenceInterval(values, { level, seed }), users: values.length };
    }
  }
}

/** Ratio of sums, users being the sampled units: linearization (Cochran, Sampling Techniques, 1977, ch. 6). */
function errorEstimate({ sums, counts, root }: ErrorMeasure, level: number): ReportedValue {
  const users = counts.reduce((count, rows) => (rows > 0 ? count + 1 : count), 0);
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = sums.reduce((total, sum) => total + sum, 0) / rows;
  let squares = 0;
  for (let at = 0; at < sums.length; at++) squares += (sums[at] - mean * counts[at]) ** 2;
  const half = users < 2 ? Number.NaN : (-studentQuantile((1 - level) / 2, users - 1) * Math.sqrt((squares * users) / (users - 1))) / rows;
  const shape = (value: number) => (root ? Math.sqrt(Math.max(0, value)) : Math.max(0, value));
  return { mean: shape(mean), low: shape(mean - half), high: shape(mean + half), users };
}
