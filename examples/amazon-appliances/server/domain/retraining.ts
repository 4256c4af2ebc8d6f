import type { StoredEvent } from 'attune';
import { opinionTypes } from '../../pipeline/opinions.ts';
import type { ServerConfig } from '../config.ts';
import type { Drift } from './drift.ts';
import type { JobReason, TrainingJobs } from './training-jobs.ts';

type Schedule = Pick<ServerConfig, 'retrainEveryMinutes' | 'retrainAfterRatings' | 'retrainOnDrift' | 'updateAfterOpinions'>;

/**
 * Trains by itself: at intervals, after enough ratings have come or gone, and when people want something else than before. What has not changed is not
 * trained again. In between, what people say is taken into the factors that are there.
 */
export class Retraining {
  readonly #jobs: Pick<TrainingJobs, 'running' | 'start'>;
  readonly #schedule: Schedule;
  readonly #drift: () => Drift;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #changes = 0;
  #opinions = 0;

  /** @param drift asked at the first event that it is for */
  constructor(jobs: Pick<TrainingJobs, 'running' | 'start'>, schedule: Schedule, drift: () => Drift) {
    this.#jobs = jobs;
    this.#schedule = schedule;
    this.#drift = drift;
    const { retrainEveryMinutes: minutes } = schedule;
    if (minutes > 0) this.#timer = setInterval(() => this.#train('interval'), minutes * 60_000).unref();
  }

  /** Ratings came or went. */
  changed(count: number): void {
    const { retrainAfterRatings: after } = this.#schedule;
    this.#changes += count;
    if (after > 0 && this.#changes >= after) this.#train('ratings');
  }

  /** An event was stored. */
  heard(event: StoredEvent): void {
    const { retrainOnDrift, updateAfterOpinions } = this.#schedule;
    const drift = wanted.includes(event.type) ? this.#drift().heard(event) : undefined;
    if (drift !== undefined && retrainOnDrift > 0 && drift > retrainOnDrift) this.#train('drift');
    if (!(opinionTypes as readonly string[]).includes(event.type)) return;
    this.#opinions++;
    if (updateAfterOpinions === 0 || this.#opinions < updateAfterOpinions || this.#jobs.running) return;
    this.#opinions = 0;
    this.#jobs.start('update', false, 'opinions');
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #train(reason: JobReason): void {
    if (this.#jobs.running) return;
    this.#changes = 0;
    this.#jobs.start('both', false, reason);
  }
}

/** Events that speak for a product. */
const wanted: readonly string[] = ['click_product', 'like', 'purchase'];
