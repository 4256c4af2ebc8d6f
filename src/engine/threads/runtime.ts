/** What differs between Node, Bun, Deno and browsers, in one place. Nothing here imports a module of a runtime statically. */

interface NodeWorker {
  unref(): void;
  on(event: string, listener: (error: unknown) => void): void;
  terminate(): Promise<number>;
}
interface Builtins {
  'node:worker_threads': { Worker: new (source: string, options: object) => NodeWorker };
  'node:os': { availableParallelism?(): number; cpus(): unknown[] };
}

/** A built-in module of Node (Bun, Deno), or undefined in a browser. */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const process = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process;
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}

/** How many threads make sense here. 1 where memory cannot be shared with workers (a page without cross-origin isolation). */
export function availableThreads(): number {
  if (!canShare()) return 1;
  const os = builtin('node:os');
  return os?.availableParallelism?.() ?? os?.cpus().length ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Whether workers can be given shared memory. */
export function canShare(): boolean {
  if (builtin('node:worker_threads')) return true;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true && typeof Worker === 'function';
}

/** Whether this thread may block for a moment: not the main thread of a page. */
export const mayBlock = () => typeof (globalThis as { document?: unknown }).document === 'undefined';
