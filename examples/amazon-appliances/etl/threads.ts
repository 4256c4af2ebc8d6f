import { basename } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/** Messages on their way to a reader; so many at most, so that a fast writer does not fill the memory. */
const underWay = 8;

/**
 * What a script sends with {@link sendAll}, one after the other.
 * @param task what the script finds as {@link taskOfThread}.
 */
export async function* received<T>(script: URL, task: unknown): AsyncGenerator<T> {
  // In a bundle all scripts are beside each other, and need no loader of TypeScript.
  const bundled = import.meta.url.endsWith('.mjs');
  const worker = new Worker(new URL(bundled ? `./${basename(script.pathname, '.ts')}.mjs` : './thread.mjs', import.meta.url), {
    workerData: { script: script.href, task },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const waiting: (T | 'end')[] = [];
  let failure: Error | undefined;
  let wake = () => {};
  worker.on('message', (message: T | 'end') => {
    waiting.push(message);
    wake();
  });
  worker.on('error', (error: Error) => {
    failure = error;
    wake();
  });
  worker.on('exit', () => {
    failure ??= new Error(`${script.pathname} ended before its work was done.`);
    wake();
  });
  try {
    for (;;) {
      while (waiting.length === 0 && !failure) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const message = waiting.shift();
      if (message === undefined) throw failure;
      if (message === 'end') return;
      worker.postMessage('taken');
      yield message;
    }
  } finally {
    await worker.terminate();
  }
}

/** Inside a thread: what it was started with. */
export const taskOfThread = <T>(): T => workerData.task as T;

/** Inside a thread: sends messages to the one that started it; waits when that one is behind. @param moved buffers to move instead of copying */
export async function sendAll<T>(messages: AsyncIterable<T>, moved: (message: T) => ArrayBuffer[] = () => []): Promise<void> {
  if (!parentPort) throw new Error('Expected to run in a worker thread.');
  const port = parentPort;
  let sent = 0;
  let taken = 0;
  let wake = () => {};
  port.on('message', () => {
    taken++;
    wake();
  });
  for await (const message of messages) {
    while (sent - taken >= underWay) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    sent++;
    port.postMessage(message, moved(message));
  }
  port.postMessage('end');
  port.removeAllListeners('message');
}
