import type { Memory } from '../../memory/views.ts';

const norm = 131_072;
/** Histories whose sparse parts lie side by side. */
export const together = 32;

type Signal = [item: number, value: number][];

/** What scores are made of. */
export function partsOf({ f32, i16, i32 }: Memory) {
  /** Sparse rows times x. */
  const times = (offsets: number, indices: number, values: number, rows: number, x: Float64Array) =>
    Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let e = i32[offsets / 4 + row]; e < i32[offsets / 4 + row + 1]; e++) sum += f32[values / 4 + e] * x[i32[indices / 4 + e]];
      return sum;
    });

  /** Items of a history and their values, times pre. */
  const signalOf = (query: number, queryOffsets: number, queryItems: number, queryValues: number, pre: number) => {
    const signal: Signal = [];
    for (let e = i32[queryOffsets / 4 + query]; e < i32[queryOffsets / 4 + query + 1]; e++) {
      const item = i32[queryItems / 4 + e];
      signal.push([item, f32[queryValues / 4 + e] * f32[pre / 4 + item]]);
    }
    return signal;
  };

  /** q(A) signal. @param graph the arguments from items to ratio */
  const sparsePart = (signal: Signal, graph: number[]) => {
    const [items, users, offsets, indices, values, rowOffsets, rowIndices, rowValues, constant, series, terms, ratio] = graph;
    const y = new Float64Array(users);
    for (const [item, t] of signal) {
      for (let e = i32[offsets / 4 + item]; e < i32[offsets / 4 + item + 1]; e++) y[i32[indices / 4 + e]] += t * f32[values / 4 + e];
    }
    // Clenshaw's recurrence for the sum of series[k] T_k(ratio N Nᵀ - 1) y.
    let b1 = y.map((v) => f32[series / 4 + terms - 1] * v);
    let b2 = new Float64Array(users);
    for (let k = terms - 2; k >= 0; k--) {
      const twice = k > 0 ? 2 : 1;
      const product = times(rowOffsets, rowIndices, rowValues, users, times(offsets, indices, values, items, b1));
      const next = y.map((v, u) => f32[series / 4 + k] * v + twice * (ratio * product[u] - b1[u]) - b2[u]);
      b2 = b1;
      b1 = next;
    }
    const scores = times(offsets, indices, values, items, b1);
    for (const [item, t] of signal) scores[item] += constant * t;
    return scores;
  };

  /** Adds V g(Λ) Vᵀ signal. @param basis rank, vectors, scales and gains */
  const addDense = (scores: Float64Array, signal: Signal, [rank, vectors, scales, gains]: number[], parts: number) => {
    const x = new Float64Array(rank);
    for (const [item, t] of signal) {
      for (let k = 0; k < rank; k++) x[k] += t * f32[scales / 4 + item] * i16[vectors / 2 + item * rank + k] * f32[gains / 4 + k];
    }
    const whole = rounded(x);
    if (parts > 1) rounded(x.map((v, k) => v - whole[k])).forEach((v, k) => { whole[k] += v; });
    for (let i = 0; i < scores.length && rank > 0; i++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += whole[k] * i16[vectors / 2 + i * rank + k];
      scores[i] += sum * f32[scales / 4 + i];
    }
    return scores;
  };

  return { signalOf, sparsePart, addDense };
}

/** Twins of scores.ts. */
export function twins(memory: Memory) {
  const { f32 } = memory;
  const { signalOf, sparsePart, addDense } = partsOf(memory);
  return {
    filterScores(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [items] = rest;
      const [pre, queryOffsets, queryItems, queryValues, parts, out] = rest.slice(16);
      for (let query = lo; query < hi; query++) {
        const signal = signalOf(query, queryOffsets, queryItems, queryValues, pre);
        addDense(sparsePart(signal, rest), signal, rest.slice(12), parts).forEach((score, i) => {
          f32[out / 4 + query * items + i] = f32[pre / 4 + i] > 0 ? score / f32[pre / 4 + i] : 0;
        });
      }
    },

    filterSparse(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [items] = rest;
      const [pre, queryOffsets, queryItems, queryValues, dense] = rest.slice(12);
      for (let query = lo; query < hi; query++) {
        const scores = sparsePart(signalOf(query, queryOffsets, queryItems, queryValues, pre), rest);
        scores.forEach((score, i) => { f32[dense / 4 + (block * items + i) * together + query - lo] = score; });
      }
    },
  };
}

/** x in multiples of such a scale that no product with a row leaves 32 bits. */
function rounded(x: Float64Array): Float64Array {
  const scale = Math.max(Math.hypot(...x) / norm, ...x.map((v) => Math.abs(v) / 32767));
  return x.map((v) => (scale > 0 ? Math.round(v / scale) * scale : 0));
}
