import { availableParallelism } from 'node:os';
import type { BenchTask } from '../support/tasks.ts';
import type { Implicit } from './implicit.ts';

/** What a task of the benchmark gets. */
export interface AlsContext {
  /** Undefined where it cannot be had: our side only. */
  implicit: Implicit | undefined;
  /** Fits on each side of a comparison, alternately. */
  repeats: number;
  /** Smaller data, for a fast look; its ratios mean little. */
  quick: boolean;
  /** Threads of a fit, both sides. */
  threads: number;
  /** For files between the sides. */
  folder: string;
  /** Says what is going on. */
  say(line: string): void;
}

/** A part of the benchmark. */
export type AlsTask = BenchTask<AlsContext>;

/** Two, as the goals are set, or what the machine has. */
export const defaultThreads = Math.min(2, availableParallelism());
