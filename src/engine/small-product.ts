import { product } from './generated/jobs.ts';
import type { LocalEngine } from './local-engine.ts';
import { placeMatrix, type SmallMemory } from './small-matrices.ts';

/** The product of two f x f matrices of doubles, by the kernels of an engine. */
export function smallProduct(
  engine: LocalEngine<'sums'>,
  { a, b, out }: SmallMemory,
  f: number,
  left: Float64Array,
  right: Float64Array,
): Float64Array {
  placeMatrix(left, f, a);
  placeMatrix(right, f, b);
  engine.call(product, { a, b, out, f });
  const ld = f + (f % 2);
  const result = new Float64Array(f * f);
  for (let i = 0; i < f; i++) result.set(out.array.subarray(i * ld, i * ld + f), i * f);
  return result;
}
