import { diagonalize } from '../../../numeric/eigen.ts';
import type { Memory } from '../../memory/views.ts';
import { matricesIn } from './matrices.plain.ts';

/** Twins of eigen.ts. */
export function twins({ f64 }: Memory) {
  const { read, write } = matricesIn(f64);
  return {
    diagonalize(a: number, f: number, values: number, basisAt: number) {
      const { values: found, basis } = diagonalize(read(a, f), f);
      f64.set(found, values / 8);
      write(basisAt, basis, f);
    },
  };
}
