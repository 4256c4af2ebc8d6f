import type { Memory } from '../../memory/views.ts';
import { halfStep } from './half-step.plain.ts';

/** Twin of rows.ts. */
export function twins(memory: Memory) {
  return {
    solveRowsExactly(
      lo: number,
      hi: number,
      block: number,
      _scratch: number,
      offsets: number,
      indices: number,
      d: number,
      r: number,
      y: number,
      eigenvalues: number,
      lambdas: number,
      floor: number,
      f: number,
      out: number,
      stats: number,
      dualMax: number,
      failed: number,
    ) {
      const rows = { lo, hi, block, offsets, indices, d, r, y, lambdas, out, stats, failed, weights: 0, combination: 0 };
      halfStep(memory, { ...rows, eigenvalues, floor, f, dualMax });
    },
  };
}
