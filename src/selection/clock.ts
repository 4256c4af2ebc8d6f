/** A budget of time, from the moment it is made. */
export class Clock {
  readonly #started = performance.now();
  /** In seconds; may be infinite. */
  readonly budget: number;

  constructor(budget: number) {
    this.budget = budget;
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Seconds until a part of the budget is spent; below 0 afterwards. @param share of the whole, 0 to 1 */
  until(share: number): number {
    return this.budget * share - this.elapsed;
  }

  /**
   * Runs work that is aborted after so many seconds.
   * @returns undefined if time ran out. @throws the caller's own reason if that was the one; what the work throws
   */
  async within<T>(seconds: number, signal: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    signal?.throwIfAborted();
    if (seconds <= 0) return undefined;
    const late = new AbortController();
    const timer = seconds < mostSeconds ? setTimeout(() => late.abort(), seconds * 1000) : undefined;
    try {
      return await run(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
    } catch (reason) {
      signal?.throwIfAborted();
      if (late.signal.aborted) return undefined;
      throw reason;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a timer can count; more is as good as no limit. */
const mostSeconds = 2 ** 31 / 1000;
