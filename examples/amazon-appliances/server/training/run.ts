import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TrainKind, TrainOptions } from '../../pipeline/system.ts';
import { exampleFolder, type Settings } from '../../settings.ts';
import type { GatedResult, TrainingMessage, TrainingOrder } from './messages.ts';

/** In a bundle the program of the process is beside this one, and needs no loader of TypeScript. */
const isBundled = import.meta.url.endsWith('.mjs');
const file = isBundled ? fileURLToPath(new URL('process.mjs', import.meta.url)) : join(exampleFolder, 'server/training/process.ts');
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
/** Where tsconfig.json is, which says where `attune` is. */
const root = join(exampleFolder, '../..');

/**
 * Trains in a process of its own at a low priority, so that the server never waits for it, and answers go on with the old models meanwhile. When it
 * fails or is killed, nothing has changed.
 */
export async function trainInProcess(settings: Settings, kind: TrainKind | 'update', options: TrainOptions = {}): Promise<GatedResult> {
  const { force = false, onProgress, signal } = options;
  signal?.throwIfAborted();
  const child = fork(file, [], {
    cwd: root,
    execArgv: isBundled ? [] : ['--import', loader],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return await new Promise((done, fail) => {
      child.once('spawn', () => {
        if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
        child.send({ settings, kind, force } satisfies TrainingOrder);
      });
      child.on('message', (message: TrainingMessage) => {
        if (message.type === 'progress') onProgress?.(message.progress);
        else if (message.type === 'done') done(message.result);
        else fail(Object.assign(new Error(message.message), { code: message.code ?? 'ERR_TRAINING' }));
      });
      child.once('error', fail);
      child.once('exit', (code, by) => {
        const reason = signal?.aborted ? (signal.reason as Error).message : `The training process ended (${by ?? code}).`;
        fail(Object.assign(new Error(reason), { code: 'ERR_TRAINING' }));
      });
    });
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
