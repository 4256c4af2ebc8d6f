import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import type { Progress } from 'attune';
import type { TrainKind, TrainOptions } from '../../pipeline/system.ts';
import type { GatedResult } from '../training/messages.ts';

/** What is trained; `update` takes opinions into the factors that are there. */
export type JobKind = TrainKind | 'update';

/** Who or what began it. */
export const jobReasons = ['asked', 'interval', 'ratings', 'drift', 'opinions'] as const;
export type JobReason = (typeof jobReasons)[number];

/** What there is to say about one training. */
export interface JobState {
  job_id: string;
  model_type: JobKind;
  reason: JobReason;
  status: 'running' | 'completed' | 'failed';
  started_at: string;
  duration_s: number;
  progress?: { phase: string; done: number; total?: number };
  models?: GatedResult['models'];
  gate?: GatedResult['gate'];
  error?: { code: string; message: string };
}

/** What trains: registers what it made, and promotes it where it may. */
export interface Trainer {
  train(kind: JobKind, options: TrainOptions): Promise<GatedResult>;
}

const remembered = 50;

/** Trainings one after the other in the background; the last ones are remembered. Until they are done, answers come from the old models. */
export class TrainingJobs {
  readonly #system: Trainer;
  readonly #jobs = new Map<string, TrainingJob>();
  readonly #closing = new AbortController();

  readonly #onTrained: () => Promise<void>;

  /** @param onTrained called when new models answer, before the job counts as done. */
  constructor(system: Trainer, onTrained: () => Promise<void> = async () => {}) {
    this.#system = system;
    this.#onTrained = onTrained;
  }

  /** Newest first. */
  get all(): JobState[] {
    return [...this.#jobs.values()].map((job) => job.state).reverse();
  }

  get(id: string): TrainingJob | undefined {
    return this.#jobs.get(id);
  }

  /** The job that is at work now. */
  get running(): TrainingJob | undefined {
    return [...this.#jobs.values()].find((job) => job.state.status === 'running');
  }

  start(kind: JobKind, force: boolean, reason: JobReason = 'asked'): TrainingJob {
    const job = new TrainingJob(kind, reason, async (onProgress) => {
      const result = await this.#system.train(kind, { force, onProgress, signal: this.#closing.signal });
      await this.#onTrained();
      return result;
    });
    this.#jobs.set(job.id, job);
    for (const id of this.#jobs.keys()) if (this.#jobs.size > remembered) this.#jobs.delete(id);
    return job;
  }

  /** Stops what runs; models stay as they were. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The server is shutting down.'));
    await this.running?.finished;
  }
}

export class TrainingJob {
  readonly id = randomUUID();
  /** Resolves when the job has ended, well or not. */
  readonly finished: Promise<void>;
  readonly #kind: JobKind;
  readonly #reason: JobReason;
  readonly #started = Date.now();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #ended: number | undefined;
  #progress: Progress | undefined;
  #result: GatedResult | undefined;
  #error: Error | undefined;

  constructor(kind: JobKind, reason: JobReason, work: (onProgress: (progress: Progress) => void) => Promise<GatedResult>) {
    this.#kind = kind;
    this.#reason = reason;
    this.finished = this.#run(work);
  }

  get state(): JobState {
    return {
      job_id: this.id,
      model_type: this.#kind,
      reason: this.#reason,
      status: this.#ended === undefined ? 'running' : this.#error ? 'failed' : 'completed',
      started_at: new Date(this.#started).toISOString(),
      duration_s: ((this.#ended ?? Date.now()) - this.#started) / 1000,
      progress: this.#progress && { phase: this.#progress.phase, done: this.#progress.done, total: this.#progress.total },
      models: this.#result?.models,
      gate: this.#result?.gate,
      error: this.#error && { code: (this.#error as { code?: string }).code ?? 'ERR_TRAINING', message: this.#error.message },
    };
  }

  /** The state now and after each change, until the end. */
  async *states(signal: AbortSignal): AsyncGenerator<JobState> {
    yield this.state;
    if (this.#ended !== undefined) return;
    try {
      for await (const _ of on(this.#changes, 'change', { close: ['end'], signal })) yield this.state;
      yield this.state;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #run(work: (onProgress: (progress: Progress) => void) => Promise<GatedResult>): Promise<void> {
    try {
      this.#result = await work((progress) => {
        this.#progress = progress;
        this.#changes.emit('change');
      });
    } catch (error) {
      this.#error = error as Error;
    }
    this.#ended = Date.now();
    this.#changes.emit('end');
  }
}
