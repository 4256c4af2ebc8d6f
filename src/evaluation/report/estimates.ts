import { AttuneError } from '../../errors.ts';
import { confidenceInterval } from '../../metrics/significance/confidence-interval.ts';
import { studentQuantile } from '../../numeric/distributions.ts';
import type { ErrorMeasure, Measure } from '../measures.ts';
import type { EvaluationProtocol, ReportedValue } from './contents.ts';

/** One value per user. @throws ERR_NOT_SUPPORTED */
export function userValues(measure: Measure, key: string): { users: readonly string[]; values: Float64Array } {
  if (measure.kind === 'per-user') return measure;
  if (measure.kind === 'error') {
    const { users, sums, counts, root } = measure;
    const mean = sums.map((sum, at) => sum / counts[at]);
    return { users, values: root ? mean.map(Math.sqrt) : mean };
  }
  throw new AttuneError('ERR_NOT_SUPPORTED', `${key} belongs to all lists together; no single user has a value. Use get('${key}').`);
}

/** The mean of a measure with its interval. */
export function estimate(measure: Measure, { level, seed }: EvaluationProtocol): ReportedValue {
  switch (measure.kind) {
    case 'overall':
      return { mean: measure.value, low: measure.value, high: measure.value, users: measure.users.length };
    case 'error':
      return errorEstimate(measure, level);
    default: {
      const values = measure.values.filter((value) => !Number.isNaN(value));
      return { ...confidenceInterval(values, { level, seed }), users: values.length };
    }
  }
}

/** Ratio of sums, users being the sampled units: linearization (Cochran, Sampling Techniques, 1977, ch. 6). */
function errorEstimate({ sums, counts, root }: ErrorMeasure, level: number): ReportedValue {
  const users = counts.reduce((count, rows) => (rows > 0 ? count + 1 : count), 0);
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = sums.reduce((total, sum) => total + sum, 0) / rows;
  let squares = 0;
  for (let at = 0; at < sums.length; at++) squares += (sums[at] - mean * counts[at]) ** 2;
  const half = users < 2 ? Number.NaN : (-studentQuantile((1 - level) / 2, users - 1) * Math.sqrt((squares * users) / (users - 1))) / rows;
  const shape = (value: number) => (root ? Math.sqrt(Math.max(0, value)) : Math.max(0, value));
  return { mean: shape(mean), low: shape(mean - half), high: shape(mean + half), users };
}
