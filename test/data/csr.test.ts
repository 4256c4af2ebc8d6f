import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates, transpose } from '../../src/data/csr.ts';

const coordinates = fc
  .record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 12 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      cells: fc.uniqueArray(fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1), fc.integer({ min: 1, max: 99 })), {
        selector: ([r, c]) => r * 100 + c,
        maxLength: 60,
      }),
    }),
  );

describe('compressed sparse rows', () => {
  it('hold the entries by row, columns ascending, and by column after a transpose', () => {
    fc.assert(
      fc.property(coordinates, ({ rows, columns, cells }) => {
        const csr = csrFromCoordinates(
          rows,
          columns,
          Int32Array.from(cells, (c) => c[0]),
          Int32Array.from(cells, (c) => c[1]),
          Float32Array.from(cells, (c) => c[2]),
        );
        const sorted = [...cells].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect([csr.rows, csr.columns, csr.offsets.length, csr.offsets[rows]]).toEqual([rows, columns, rows + 1, cells.length]);
        expect(entries(csr)).toEqual(sorted);
        const other = transpose(csr);
        expect(entries(other)).toEqual(sorted.map(([r, c, v]) => [c, r, v]).sort((a, b) => a[0] - b[0] || a[1] - b[1]));
        expect(transpose(other)).toEqual(csr);
      }),
    );
  });
});

function entries(csr: ReturnType<typeof transpose>): number[][] {
  const list: number[][] = [];
  for (let r = 0; r < csr.rows; r++) {
    for (let e = csr.offsets[r]; e < csr.offsets[r + 1]; e++) list.push([r, csr.indices[e], csr.values[e]]);
  }
  return list;
}
