import type { Progress } from '../options.ts';
import { yieldNow } from './yield-now.ts';

/** How long work may keep the event loop for itself. */
const sliceMs = 40;

/**
 * Keeps long work in one thread polite: gives way to other work every 40 ms, and there reports what is done and looks
 * whether it was aborted.
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

  /** Begins a phase. @param total how much there is to do, in the units of `rest`. */
  constructor(phase: string, total: number, options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void }) {
    this.#phase = phase;
    this.#total = total;
    this.#signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  /** Whether it is time to rest; true at first. */
  get due(): boolean {
    return performance.now() >= this.#until;
  }

  /** Lets other work run. @throws the signal's reason when it was aborted. */
  async rest(done: number): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#onProgress?.({ phase: this.#phase, done, total: this.#total });
    await yieldNow();
    this.#signal?.throwIfAborted();
    this.#until = performance.now() + sliceMs;
  }

  /** Reports the end. */
  async finish(): Promise<void> {
    await this.rest(this.#total);
  }
}
