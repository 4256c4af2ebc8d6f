/** The protocol between the main thread and workers: where a job is in shared memory and how its blocks are claimed. */

import { controlBytes } from './pool-layout.ts';
import type { Kernels } from './run-here.ts';

/** Positions in the control area: 32-bit words, then (at byte `values`) 64-bit arguments. */
export const words = {
  /** Number of the job; negative = the workers must exit. */
  generation: 0,
  /** Low bits of the generation above, next block below: one word, so that a late worker can never take a block of a job it did not read. */
  ticket: 1,
  blocks: 2,
  done: 3,
  kernel: 4,
  rows: 5,
  blockSize: 6,
  /** Byte position of `blocks + 1` row numbers, or 0 for blocks of `blockSize`. */
  bounds: 7,
  argumentCount: 8,
  failed: 9,
  count: 16,
  values: 64,
  valueCount: 24,
  bytes: controlBytes,
} as const;

const blockBits = 20;
/** More blocks than this do not fit into a ticket. */
export const maxBlocks = (1 << blockBits) - 1;

/** The ticket that offers the first block of a generation. */
export const firstTicket = (generation: number) => (generation & 0x7ff) << blockBits;

/** What a worker needs to know to take part. */
export interface EngineMemory {
  memory: WebAssembly.Memory;
  /** Byte position of the control area. */
  control: number;
  /** Byte position of the scratch of thread 0; each thread has `scratchBytes`. */
  scratch: number;
  scratchBytes: number;
}

/**
 * Takes blocks of the current job until there are none (true) or the time is up (false). A trap inside a kernel is flagged in
 * shared memory and its block counted as done, so that no thread waits forever.
 */
export function runBlocks({ calls, jobs }: Kernels, shared: Int32Array, values: Float64Array, scratch: number, until: number): boolean {
  const generation = Atomics.load(shared, words.generation);
  const blocks = shared[words.blocks];
  const rows = shared[words.rows];
  const size = shared[words.blockSize];
  const bounds = shared[words.bounds];
  const kernel = calls[jobs[shared[words.kernel]]] as (...args: number[]) => void;
  const args = Array.from(values.subarray(0, shared[words.argumentCount]));
  for (;;) {
    const ticket = Atomics.load(shared, words.ticket);
    const block = ticket & maxBlocks;
    if (ticket - block !== firstTicket(generation) || block >= blocks) return true;
    if (Atomics.compareExchange(shared, words.ticket, ticket, ticket + 1) !== ticket) continue;
    try {
      const table = bounds === 0 ? undefined : new Int32Array(shared.buffer, bounds >>> 0, blocks + 1);
      kernel(table ? table[block] : block * size, table ? table[block + 1] : Math.min(rows, (block + 1) * size), block, scratch, ...args);
    } catch {
      Atomics.store(shared, words.failed, 1);
    }
    if (Atomics.add(shared, words.done, 1) + 1 === blocks) Atomics.notify(shared, words.done);
    if (performance.now() > until) return false;
  }
}
