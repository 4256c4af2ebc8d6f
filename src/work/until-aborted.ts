/** What work resolves to, or the reason of a signal as soon as it aborts: work that users write may take no notice of signals. */
export async function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The same for what comes one by one: the iteration ends with the signal's reason as soon as it aborts, also while the source does not answer.
 * Such a source is told to stop and not waited for. By hand, because a race against a promise that lives as long as the iteration keeps something
 * of every item.
 */
export function eachUntilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T>;
export function eachUntilAborted<T>(items: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined): Iterable<T> | AsyncIterable<T>;
export function eachUntilAborted<T>(items: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined) {
  if (!signal || !(Symbol.asyncIterator in items)) return items;
  return {
    [Symbol.asyncIterator](): AsyncIterator<T> {
      const iterator = items[Symbol.asyncIterator]();
      let refuse: ((reason: unknown) => void) | undefined;
      const stop = () => {
        refuse?.(signal.reason);
        end(items, iterator);
      };
      const over = () => signal.removeEventListener('abort', stop);
      if (!signal.aborted) signal.addEventListener('abort', stop, { once: true });
      return {
        next: () =>
          new Promise<IteratorResult<T>>((resolve, reject) => {
            if (signal.aborted) return reject(signal.reason);
            refuse = reject;
            const failed = (error: unknown) => {
              over();
              reject(error);
            };
            const given = (result: IteratorResult<T>) => {
              if (result.done) over();
              resolve(result);
            };
            try {
              Promise.resolve(iterator.next()).then(given, failed);
            } catch (error) {
              failed(error);
            }
          }),
        async return(value?: unknown) {
          over();
          if (!signal.aborted) await iterator.return?.();
          return { value, done: true } as IteratorResult<T>;
        },
      };
    },
  };
}

/**
 * The same for many items that are taken one by one without waiting: what watches the signal is once for all, where {@link eachUntilAborted} takes
 * a microsecond an item.
 */
export async function takeUntilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  take: (item: T) => void,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  const taking = async () => {
    for await (const item of { [Symbol.asyncIterator]: () => iterator }) {
      if (isOver) return;
      take(item);
    }
  };
  try {
    await untilAborted(taking(), signal);
  } catch (error) {
    if (signal?.aborted) end(items, iterator);
    throw error;
  } finally {
    isOver = true;
  }
}

/** Tells a source to stop, and does not wait for it. */
function end<T>(items: AsyncIterable<T>, iterator: AsyncIterator<T>): void {
  if ('destroy' in items && typeof items.destroy === 'function') items.destroy(); // a stream that is stalled answers nothing else
  void Promise.resolve(iterator.return?.()).catch(() => {});
}
