import { AttuneError, shown } from '../errors.ts';
import { anything, choice, number, optional, readOptions, text } from '../options.ts';
import { fixedHorizonTest, nonInferiority, type SequentialOptions, sequentialChecks, sequentialTest } from './difference-test.ts';
import type { EventKeys, LoggedEvent } from './events.ts';
import type { Experiment } from './experiment.ts';
import { type ExperimentMetric, type ReadMetric, readMetrics } from './experiment-metrics.ts';
import type { ExperimentReport } from './experiment-report.ts';
import { formatExperiment } from './format-experiment.ts';
import { cuped, type Moments, momentsOf } from './moments.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { sampleRatioTest } from './sample-ratio.ts';
import { readShares } from './shares.ts';

/** Options of {@link analyzeExperiment}. */
export interface AnalyzeOptions<E extends EventKeys = LoggedEvent> extends SequentialOptions {
  /** Exposures and the events of users, in any order. Other events are ignored. */
  events: Iterable<E> | AsyncIterable<E>;
  /** What is measured, by name. Decide on one before you look; each further one is another chance to be wrong. */
  metrics: Record<string, ExperimentMetric<E>>;
  /**
   * How long after the first exposure events count for a user, in milliseconds. Only users whose window is over are analyzed, so that no user's
   * value changes between looks; a sequential test relies on that.
   */
  windowMs: number;
  /** The variant that others are compared with. Default the first. */
  control?: string | undefined;
  /** `'sequential'` (default): looks at any time. `'fixed-horizon'`: one look, at a time fixed before. */
  method?: 'sequential' | 'fixed-horizon' | undefined;
  /** The time of the look, in milliseconds since 1970. Default now. */
  now?: number | undefined;
}

/**
 * Compares the variants of an experiment from logged events: the first exposure of each user, and the events within `windowMs` after it.
 * With `maximumUsers`, only that many users are analyzed, those exposed first. With several treatments `significance` is divided by their number (Bonferroni), so that it holds for all of them.
 *
 * @throws ERR_BAD_OPTION; ERR_NOT_SUPPORTED for `maximumUsers` with three variants; ERR_BAD_VALUE when `value` gives something else than a finite number;
 * ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming an event that counts by its number from 0, such as one without a `timestamp`.
 */
export async function analyzeExperiment<E extends EventKeys = LoggedEvent>(
  experiment: Pick<Experiment, 'name' | 'variants'>,
  options: AnalyzeOptions<E>,
): Promise<ExperimentReport> {
  const o = readOptions('analyzeExperiment', options, checks);
  text()(experiment?.name, 'analyzeExperiment: name of the experiment');
  const names = Object.keys(readShares(experiment.variants, 'analyzeExperiment: variants of the experiment'));
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

const checks = {
  ...sequentialChecks,
  events: anything<Iterable<EventKeys> | AsyncIterable<EventKeys>>(),
  metrics: readMetrics,
  windowMs: number({ above: 0 }),
  control: optional(text()),
  method: choice(['sequential', 'fixed-horizon'], 'sequential'),
  now: (value: unknown, name: string): number => number({ default: Date.now() })(value, name),
};

function momentsBy({ groups }: Outcomes, metric: string, { beforeMs }: ReadMetric): Record<string, Moments> {
  const columns = Object.entries(groups).map(([variant, users]) => [variant, users[metric]] as const);
  if (beforeMs !== undefined) return cuped(Object.fromEntries(columns));
  return Object.fromEntries(columns.map(([variant, { values }]) => [variant, momentsOf(values, `analyzeExperiment, ${variant}`)]));
}
