export { type Activity, type DataReport, type Drift, describe } from './describe.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
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
export { type CompareOptions, type Comparison, compare, compareAll } from './report/compare.ts';
export { type FormatOptions, formatReports } from './report/format.ts';
export { reportsToHtml } from './report/html.ts';
export { type EvaluationProtocol, EvaluationReport, type ReportContent, type ReportedValue, type ReportJson } from './report/report.ts';
export { type HalvingSearchOptions, type HalvingSetting, halvingSearch } from './tuning/halving.ts';
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
} from './tuning/search.ts';
export type { FittableRecommender, Trial, TuningOptions, TuningResult } from './tuning/trials.ts';
