import type { Progress } from '../options.ts';
import { yieldNow } from './yield-now.ts';

/** Reports progress, yields to the event loop, and throws the signal's reason if it was aborted. */
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
