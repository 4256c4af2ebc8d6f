import { AttuneError, shown } from '../../errors.ts';
import type { Measure } from '../measures.ts';
import type { MetricKey, MetricName } from '../metric-names.ts';
import { measuresOf } from '../segments.ts';
import type { EvaluationProtocol, ReportContent, ReportedValue, ReportJson } from './contents.ts';
import { estimate, userValues } from './estimates.ts';
import { formatReports } from './format.ts';
import { reportsToHtml } from './html.ts';

/** What {@link evaluate} found. Immutable; intervals are computed when they are first asked for. */
export class EvaluationReport<M extends MetricName = MetricName> {
  /** What was evaluated: the option `name`, or the model's kind. */
  readonly name: string;
  /** Metrics in the order asked for. */
  readonly metrics: readonly M[];
  /** Users that got a list, or, without ranking metrics, whose values were predicted. */
  readonly users: number;
  /** Users and rows that were not evaluated, by reason. */
  readonly leftOut: ReportContent['leftOut'];
  /** Warnings for readers of the figures, in sentences. */
  readonly warnings: readonly string[];
  /** How it was done. */
  readonly protocol: EvaluationProtocol;
  /** How long it took. */
  readonly seconds: number;
  /** What was measured, by key such as `ndcg@10`, `rmse`. */
  readonly measures: ReadonlyMap<string, Measure>;
  readonly #values = new Map<string, ReportedValue>();
  readonly #content: ReportContent<M>;

  /** `evaluate` makes reports; use this to wrap measurements of your own. */
  constructor(content: ReportContent<M>) {
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
  get keys(): MetricKey<M>[] {
    const own = [...this.measures.keys()] as MetricKey<M>[];
    return this.metrics.flatMap((metric) => own.filter((key) => key === metric || key.startsWith(`${metric}@`)));
  }

  /**
   * A mean with its confidence interval (95 % unless `level` said otherwise), and the number of users behind it. For metrics with one
   * value per user see `confidenceInterval`. `rmse` and `mae` are over all rows; their interval lets users vary, not rows.
   * `coverage` and `gini` describe exactly these lists: low and high are the value itself.
   *
   * @param metric a name such as `'ndcg'`, or a name with its cut, `'ndcg@10'`.
   * @param k the cut; may be left out when there is only one.
   * @throws ERR_BAD_ARGUMENT when that was not measured, naming what was.
   */
  get(metric: MetricKey<M>, k?: number): ReportedValue {
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
  perUser(metric: MetricKey<M>, k?: number): Map<string, number> {
    const key = this.keyOf(metric, k);
    const { users, values } = userValues(this.measures.get(key) as Measure, key);
    const result = new Map<string, number>();
    for (const [at, user] of users.entries()) if (!Number.isNaN(values[at])) result.set(user, values[at]);
    return result;
  }

  /** The key of a metric and a cut. @throws ERR_BAD_ARGUMENT when it was not measured. */
  keyOf(metric: string, k?: number): string {
    if (typeof metric !== 'string' || (k !== undefined && !Number.isInteger(k)))
      throw new AttuneError('ERR_BAD_ARGUMENT', `report: expected the name of a metric and a cut, got ${shown(metric)} and ${shown(k)}.`);
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
  segments(labelOf: (user: string) => string | undefined): Record<string, EvaluationReport<M>> {
    if (typeof labelOf !== 'function') {
      throw new AttuneError('ERR_BAD_ARGUMENT', `report.segments: expected a function of the user, got ${shown(labelOf)}.`);
    }
    const labels = new Map<string, string | undefined>();
    for (const { users } of this.measures.values()) for (const user of users) if (!labels.has(user)) labels.set(user, labelOf(user));
    const names = [...new Set(labels.values())].filter((label) => label !== undefined);
    const wrong: unknown = names.find((name) => !['string', 'number', 'boolean'].includes(typeof name));
    if (wrong !== undefined)
      throw new AttuneError('ERR_BAD_ARGUMENT', `report.segments: expected texts or undefined as labels, got ${shown(wrong)}.`);
    const parts = names.map((name): [string, EvaluationReport<M>] => {
      const measures = measuresOf(this.measures, (user) => labels.get(user) === name);
      const users = Math.max(0, ...[...measures.values()].map((measure) => measure.users.length));
      const leftOut = { withoutTest: 0, unknownUsers: 0, nothingRelevant: 0, notSampled: 0, alreadySeen: 0, unpredictedRows: 0 };
      return [name, new EvaluationReport({ ...this.#content, name: `${this.name}, ${name}`, measures, users, leftOut })];
    });
    return Object.fromEntries(parts);
  }

  /** A plain-text table. */
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
