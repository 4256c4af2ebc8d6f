export { type AnalyzeOptions, analyzeExperiment } from './analyze.ts';
export { type ClickModel, type ClickModelOptions, type ClickQuality, type ExpectedClicks, fitClickModel } from './clicks/model.ts';
export type { ClickSession } from './clicks/sessions.ts';
export { type Ranking, type SimulatedRanker, type SimulatedValue, type SimulateOptions, simulateClicks } from './clicks/simulate.ts';
export {
  type DifferenceTest,
  type FixedHorizonOptions,
  fixedHorizonTest,
  type NonInferiorityTest,
  type SequentialOptions,
  sequentialTest,
} from './difference-test.ts';
export type { EventKeys, LoggedEvent } from './events.ts';
export * from './experiment.ts';
export type { ExperimentMetric } from './experiment-metrics.ts';
export type { ExperimentReport, LeftOutUsers, MetricResult } from './experiment-report.ts';
export { type Conversions, cuped, type Moments, type PairedValues, type Sample } from './moments.ts';
export * from './sample-ratio.ts';
export * from './sample-size.ts';
