import type { DifferenceTest, NonInferiorityTest } from './difference-test.ts';
import type { SampleRatioTest } from './sample-ratio.ts';

/** How one variant did in one metric against the control. */
export interface MetricResult extends DifferenceTest {
  /** Users of the control. */
  controlUsers: number;
  /** Users of the variant. */
  treatmentUsers: number;
  /** Significant, and in which way; `'undecided'` otherwise. */
  verdict: 'better' | 'worse' | 'undecided';
  /** For guardrail metrics. */
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
  /** Exposed users that were not analyzed, by reason. */
  leftOut: LeftOutUsers;
  /** A plain-text table with sentences. */
  toString(): string;
}

/** Exposed users that were not analyzed, by reason. */
export interface LeftOutUsers {
  /** Their window is not over. */
  notYetOver: number;
  /** They saw more than one variant. */
  severalVariants: number;
  /** They saw a variant that the experiment does not have. */
  unknownVariant: number;
  /** They came after the first `maximumUsers`. */
  afterMaximum: number;
}
