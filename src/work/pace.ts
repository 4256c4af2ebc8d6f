import type { Progress } from '../options.ts';
import { yieldNow } from './yield-now.ts';

/** Maximum time between two yields to the event loop. */
const sliceMs = 40;

/**
 * Keeps long single-threaded work cooperative: every 40 ms it yields to the event loop, reports progress and checks the
 * abort signal.
 *
 * @example
 * const pace = new Pace('training', rows, options);
 * for (let r = 0; r < rows; r++) {
 *   if (pace.due) await pace.rest(r);
 *   ...
 * }
 * await pace.finish();
 */
export class Pace {
  readonly #phase: string;
  readonly #total: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #until = Number.NEGATIVE_INFINITY;

  /** Starts a phase. @param total total amount of work, in the units that `rest` receives. */
  constructor(phase: string, total: number, options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void }) {
    this.#phase = phase;
    this.#total = total;
    this.#signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  /** Whether it is time to yield; true at the start. */
  get due(): boolean {
    return performance.now() >= this.#until;
  }

  /** Yields to the event loop. @throws the signal's reason if it was aborted. */
  async rest(done: number): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#onProgress?.({ phase: this.#phase, done, total: this.#total });
    await yieldNow();
    this.#signal?.throwIfAborted();
    this.#until = performance.now() + sliceMs;
  }

  /** Reports completion. */
  async finish(): Promise<void> {
    await this.rest(this.#total);
  }
}
