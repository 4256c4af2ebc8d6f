import { AttuneError, shown } from '../errors.ts';
import { anything, choice, number, optional, readOptions, text } from '../options.ts';
import {
  type DifferenceTest,
  fixedHorizonTest,
  type NonInferiorityTest,
  nonInferiority,
  type SequentialOptions,
  sequentialChecks,
  sequentialTest,
} from './difference-test.ts';
import type { Experiment } from './experiment.ts';
import { formatExperiment } from './format-experiment.ts';
import { cuped, type Moments, momentsOf } from './moments.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { type SampleRatioTest, sampleRatioTest } from './sample-ratio.ts';

/** What is known of an event; those of a data store have it. */
export interface LoggedEvent {
  /** Who. */
  user: string;
  /** What happened. */
  type: string;
  /** When, in milliseconds since 1970. */
  time: number;
  /** Anything else. */
  [field: string]: unknown;
}

/** What is measured of a user. */
export interface ExperimentMetric {
  /** Which events count. */
  event: string | readonly string[];
  /**
   * What one of them is worth; a user's value is their sum, such as revenue. Default: a user has converted (1) when there is one, else not (0).
   */
  value?: (event: LoggedEvent) => number;
  /** Which way is better. Default `'higher'`. */
  better?: 'higher' | 'lower';
  /** Makes it a guard rail: it need not improve, but must be shown not to be worse by this share of the control's mean. */
  margin?: number;
  /** Takes out how users differed before ({@link cuped}), by the same metric in so many milliseconds before their exposure. */
  beforeMs?: number;
}

/** Options of {@link analyzeExperiment}. */
export interface AnalyzeOptions extends SequentialOptions {
  /** Exposures, and what users did. Others are passed over. In any order. */
  events: Iterable<LoggedEvent> | AsyncIterable<LoggedEvent>;
  /** What is measured, by name. Decide on one before you look; each further one is another chance to be wrong. */
  metrics: Record<string, ExperimentMetric>;
  /**
   * How long after the first exposure events count for a user, in milliseconds. Only users whose time is over are analyzed, so that nobody's
   * value changes from one look to the next; that is what a sequential test rests on.
   */
  windowMs: number;
  /** The variant that others are compared with. Default the first. */
  control?: string;
  /** `'sequential'` (default): looks at any time. `'fixed-horizon'`: one look, at a time fixed before. */
  method?: 'sequential' | 'fixed-horizon';
  /** The time of the look, in milliseconds since 1970. Default now. */
  now?: number;
}

/** How one variant did in one metric against the control. */
export interface MetricResult extends DifferenceTest {
  /** Users of the control. */
  controlUsers: number;
  /** Users of the variant. */
  treatmentUsers: number;
  /** Significant, and in which way; `'undecided'` otherwise. */
  verdict: 'better' | 'worse' | 'undecided';
  /** For guard rails. */
  guardrail?: NonInferiorityTest;
}

/** What {@link analyzeExperiment} found. */
export interface ExperimentReport {
  /** Name of the experiment. */
  experiment: string;
  /** The variant that others are compared with. */
  control: string;
  /** How it was tested. */
  method: 'sequential' | 'fixed-horizon';
  /** Whether users arrived as the shares say. If not, nothing else here can be trusted. */
  sampleRatio: SampleRatioTest;
  /** Results by metric, then by variant. */
  metrics: Record<string, Record<string, MetricResult>>;
  /** Exposed users that did not take part, and why. */
  leftOut: Outcomes['leftOut'];
  /** A table and sentences for people. */
  toString(): string;
}

/**
 * How the variants of an experiment do, from what was logged: the first exposure of each user, and the events within `windowMs` after it.
 * With `maximumUsers` only so many users are analyzed, those exposed first. With several treatments `significance` is divided by their number (Bonferroni), so that it holds for all of them.
 *
 * @throws ERR_BAD_OPTION; ERR_NOT_SUPPORTED for `maximumUsers` with three variants; ERR_BAD_VALUE when `value` gives something else than a finite number;
 * ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming an event that counts by its number from 0.
 */
