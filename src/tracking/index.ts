export { type FormatRunsOptions, formatRuns } from './format-runs.ts';
export { memoryTracker } from './memory-tracker.ts';
export { type TrialTracking, tracked, trackTrials } from './tracked.ts';
export type * from './tracker.ts';
