/**
 * What `worker-text.ts` is in a page: the text is loaded when the first worker starts. Nobody waits for workers, and blocks of one that never
 * starts are taken by other threads.
 */
export function withWorkerText(use: (text: string) => void): void {
  import('../generated/worker-source.ts').then(({ workerSource }) => use(workerSource)).catch(() => {});
}
