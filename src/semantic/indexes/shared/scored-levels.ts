import type { ScoreLevelsArguments } from '../../../engine/generated/jobs.ts';
import { within } from '../../../engine/memory/block.ts';
import { type Blocks, f32, i32, layout } from '../../../engine/memory/layout.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import type { CodedMemory } from './coded-memory.ts';

/** Rows that are scored for each query of a range at most. Where there are more, or more are wanted, they are left to the caller. */
export const mostScored = 256;

/** What {@link ScoredLevels} takes of an engine. */
export function scoredLayout(queries: number, dimensions: number) {
  return layout({
    vectors: f32(queries * dimensions),
    /** Of each query: the level from which on rows are scored, 0 for none, these rows with their scores, and how many there are. */
    leasts: i32(queries),
    lists: i32(queries * mostScored),
    scores: f32(queries * mostScored),
    counts: i32(queries),
  });
}

/** Scores of the rows whose levels say that they may be among the best of some queries, by one job for all of them. */
export class ScoredLevels {
  readonly #memory: CodedMemory;
  readonly #blocks: Blocks<ReturnType<typeof scoredLayout>['fields']>;

  /** @param blocks placed for {@link scoredLayout} */
  constructor(memory: CodedMemory, blocks: Blocks<ReturnType<typeof scoredLayout>['fields']>) {
    this.#memory = memory;
    this.#blocks = blocks;
  }

  /** Takes the k-th query. */
  take(k: number, query: Float32Array): void {
    this.#blocks.vectors.array.set(query, k * this.#memory.dimensions);
  }

  /** @param leasts the level of each query from which on its rows are scored; 0: none are */
  from(leasts: readonly number[]): void {
    this.#blocks.leasts.array.set(leasts);
  }

  /**
   * What the job is told.
   * @param first the row of the first of the levels
   * @param levels as kernels/codes-batch/coarse.ts made them, with what it was told of each query
   */
  job(first: number, n: number, levels: Pick<ScoreLevelsArguments, 'levels' | 'stride' | 'own'>): ScoreLevelsArguments {
    const { dimensions: f, blocks } = this.#memory;
    return { ...levels, ...this.#blocks, n, rows: within(blocks.rows, first * f), f, most: mostScored };
  }

  /** Offers what the job has scored for the k-th query. @returns whether that is all; if not, nothing was offered */
  offer(k: number, keys: Int32Array, best: TopK): boolean {
    const { lists, scores, counts } = this.#blocks;
    const count = counts.array[k];
    if (count > mostScored) return false;
    for (let at = k * mostScored; at < k * mostScored + count; at++) best.offer(keys[lists.array[at]], scores.array[at]);
    return true;
  }
}
