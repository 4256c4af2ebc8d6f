import type { FitOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { AttuneError } from '../../errors.ts';
import { invert } from '../../numeric/inverse.ts';
import { Pace } from '../../work/pace.ts';

/** Options of an inversion. */
export interface InverseOptions extends FitOptions {
  /** Added to the diagonal of XᵀX. */
  regularization: number;
}

/** What the columns of P = (XᵀX + regularization I)^-1 are given to, each once; valid during the call. */
export type TakeColumn = (item: number, column: Float32Array | Float64Array) => void;

/** What is said when there is no inverse. */
export const notDefinite = 'EaseRecommender: expected a positive definite matrix. Raise regularization, or scale the values down.';

/** Gives every column of P from the dense inverse, in 64 bits. @throws ERR_NUMERIC, the signal's reason */
export async function invertDirectly(byUser: Csr, options: InverseOptions, take: TakeColumn): Promise<void> {
  const size = byUser.columns;
  const a = await gramOf(byUser, options.regularization, new Pace('multiplying', byUser.rows, options));
  const pace = new Pace('inverting', size, options);
  if (!(await invert(a, size, pace))) throw new AttuneError('ERR_NUMERIC', notDefinite);
  for (let i = 0; i < size; i++) {
    if (pace.due) await pace.rest(size);
    take(i, a.subarray(i * size, (i + 1) * size));
  }
  await pace.finish();
}

/** The lower triangle of XᵀX + regularization I. */
async function gramOf(byUser: Csr, regularization: number, pace: Pace): Promise<Float64Array> {
  const size = byUser.columns;
  const a = new Float64Array(size * size);
  for (let user = 0; user < byUser.rows; user++) {
    if (pace.due) await pace.rest(user);
    const end = byUser.offsets[user + 1];
    for (let e = byUser.offsets[user]; e < end; e++) {
      const start = byUser.indices[e] * size;
      for (let f = byUser.offsets[user]; f <= e; f++) a[start + byUser.indices[f]] += byUser.values[e] * byUser.values[f];
    }
  }
  for (let i = 0; i < size; i++) a[i * size + i] += regularization;
  await pace.finish();
  return a;
}
