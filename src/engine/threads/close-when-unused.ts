interface Closable {
  close(): void;
}

/** Made with the first use. Some runtimes have none (Cloudflare Workers of before May 2025), and no workers either that would stay. */
let registry: FinalizationRegistry<Closable> | undefined;

/** Ends the workers of an object that was garbage-collected; they would keep its memory alive. `threads` must not refer to the object. */
export function closeWhenUnused(owner: object, threads: Closable): void {
  if (typeof FinalizationRegistry !== 'function') return;
  registry ??= new FinalizationRegistry((unused) => unused.close());
  registry.register(owner, threads);
}
