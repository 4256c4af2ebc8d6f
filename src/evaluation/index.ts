export { type Activity, type DataReport, type Drift, describe } from './describe.ts';
export { evaluate } from './evaluate.ts';
export type { EvaluateOptions } from './evaluate-options.ts';
export type { Candidates, EvaluableRecommender, ListFunction, ListRequest, RankedItems } from './lists.ts';
export type { ErrorMeasure, Measure, OverallMeasure, PerUserMeasure } from './measures.ts';
export {
  type DefaultMetric,
  type DirectedMetric,
  type Direction,
  evaluationMetrics,
  type MetricKey,
  type MetricName,
  type SearchObjective,
} from './metric-names.ts';
export type { LeftOut } from './plan.ts';
export { type CompareOptions, type Comparison, compare, compareAll } from './report/compare.ts';
export type { EvaluationProtocol, ReadableReport, ReportContent, ReportedValue, ReportJson } from './report/contents.ts';
export { type FormatOptions, formatReports } from './report/format.ts';
export { reportsToHtml } from './report/html.ts';
export { EvaluationReport } from './report/report.ts';
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
