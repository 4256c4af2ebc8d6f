import type { StaticTable } from './static-file.ts';

/** Rows as small whole numbers with one scale each. */
export function quantized(
  table: Float32Array,
  dimensions: number,
  bits: 8 | 4,
): Pick<StaticTable, 'dimensions' | 'bits' | 'codes' | 'scales'> {
  const rows = table.length / dimensions;
  const most = bits === 8 ? 127 : 7;
  const scales = new Float32Array(rows);
  const codes = bits === 8 ? new Int8Array(table.length) : new Uint8Array(table.length / 2);
  for (let row = 0; row < rows; row++) {
    const numbers = table.subarray(row * dimensions, (row + 1) * dimensions);
    const largest = numbers.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    if (largest === 0) continue;
    scales[row] = largest / most;
    for (let d = 0; d < dimensions; d++) {
      const code = Math.round((numbers[d] / largest) * most);
      const at = row * dimensions + d;
      if (bits === 8) codes[at] = code;
      else codes[at >> 1] |= (code & 15) << (at & 1 ? 4 : 0);
    }
  }
  return { dimensions, bits, codes, scales };
}
