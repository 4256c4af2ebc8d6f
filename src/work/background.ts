import { pause } from './pause.ts';
import { yieldNow } from './yield-now.ts';

/** How long work goes on at a time, in milliseconds. */
const sliceMs = 5;
/** A pause is no longer than this, or a busy moment would cost many. */
const mostPauseMs = 50;

/** What of the time work in the background takes. */
const share = 1 / 4;

/**
 * Leaves the processor to more urgent work: between slices of a few milliseconds it pauses three times as long, until its time is up, and
 * goes on at full speed then.
 *
 * @example
 * const background = new Background(5000, signal);
 * for (const part of parts) {
 *   work(part);
 *   await background.rest();
 * }
 */
export class Background {
  readonly #end: number;
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  /** @param withinMs how long there is time; 0 for no pauses. The signal ends it as well. */
  constructor(withinMs: number, signal?: AbortSignal) {
    this.#end = performance.now() + withinMs;
    this.#signal = signal;
  }

  /** Lets others work, if it is time. */
  async rest(): Promise<void> {
    const now = performance.now();
    const worked = now - this.#since;
    if (worked < sliceMs) return;
    if (now >= this.#end || this.#signal?.aborted) await yieldNow();
    else await pause(Math.min(worked * (1 / share - 1), mostPauseMs), this.#signal);
    this.#since = performance.now();
  }
}
