/** Runs, curves, artifacts and registered models of training. Trackers: in memory here, in files in `attune/node`, on a server in `attune/mlflow`. */
export { type FormatRunsOptions, formatRuns } from '../tracking/format-runs.ts';
export { memoryTracker } from '../tracking/memory-tracker.ts';
export { type TrialTracking, tracked, trackTrials } from '../tracking/tracked.ts';
export type * from '../tracking/tracker.ts';
