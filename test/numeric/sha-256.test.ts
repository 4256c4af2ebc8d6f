import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/numeric/sha-256.ts';

describe('sha256', () => {
  it('is what node:crypto says, at every length around a block and for any text', () => {
    const expected = (text: string) => createHash('sha256').update(text).digest('hex');
    for (let length = 0; length < 200; length++) expect(sha256('x'.repeat(length))).toBe(expected('x'.repeat(length)));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => sha256(text) === expected(text)));
  });
});
