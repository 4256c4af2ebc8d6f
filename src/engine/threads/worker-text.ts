import { workerSource } from '../generated/worker-source.ts';

/** Gives the source text of a worker to `use`, which may throw. Bundlers take `worker-text.page.ts` instead. */
export const withWorkerText = (use: (text: string) => void): void => use(workerSource);
