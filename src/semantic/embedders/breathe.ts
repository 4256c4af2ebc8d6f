import type { EmbedOptions } from '../embedder.ts';

/** Reports, and lets timers and the signal have their turn. */
export async function breathe(phase: string, done: number, total: number, { signal, onProgress }: EmbedOptions): Promise<void> {
  onProgress?.({ phase, done, total });
  if (done > 0) await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
