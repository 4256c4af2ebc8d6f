import type { Progress } from '../options.ts';
import { yieldNow } from './yield-now.ts';

/** Reports progress, lets the event loop run, and stops when the signal was aborted. */
export async function reportAndYield(
  phase: string,
  done: number,
  total: number,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<void> {
  onProgress?.({ phase, done, total });
  if (done > 0) await yieldNow();
  signal?.throwIfAborted();
}
