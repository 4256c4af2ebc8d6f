import type { BenchTask } from '../support/tasks.ts';

/** What a task of the benchmark gets. */
export interface SearchContext {
  /** Whether the other side is to be measured. */
  peers: boolean;
  /** Rounds in which the sides alternate. */
  repeats: number;
  /** Threads of a batch or a build, both sides; a single query has one. */
  threads: number;
  /** Smaller data, for a fast look; its ratios mean little. */
  quick: boolean;
  /** Folder of the public data sets, such as `scifact/`. */
  data: string;
  /** Folder of the transformer models, such as `Xenova/all-MiniLM-L6-v2`. */
  models: string;
  /** For files between the sides. */
  folder: string;
  /** Says what is going on. */
  say(line: string): void;
}

/** A part of the benchmark. */
export type SearchTask = BenchTask<SearchContext>;
