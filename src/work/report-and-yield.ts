import type { Progress } from '../options.ts';

/** Reports, and lets timers and the signal have their turn. */
export async function reportAndYield(
  phase: string,
  done: number,
  total: number,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<void> {
  onProgress?.({ phase, done, total });
  if (done > 0) await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
