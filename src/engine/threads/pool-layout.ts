import { padded } from '../memory/block.ts';
import { type Blocks, i32, layout } from '../memory/layout.ts';

/** Bytes of the control area: its words and its arguments, see job.ts. */
export const controlBytes = 64 + 24 * 8;

/** What a pool of threads takes from its host. */
export function poolLayout(threads: number, scratchBytes: number) {
  return layout({ control: i32(controlBytes / 4), scratch: i32((threads * padded(scratchBytes)) / 4) });
}

/** The same, placed. */
export type PoolMemory = Blocks<ReturnType<typeof poolLayout>['fields']>;
