/** One question with the time it may take. */
export interface Ask {
  /** Asks. It may answer at once, later, never, or throw; `signal` aborts when the answer is no longer needed. */
  run(signal: AbortSignal): unknown;
  /** Milliseconds. */
  timeoutMs: number;
}

/** What came of a question: an answer, or why there is none. */
export type Outcome = { value: unknown; failure?: undefined | undefined } | { value?: undefined | undefined; failure: string };

/**
 * Asks all questions at once and waits for each no longer than its deadline, which counts from when the last was asked, so that a source
 * that computes before it returns takes no time from the others. Its own answer counts however long it took: it is there.
 * Never rejects because of a question. No timer is left behind.
 *
 * @throws the reason of `signal` when that aborts.
 */
export async function askAll(asks: readonly Ask[], signal: AbortSignal | undefined): Promise<Outcome[]> {
  signal?.throwIfAborted();
  const started = asks.map(({ run, timeoutMs }) => {
    const controller = new AbortController();
    return { controller, timeoutMs, answer: begin(run, controller.signal) };
  });
  const giveUp = () => {
    for (const { controller } of started) controller.abort(signal?.reason);
  };
  const waiting = started.map(wait); // attached to every answer before anything can throw, so that no rejection goes unhandled
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  const outcomes = await Promise.all(waiting);
  signal?.removeEventListener('abort', giveUp);
  signal?.throwIfAborted();
  return outcomes;
}

/** What came at once, or the promise of an answer. */
function begin(run: Ask['run'], signal: AbortSignal): Outcome | Promise<unknown> {
  try {
    const value = run(signal);
    return isLater(value) ? Promise.resolve(value) : { value };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

/** Whether it is a promise of any kind; a list is none. */
function isLater(value: unknown): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  if (Array.isArray(value)) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** An answer that is there needs no timer. */
function wait({
  controller,
  timeoutMs,
  answer,
}: {
  controller: AbortController;
  timeoutMs: number;
  answer: Outcome | Promise<unknown>;
}): Outcome | Promise<Outcome> {
  if (!(answer instanceof Promise)) return answer;
  return new Promise<Outcome>((resolve) => {
    const failure = `no answer within ${timeoutMs} ms`;
    const timer = setTimeout(() => controller.abort(new DOMException(failure, 'TimeoutError')), timeoutMs);
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      controller.signal.removeEventListener('abort', late);
      resolve(outcome);
    };
    const late = () => end({ failure });
    controller.signal.addEventListener('abort', late);
    answer.then(
      (value) => end({ value }),
      (error) => end({ failure: reasonOf(error) }),
    );
  });
}

/** An error in words, whatever was thrown. */
export function reasonOf(error: unknown): string {
  try {
    const { code, message } = error instanceof Error ? (error as Error & { code?: unknown }) : { code: undefined, message: String(error) };
    return typeof code === 'string' ? `${code}: ${message}` : message || 'it threw';
  } catch {
    return 'it threw';
  }
}
