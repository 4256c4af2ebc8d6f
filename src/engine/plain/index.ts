/**
 * The kernels in plain TypeScript, over the same memory with the same arguments: the definition a reader can trust, the
 * oracle of the tests, and what runs where WebAssembly with SIMD is missing. Sums are 64-bit, results are stored as 32-bit.
 */
import type { Kernels } from '../job.ts';
import { alsRowKernels } from './als-rows.ts';
import { bprKernels } from './bpr.ts';
import { coarseKernels } from './coarse.ts';
import { codeKernels } from './codes.ts';
import { denseKernels } from './dense.ts';
import { distilKernels } from './distil.ts';
import { easeKernels } from './ease.ts';
import { eigenKernels } from './eigen.ts';
import { hnswKernels } from './hnsw.ts';
import { nearKernels } from './near.ts';
import { rankKernels } from './rank.ts';
import { scoreKernels } from './score.ts';
import { screenKernels } from './screen.ts';

/** All kernels over one memory. */
export function plainKernels(buffer: ArrayBufferLike): Kernels {
  const memory = { f32: new Float32Array(buffer), f64: new Float64Array(buffer), i32: new Int32Array(buffer) };
  return {
    ...denseKernels(memory),
    ...codeKernels(memory),
    ...coarseKernels(memory),
    ...distilKernels(memory),
    ...alsRowKernels(memory),
    ...nearKernels(memory),
    ...rankKernels(memory),
    ...scoreKernels(memory),
    ...screenKernels(memory),
    ...hnswKernels(memory),
    ...bprKernels(memory),
    ...easeKernels(memory),
    ...eigenKernels(memory),
  } as unknown as Kernels;
}

/** The memory as typed arrays from position 0. */
export interface Memory {
  f32: Float32Array;
  f64: Float64Array;
  i32: Int32Array;
}
