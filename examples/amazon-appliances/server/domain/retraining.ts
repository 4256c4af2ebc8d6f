import type { ServerConfig } from '../config.ts';
import type { TrainingJobs } from './training-jobs.ts';

type Schedule = Pick<ServerConfig, 'retrainEveryMinutes' | 'retrainAfterRatings'>;

/** Trains by itself: at intervals, and after enough ratings have come or gone. What has not changed is not trained again. */
export class Retraining {
  readonly #jobs: Pick<TrainingJobs, 'running' | 'start'>;
  readonly #after: number;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #changes = 0;

  constructor(jobs: Pick<TrainingJobs, 'running' | 'start'>, { retrainEveryMinutes, retrainAfterRatings }: Schedule) {
    this.#jobs = jobs;
    this.#after = retrainAfterRatings;
    if (retrainEveryMinutes > 0) this.#timer = setInterval(() => this.#start(), retrainEveryMinutes * 60_000).unref();
  }

  /** Ratings came or went. */
  changed(count: number): void {
    this.#changes += count;
    if (this.#after > 0 && this.#changes >= this.#after) this.#start();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #start(): void {
    if (this.#jobs.running) return;
    this.#changes = 0;
    this.#jobs.start('both', false);
  }
}
