/**
 * The kernels in plain TypeScript, over the same memory with the same arguments: the definition a reader can trust, the
 * oracle of the tests, and what runs where WebAssembly with SIMD is missing. Sums are 64-bit, results are stored as 32-bit.
 */
import type { Kernels } from '../threads/job.ts';
import { explainKernels } from './als/explain.plain.ts';
import { alsRowKernels } from './als/rows.plain.ts';
import { bprKernels } from './bpr/bpr.plain.ts';
import { coarseKernels } from './codes/coarse.plain.ts';
import { codeKernels } from './codes/codes.plain.ts';
import { denseKernels } from './dense/dense.plain.ts';
import { distilKernels } from './distil/distil.plain.ts';
import { easeKernels } from './ease/ease.plain.ts';
import { eigenKernels } from './dense/eigen.plain.ts';
import { hnswKernels } from './hnsw/hnsw.plain.ts';
import { nearKernels } from './codes/near.plain.ts';
import { rankKernels } from './ranking/rank.plain.ts';
import { scoreKernels } from './ranking/score.plain.ts';
import { prefilterKernels } from './ranking/prefilter.plain.ts';

/** All kernels over one memory. */
export function plainKernels(buffer: ArrayBufferLike): Kernels {
  const memory = { f32: new Float32Array(buffer), f64: new Float64Array(buffer), i32: new Int32Array(buffer) };
  return {
    ...denseKernels(memory),
    ...codeKernels(memory),
    ...coarseKernels(memory),
    ...distilKernels(memory),
    ...alsRowKernels(memory),
    ...explainKernels(memory),
    ...nearKernels(memory),
    ...rankKernels(memory),
    ...scoreKernels(memory),
    ...prefilterKernels(memory),
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
