import { mayBlock } from './runtime.ts';
import type { ThreadPool } from './thread-pool.ts';

let pools: typeof ThreadPool | undefined;
let isAsked = false;

/**
 * What `thread-pools.ts` is in a page: there is never one where a thread must not block, on the main thread; a worker loads the code when
 * the first large job asks for it. Until then jobs run on one thread, with the same answers.
 */
export function threadPools(): typeof ThreadPool | undefined {
  if (!isAsked && mayBlock()) {
    isAsked = true;
    load().catch(() => {}); // a page that cannot load it does without
  }
  return pools;
}

async function load(): Promise<void> {
  pools = (await import('./thread-pool.ts')).ThreadPool;
}
