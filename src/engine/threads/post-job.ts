import { AttuneError } from '../../errors.ts';
import type { Job, JobName } from '../generated/jobs.ts';
import type { Block } from '../memory/block.ts';
import { firstTicket, maxBlocks, words } from './job.ts';
import type { Kernels } from './run-here.ts';

/** How the rows of a job are cut into blocks. The cut never depends on the number of threads, so neither does the result. */
export type Cut = { rows: number; blockSize: number } | { bounds: Block<Int32Array> };

/** Publishes a job; waiting threads must be woken. @returns its number of blocks; 0 = there is nothing to do */
export function postJob<A>({ jobs }: Kernels, shared: Int32Array, values: Float64Array, job: Job<A>, cut: Cut, given: A): number {
  const { name } = job;
  const args = job.list(given);
  const blocks = 'bounds' in cut ? cut.bounds.array.length - 1 : Math.ceil(cut.rows / cut.blockSize);
  if (blocks <= 0) return 0;
  if (args.length > words.valueCount) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `Job '${name}': expected at most ${words.valueCount} arguments, got ${args.length}. Raise words.valueCount in threads/job.ts.`,
    );
  }
  if (blocks > maxBlocks) throw new AttuneError('ERR_OUT_OF_MEMORY', `A job of ${blocks} blocks is too long.`);
  const generation = shared[words.generation] + 1;
  // First no block is available: a thread that woke late for the previous job must not take a block of a partially written job.
  Atomics.store(shared, words.ticket, firstTicket(generation) | maxBlocks);
  shared[words.blocks] = blocks;
  shared[words.done] = 0;
  shared[words.failed] = 0;
  shared[words.kernel] = jobs.indexOf(name);
  shared[words.rows] = 'bounds' in cut ? 0 : cut.rows;
  shared[words.blockSize] = 'bounds' in cut ? 0 : cut.blockSize;
  shared[words.bounds] = 'bounds' in cut ? cut.bounds.at : 0;
  shared[words.argumentCount] = args.length;
  values.set(args);
  Atomics.store(shared, words.ticket, firstTicket(generation));
  Atomics.store(shared, words.generation, generation);
  return blocks;
}

/** @throws ERR_NUMERIC when a block of the job trapped */
export function checkJob(shared: Int32Array, name: JobName): void {
  if (shared[words.failed]) {
    throw new AttuneError('ERR_NUMERIC', `The kernel '${name}' failed. Please report this with the data's shape.`);
  }
}
