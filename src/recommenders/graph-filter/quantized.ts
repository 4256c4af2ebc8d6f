/** Rows of whole numbers; a row times its scale is what it stands for, to about 5e-5 of its norm. */
export interface QuantizedRows {
  /** Rows x width; width is the rank, up to a multiple of 8. */
  vectors: Int16Array;
  scales: Float32Array;
}

/** The greatest norm of a row: with that of a query in kernels/graph-filter/scores.ts no sum of products leaves 32 bits. */
const norm = 16_000;
const most = 32_767;

/** Floats per row in whole numbers. */
export const widthOf = (rank: number) => Math.ceil(rank / 8) * 8;

/** Collects rows. */
export function quantizer(count: number, rank: number) {
  const width = widthOf(rank);
  const vectors = new Int16Array(count * width);
  const scales = new Float32Array(count);
  return {
    set(row: number, values: Float32Array): void {
      let square = 0;
      let largest = 0;
      for (let k = 0; k < rank; k++) {
        square += values[k] * values[k];
        largest = Math.max(largest, Math.abs(values[k]));
      }
      const scale = Math.max(Math.sqrt(square) / norm, largest / most);
      scales[row] = scale;
      if (scale > 0) for (let k = 0, e = row * width; k < rank; k++, e++) vectors[e] = Math.round(values[k] / scale);
    },
    done: (): QuantizedRows => ({ vectors, scales }),
  };
}

/** Rows without the zeros at their end, as files have them. */
export function packed(vectors: Int16Array, count: number, rank: number): Int16Array {
  return moved(vectors, count, widthOf(rank), rank, rank);
}

/** The inverse of {@link packed}. */
export function unpacked(vectors: Int16Array, count: number, rank: number): Int16Array {
  return moved(vectors, count, rank, widthOf(rank), rank);
}

function moved(from: Int16Array, count: number, stride: number, toStride: number, rank: number): Int16Array {
  if (stride === toStride) return from;
  const to = new Int16Array(count * toStride);
  for (let row = 0; row < count; row++) to.set(from.subarray(row * stride, row * stride + rank), row * toStride);
  return to;
}
