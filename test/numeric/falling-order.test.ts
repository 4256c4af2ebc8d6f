import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fallingOrder } from '../../src/numeric/falling-order.ts';
import { atOnce } from '../../src/work/steps.ts';

it('the falling order is that of sorting with a comparison, equal values in their order', () => {
  const value = fc.oneof(fc.constantFrom(0, 1, 2, 5e-324, Number.MAX_VALUE), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 300 }), (list) => {
      const values = Float64Array.from(list, (x) => x + 0); // -0 would be below all
      const sorted = Int32Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
      expect(atOnce(fallingOrder(values))).toEqual(sorted);
    }),
  );
});
