import type { EvaluationReport } from '../evaluation/report/report.ts';
import type { Progress } from '../options.ts';

/**
 * Records experiments and their results: {@link memoryTracker}, `fileTracker` (`attune/node`), `mlflowTracker` (`attune/mlflow`), or
 * one of your own. All have the same guarantees and limits, so that a program can switch between them.
 */
export interface Tracker {
  /** Opens a run. @throws ERR_BAD_OPTION; ERR_STORE when the tracker cannot be reached. */
  start(options: RunOptions): Promise<Run>;
  /** All runs, or those of one experiment, in the order in which they were started. @throws ERR_BAD_OPTION */
  runs(options?: {
    /** Name of the experiment. */
    experiment?: string | undefined;
  }): Promise<RunRecord[]>;
  /** What a run logged under one name, by step, then by time. Empty when it logged nothing under it. @throws ERR_NOT_FOUND */
  curve(run: string, metric: string): Promise<CurvePoint[]>;
  /** Names of the artifacts of a run, in alphabetical order. @throws ERR_NOT_FOUND */
  artifacts(run: string): Promise<string[]>;
  /** The bytes of an artifact. @throws ERR_NOT_FOUND */
  artifact(run: string, name: string): Promise<Uint8Array>;
  /** A registered model: `name` (the newest version), `name@3`, or `name@alias`. @throws ERR_NOT_FOUND */
  model(reference: string): Promise<RegisteredModel>;
}

/** Options of {@link Tracker.start}. */
export interface RunOptions {
  /** What runs that are to be compared have in common: up to 250 characters. */
  experiment: string;
  /** Name of the run. Default the experiment's. */
  name?: string | undefined;
  /** Settings, as in {@link Run.parameters}. */
  parameters?: object | undefined;
  /** Labels, as in {@link Run.tags}. */
  tags?: Record<string, string> | undefined;
}

/**
 * One run. Names of metrics, parameters and tags are up to 250 letters, digits, `_`, `-`, `.`, `:`, spaces, `/` between parts that are not
 * empty, and `@` before a digit (`ndcg@10`). After `end` everything throws ERR_NOT_SUPPORTED.
 */
export interface Run {
  /** Names the run in its tracker. */
  readonly id: string;
  /**
   * Takes values now and writes them in order; does not wait for them to arrive. What could not be written is thrown by the next call that
   * returns a promise. NaN and infinite values are kept as they are.
   * @throws ERR_BAD_ARGUMENT for a bad name or something that is not a number.
   */
  log(metrics: Record<string, number>, options?: LogOptions): void;
  /**
   * Passed as `onProgress`, logs every number that a phase reports besides `done` and `total`, with `done` as its step: the loss of
   * `als.fit` becomes the curve `training/loss`.
   */
  readonly progress: (progress: Progress) => void;
  /**
   * Notes settings as text: a text as it is, anything else as JSON; undefined ones are left out. A setting is written once.
   * @throws ERR_BAD_ARGUMENT for a value of more than 6,000 characters; ERR_DUPLICATE when it has another value already.
   */
  parameters(values: object): Promise<void>;
  /** Puts labels on the run; a label may change. Up to 5,000 characters each. */
  tags(values: Record<string, string>): Promise<void>;
  /** Keeps a file with the run; the same name replaces it. `/` makes folders. */
  artifact(name: string, content: Uint8Array | string): Promise<void>;
  /**
   * Logs every mean of an evaluation under its key, such as `ndcg@10`, the ends of its interval as `ndcg@10.low` and `ndcg@10.high`, and
   * keeps the report as `reports/NAME.json` and `.html`.
   */
  report(report: EvaluationReport): Promise<void>;
  /** Registers a model under a name as its next version, made by this run. @returns the version */
  model(name: string, bytes: Uint8Array, options?: ModelOptions): Promise<number>;
  /** Waits until everything logged so far is written. @throws ERR_STORE when it could not be. */
  flush(): Promise<void>;
  /** Writes pending entries and closes the run. Default `'finished'`. Ending it again does nothing. */
  end(status?: EndStatus): Promise<void>;
}

/** Options of {@link Run.log}. */
export interface LogOptions {
  /** Where on the curve: an iteration, an epoch. A whole number; default 0. */
  step?: number | undefined;
  /** When, in milliseconds since 1970. Default now. */
  time?: number | undefined;
}

/** Options of {@link Run.model}. */
export interface ModelOptions {
  /** Points this alias at the new version, such as `'champion'`. */
  alias?: string | undefined;
}

/** How a run ended. */
export type EndStatus = 'finished' | 'failed' | 'killed';

/** What a tracker knows of a run. */
export interface RunRecord {
  /** Names the run in its tracker. */
  id: string;
  /** Its experiment. */
  experiment: string;
  /** Its name. */
  name: string;
  /** `'running'` also for a run whose process died before `end`. */
  status: 'running' | EndStatus;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Milliseconds since 1970; undefined while it is running. */
  endedAt: number | undefined;
  /** Settings as text. */
  parameters: Record<string, string>;
  /** Labels. */
  tags: Record<string, string>;
  /** Of each metric the value of the largest step. */
  metrics: Record<string, number>;
}

/** A point of a metric's curve. */
export interface CurvePoint {
  /** Where on the curve. */
  step: number;
  /** The value. */
  value: number;
  /** Milliseconds since 1970. */
  time: number;
}

/** A model that a run registered. */
export interface RegisteredModel {
  /** Its name. */
  name: string;
  /** Its version, from 1. */
  version: number;
  /** The run that made it. */
  run: string;
  /** The model. */
  bytes: Uint8Array;
}
