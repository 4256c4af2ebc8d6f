import { yieldNow } from './yield-now.ts';

/** How long others wait at most for work whose steps are short. */
const sliceMs = 5;

/** What steps come to, one after the other at once. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same with chances for others to work every few milliseconds. */
export async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  let since = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - since < sliceMs) continue;
    await yieldNow();
    since = performance.now();
  }
}
