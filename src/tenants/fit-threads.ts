import type { Recommender } from '../contracts/recommender.ts';
import type { Interactions } from '../data/interactions.ts';
import { type PackedInteractions, packInteractions } from '../data/packed.ts';
import { AttuneError, type ErrorCode } from '../errors.ts';

/** A class of recommenders, as `fitMany` makes one per tenant. */
export interface FittableFamily {
  /** Makes one that is not fitted. */
  // biome-ignore lint/suspicious/noExplicitAny: every family has its own options.
  new (options?: any): Recommender;
}

/** A fit that is to be done. */
export interface FitJob {
  family: FittableFamily;
  options: object;
  interactions: Interactions;
}

/** What runs fits, one at a time. */
export interface Fitter {
  fit(job: FitJob): Promise<Uint8Array>;
  /** Whether it can fit no more, because its thread has ended. */
  readonly ended: boolean;
  close(): Promise<void>;
}

/** Fits in this thread: for classes of one's own, and where there are no threads. */
export function hereFitter(signal: AbortSignal | undefined): Fitter {
  return {
    async fit({ family, options, interactions }) {
      const model = await new family({ ...options, threads: 1 }).fit(interactions, signal ? { signal } : {});
      return model.toBytes();
    },
    ended: false,
    close: async () => {},
  };
}

interface Thread {
  postMessage(value: unknown): void;
  on(event: string, listener: (value: never) => void): void;
  terminate(): Promise<number>;
}
interface Threads {
  Worker: new (source: string, options: object) => Thread;
}

/** Fits in a thread of its own, with one kernel thread in it. @throws ERR_NOT_SUPPORTED where there are no threads */
export function threadFitter(): Fitter {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const threads = process?.getBuiltinModule?.('node:worker_threads') as Threads | undefined;
  if (!threads) throw new AttuneError('ERR_NOT_SUPPORTED', 'fitMany: there are no threads here. Pass workers: 0 to fit in this one.');
  const here = typeof __filename === 'string' ? `file://${__filename}` : import.meta.url;
  // In a checkout the sources run as they are, by way of tsx.
  const source = here.endsWith('.ts');
  const modules = source ? ['../entries/index.ts', '../entries/authoring.ts'] : ['./index.js', './authoring.js'];
  const worker = new threads.Worker(program, {
    eval: true,
    workerData: { source, modules: modules.map((name) => new URL(name, here).href) },
  });
  let waiting: { resolve: (bytes: Uint8Array) => void; reject: (error: unknown) => void } | undefined;
  let ended = false;
  const fail = (error: unknown) => waiting?.reject(error);
  const end = (cause?: unknown) => {
    ended = true;
    fail(new AttuneError('ERR_OUT_OF_MEMORY', 'fitMany: a thread ended by itself, most likely for want of memory.', { cause }));
  };
  worker.on('message', ((answer: { bytes?: Uint8Array; error?: { code?: string; message: string } }) => {
    if (answer.bytes) waiting?.resolve(answer.bytes);
    else fail(errorOf(answer.error as { code?: string; message: string }));
  }) as never);
  worker.on('error', end as never); // what a fit throws comes as a message: only what ends the thread comes here
  worker.on('exit', (() => end()) as never);
  return {
    fit: ({ family, options, interactions }) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (ended) end();
        const job: { kind: string; options: object; packed: PackedInteractions } = {
          kind: new family(options).kind,
          options: { ...options, threads: 1 },
          packed: packInteractions(interactions),
        };
        worker.postMessage(job);
      }),
    get ended() {
      return ended;
    },
    async close() {
      waiting = undefined;
      await worker.terminate();
    },
  };
}

/** What a thread runs: it finds the family by its kind among all that attune exports. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const modules = (async () => {
  if (workerData.source) (await import('tsx/esm/api')).register();
  return Promise.all(workerData.modules.map((name) => import(name)));
})();
parentPort.on('message', async ({ kind, options, packed }) => {
  try {
    const [attune, { unpackInteractions }] = await modules;
    const families = Object.entries(attune).filter(([name, each]) => typeof each === 'function' && /Recommender$/.test(name));
    let model;
    for (const [, family] of families) {
      try { if (new family().kind === kind) model = new family(options); } catch (error) { if (error.code === 'ERR_BAD_OPTION') throw error; }
      if (model) break;
    }
    if (!model) throw Object.assign(new Error('fitMany: ' + kind + ' is no family of attune. Pass workers: 0 to fit classes of your own.'), { code: 'ERR_NOT_SUPPORTED' });
    await model.fit(unpackInteractions(packed));
    const bytes = model.toBytes();
    parentPort.postMessage({ bytes }, [bytes.buffer]);
  } catch (error) {
    parentPort.postMessage({ error: { code: error.code, message: String(error.message ?? error) } });
  }
});
`;

function errorOf({ code, message }: { code?: string; message: string }): Error {
  return code?.startsWith('ERR_') ? new AttuneError(code as ErrorCode, message) : new Error(message);
}

declare const __filename: string | undefined;
