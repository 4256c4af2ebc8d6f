/** Number of blocks of a training step, and so of the arrays in which blocks collect their gradients. Never depends on the number of threads. */
export const blocksPerStep = 16;

/** Cuts rows into at most that many blocks. @param multiple of rows a block, 4 by default, which the tiles of matrices want */
export function cutOf(rows: number, blocks = blocksPerStep, multiple = 4): { rows: number; blockSize: number } {
  return { rows, blockSize: Math.max(1, multiple * Math.ceil(rows / (blocks * multiple))) };
}
