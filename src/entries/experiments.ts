/** A/B tests from the division of users to the analysis, sequential tests, sample sizes, and off-policy evaluation. */
export { type AnalyzeOptions, analyzeExperiment } from '../experiments/analyze.ts';
export {
  type DifferenceTest,
  type FixedHorizonOptions,
  fixedHorizonTest,
  type NonInferiorityTest,
  type SequentialOptions,
  sequentialTest,
} from '../experiments/difference-test.ts';
export type { EventKeys, LoggedEvent } from '../experiments/events.ts';
export * from '../experiments/experiment.ts';
export type { ExperimentMetric } from '../experiments/experiment-metrics.ts';
export type { ExperimentReport, LeftOutUsers, MetricResult } from '../experiments/experiment-report.ts';
export { type Conversions, cuped, type Moments, type PairedValues, type Sample } from '../experiments/moments.ts';
export { type LoggedChoice, type OffPolicyOptions, type OffPolicyValue, offPolicyValue } from '../experiments/off-policy.ts';
export * from '../experiments/sample-ratio.ts';
export * from '../experiments/sample-size.ts';
