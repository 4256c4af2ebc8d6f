/** Kernels on the calling thread: all of the threads that a page needs which only serves. */
import type { AllKernels, FamilyName, Job, JobName } from '../generated/jobs.ts';

/** Kernels over one memory, and the jobs among them in the order of their numbers. */
export interface Kernels {
  calls: AllKernels;
  jobs: readonly JobName[];
}

/** The kernels of compiled modules over one memory. */
export function instantiate(modules: readonly WebAssembly.Module[], memory: WebAssembly.Memory): AllKernels {
  return Object.assign({}, ...modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports));
}

/** Rows of a block job that runs on the calling thread. */
export interface RowRange {
  /** First row, default 0. */
  lo?: number;
  /** One behind the last. */
  hi: number;
  /** Number of the block, default 0. */
  block?: number;
}

/** A job whose arguments are the same in all its runs: they are listed once. Blocks may grow with their memory, but never move in it. */
export function bound<A, F extends FamilyName>(job: Job<A, F>, args: NoInfer<A>): Job<void, F> {
  const list = job.list(args);
  return { name: job.name, list: () => list };
}

/** Runs a block job on this thread. */
export function runHere<A>({ calls }: Kernels, scratch: number, job: Job<A>, { lo = 0, hi, block = 0 }: RowRange, args: A): void {
  const kernel = calls[job.name] as (...args: number[]) => void;
  kernel(lo, hi, block, scratch, ...job.list(args));
}
