import { builtin } from './runtime.ts';
import { withWorkerText } from './worker-text.ts';

/** A started worker. */
export interface WorkerHandle {
  /** Ends it at once. */
  terminate(): void;
}

/** Starts a worker that never keeps the process alive; undefined where that is not possible. */
export function startWorker(start: object): WorkerHandle | undefined {
  let worker: { terminate(): unknown } | undefined;
  let isEnded = false;
  try {
    withWorkerText((text) => {
      if (!isEnded) worker = workerOf(text, start);
    });
  } catch {
    return undefined;
  }
  return {
    terminate() {
      isEnded = true;
      worker?.terminate();
    },
  };
}

function workerOf(text: string, start: object): { terminate(): unknown } {
  const threads = builtin('node:worker_threads');
  if (threads) {
    const worker = new threads.Worker(text, { eval: true, workerData: start });
    worker.on('error', () => {}); // its blocks are taken by other threads
    worker.unref();
    return worker;
  }
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
  worker.postMessage(start);
  return worker;
}