export async function analyzeExperiment(
  experiment: Pick<Experiment, 'name' | 'variants'>,
  options: AnalyzeOptions,
): Promise<ExperimentReport> {
  const o = readOptions('analyzeExperiment', options, checks);
  const names = Object.keys(experiment.variants);
  const control = o.control ?? names[0];
  if (!names.includes(control)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `analyzeExperiment: option 'control' must be one of ${names.join(', ')}, got ${shown(control)}.`,
    );
  }
  if (o.maximumUsers !== undefined && names.length > 2) {
    throw new AttuneError('ERR_NOT_SUPPORTED', "analyzeExperiment: option 'maximumUsers' needs exactly two variants. Leave it out.");
  }
  const outcomes = await outcomesOf(experiment, o);
  const treatments = names.filter((name) => name !== control);
  const significance = o.significance / treatments.length;
  const { expectedUsers, maximumUsers, minimumUsers } = o;
  const test = (a: Moments, b: Moments) =>
    o.method === 'sequential'
      ? sequentialTest(a, b, { significance, expectedUsers, maximumUsers, minimumUsers })
      : fixedHorizonTest(a, b, { significance });

  const metrics: ExperimentReport['metrics'] = {};
  for (const [name, metric] of Object.entries(o.metrics)) {
    const moments = momentsBy(outcomes, name, metric);
    const { better, margin } = metric;
    metrics[name] = {};
    for (const treatment of treatments) {
      const [a, b] = [moments[control], moments[treatment]];
      const found = test(a, b);
      const up = found.difference > 0 === (better === 'higher');
      metrics[name][treatment] = {
        ...found,
        controlUsers: a.users,
        treatmentUsers: b.users,
        verdict: !found.significant ? 'undecided' : up ? 'better' : 'worse',
        ...(margin !== undefined && { guardrail: nonInferiority(a, b, { margin, better, test }) }),
      };
    }
  }
  const report: ExperimentReport = {
    experiment: experiment.name,
    control,
    method: o.method,
    sampleRatio: sampleRatioTest(outcomes.exposed, experiment.variants),
    metrics,
    leftOut: outcomes.leftOut,
    toString: () => formatExperiment(report),
  };
  return report;
}

/** A metric after the checks. */
export interface ReadMetric {
  event: ReadonlySet<string>;
  value: ((event: LoggedEvent) => number) | undefined;
  better: 'higher' | 'lower';
  margin: number | undefined;
  beforeMs: number | undefined;
}

const checks = {
  ...sequentialChecks,
  events: anything<AnalyzeOptions['events']>(),
  metrics: readMetrics,
  windowMs: number({ above: 0 }),
  control: optional(text()),
  method: choice(['sequential', 'fixed-horizon'], 'sequential'),
  now: (value: unknown, name: string): number => number({ default: Date.now() })(value, name),
};

function readMetrics(value: unknown, name: string): Record<string, ReadMetric> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name} must name at least one metric, such as { conversion: { event: 'purchase' } }, got ${shown(value)}.`,
    );
  }
  const read = entries.map(([key, metric]) => {
    const { event, ...rest } = readOptions(`${name}, '${key}'`, metric, {
      event: anything<string | readonly string[]>(),
      value: anything<((event: LoggedEvent) => number) | undefined>(),
      better: choice(['higher', 'lower'], 'higher'),
      margin: optional(number({ above: 0 })),
      beforeMs: optional(number({ above: 0 })),
    });
    const types = typeof event === 'string' ? [event] : Array.isArray(event) ? event : [];
    if (types.length > 0 && types.every((type) => typeof type === 'string' && type !== '')) {
      return [key, { event: new Set<string>(types), ...rest }] as const;
    }
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name}, '${key}': option 'event' must be a type of event or a list of them, got ${shown(event)}.`,
    );
  });
  return Object.fromEntries(read);
}

function momentsBy({ groups }: Outcomes, metric: string, { beforeMs }: ReadMetric): Record<string, Moments> {
  const columns = Object.entries(groups).map(([variant, users]) => [variant, users[metric]] as const);
  if (beforeMs !== undefined) return cuped(Object.fromEntries(columns));
  return Object.fromEntries(columns.map(([variant, { values }]) => [variant, momentsOf(values, `analyzeExperiment, ${variant}`)]));
}
