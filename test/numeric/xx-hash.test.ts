import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashing, xxHash32 } from '../../src/numeric/xx-hash.ts';
import { atOnce } from '../../src/work/steps.ts';

const hash = (text: string) => xxHash32(new TextEncoder().encode(text)).toString(16).padStart(8, '0');

it('xxHash32 gives the values of the reference implementation', () => {
  expect(hash('')).toBe('02cc5d05');
  expect(hash('a')).toBe('550d7456');
  expect(hash('abc')).toBe('32d153ff');
  expect(hash('Nobody inspects the spammish repetition')).toBe('e2293b2f');
  // The sanity buffer of the reference: byte k is the top byte of a generator that multiplies by itself.
  const buffer = new Uint8Array(101);
  for (let k = 0, generator = 2654435761; k < buffer.length; k++, generator = Math.imul(generator, generator) >>> 0)
    buffer[k] = generator >>> 24;
  expect(xxHash32(buffer.subarray(0, 1))).toBe(0xb85cbee5);
  expect(xxHash32(buffer.subarray(0, 14))).toBe(0xe5aa0ab4);
  expect(xxHash32(buffer)).toBe(0x1f1aa412);
});

it('xxHash32 of pieces, and of bytes that lie anywhere, is that of the whole', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat({ max: 200 }), { maxLength: 4 }),
      fc.nat({ max: 7 }),
      (bytes, cuts, shift) => {
        const whole = xxHash32(bytes);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        expect(xxHash32(moved.subarray(shift))).toBe(whole);
        const ends = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        expect(xxHash32(...ends.slice(1).map((end, k) => moved.subarray(shift + ends[k], shift + end)))).toBe(whole);
      },
    ),
  );
});

it('xxHash32 by steps is that of the whole, and a step has a megabyte', () => {
  const bytes = Uint8Array.from({ length: 3 * 2 ** 20 + 7 }, (_, k) => Math.imul(k, 2654435761) >>> 24);
  const parts = [bytes.subarray(0, 5), bytes.subarray(5)];
  expect(atOnce(hashing(...parts))).toBe(xxHash32(bytes));
  expect(Array.from(hashing(...parts))).toHaveLength(1 + 4);
});
