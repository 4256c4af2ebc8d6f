import type { Estimate } from '../../metrics/significance/confidence-interval.ts';
import type { Measure } from '../measures.ts';
import type { MetricName } from '../metric-names.ts';
import type { LeftOut } from '../plan.ts';

/** A mean, its interval, and how many users it is over. */
export interface ReportedValue extends Estimate {
  /** Users with a value. */
  users: number;
}

/** How an evaluation was done; part of every report, because figures of different protocols must not be compared. */
export interface EvaluationProtocol {
  /** What was ranked for each user, in words. */
  candidates: string;
  /** Where lists were cut. */
  k: number[];
  /** Test values from here on were relevant; undefined = all above 0. */
  relevantFrom: number | undefined;
  /** How gains entered `ndcg`. */
  gain: string;
  /** Whether items of the training data could be in the lists. */
  includeSeen: boolean;
  /** `'stored'` or `'fold-in'`. */
  users: string;
  /** Seed of samples and intervals. */
  seed: number;
  /** Confidence of the intervals. */
  level: number;
}

/** Everything a report is made of. */
export interface ReportContent<M extends MetricName = MetricName> {
  /** What was evaluated. */
  name: string;
  /** Metrics in the order asked for. */
  metrics: readonly M[];
  /** What was measured, by key such as `ndcg@10`. */
  measures: ReadonlyMap<string, Measure>;
  /** Users that got a list, or, without lists, whose values were predicted. */
  users: number;
  /** Users and rows that were not evaluated, by reason. */
  leftOut: LeftOut & {
    /** Test rows whose value the model could not predict. */
    unpredictedRows: number;
  };
  /** Warnings for readers of the figures, in sentences. */
  warnings: readonly string[];
  /** How it was done. */
  protocol: EvaluationProtocol;
  /** How long it took. */
  seconds: number;
}

/** What tables and pages read of a report; every `EvaluationReport` has it. */
export interface ReadableReport extends Pick<ReportContent, 'measures' | 'users' | 'leftOut' | 'warnings' | 'protocol'> {
  /** Keys of all that was measured, in the order asked for. */
  readonly keys: string[];
  /** The value of a key. */
  get(key: string): ReportedValue;
}

/** What {@link EvaluationReport} gives. */
export interface ReportJson extends Pick<ReportContent, 'name' | 'users' | 'leftOut' | 'warnings' | 'protocol' | 'seconds'> {
  /** By key such as `ndcg@10`. */
  metrics: Record<
    string,
    {
      /** Mean over the users. */
      mean: number | null;
      /** Lower end of the interval. */
      low: number | null;
      /** Upper end of the interval. */
      high: number | null;
      /** Users behind the mean. */
      users: number;
    }
  >;
}
