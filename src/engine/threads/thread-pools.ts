import { ThreadPool } from './thread-pool.ts';

/** What makes a pool of threads; undefined where there is none for now. Bundlers take `thread-pools.page.ts` instead. */
export function threadPools(): typeof ThreadPool | undefined {
  return ThreadPool;
}
