import { useEffect, useState } from 'preact/hooks';
import type { Recommendation } from './api.ts';

/** Something that comes from the server: on its way, there, or not to be had. */
export type Loading<T> =
  | { state: 'loading'; previous?: T }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: Error; retry: () => void };

/** Loads when a key changes; an answer that comes after a newer question is dropped. `undefined` as key asks for nothing. */
export function useLoading<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const [attempt, setAttempt] = useState(0);
  const [result, setResult] = useState<Loading<T>>({ state: 'loading' });
  useEffect(() => {
    if (key === undefined) return;
    const controller = new AbortController();
    setResult((last) => ({
      state: 'loading',
      previous: last.state === 'ready' ? last.value : last.state === 'loading' ? last.previous : undefined,
    }));
    load(controller.signal).then(
      (value) => controller.signal.aborted || setResult({ state: 'ready', value }),
      (error) => controller.signal.aborted || setResult({ state: 'failed', error, retry: () => setAttempt((n) => n + 1) }),
    );
    return () => controller.abort();
  }, [key, attempt]);
  return result;
}

/** The value that is there, or the one before it while the next is on its way. */
export function latest<T>(loading: Loading<T>): T | undefined {
  return loading.state === 'ready' ? loading.value : loading.state === 'loading' ? loading.previous : undefined;
}

/** The list in an answer, in the same state. */
export function recommendationList(answer: Loading<{ recommendations: Recommendation[] }>): Loading<Recommendation[]> {
  if (answer.state === 'ready') return { state: 'ready', value: answer.value.recommendations };
  return answer.state === 'loading' ? { state: 'loading', previous: answer.previous?.recommendations } : answer;
}
