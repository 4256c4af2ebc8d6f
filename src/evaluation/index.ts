export { type CompareOptions, type Comparison, compare, compareAll } from './compare.ts';
export { type Activity, type DataReport, type Drift, describe } from './describe.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export { type FormatOptions, formatReports } from './format.ts';
export { type HalvingSearchOptions, type HalvingSetting, halvingSearch } from './halving.ts';
export { reportsToHtml } from './html.ts';
export type { Candidates, EvaluableRecommender, ListFunction, ListRequest, RankedItems } from './lists.ts';
export {
  type Direction,
  type ErrorMeasure,
  evaluationMetrics,
  type Measure,
  type MetricName,
  type OverallMeasure,
  type PerUserMeasure,
} from './measures.ts';
export type { LeftOut } from './plan.ts';
export { type EvaluationProtocol, EvaluationReport, type ReportContent, type ReportedValue, type ReportJson } from './report.ts';
export {
  type GridSearchOptions,
  type GridSetting,
  gridSearch,
  type NumberRange,
  type ParameterDistribution,
  type Plain,
  type RandomSearchOptions,
  randomSearch,
  type SearchGrid,
  type SearchSpace,
  type SpaceSetting,
} from './search.ts';
export * from './tracking/index.ts';
export type { FittableRecommender, Trial, TuningOptions, TuningResult } from './trials.ts';
