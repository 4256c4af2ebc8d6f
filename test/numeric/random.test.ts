import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { arc4 } from '../../src/numeric/arc4.ts';
import { randomNumbers } from '../../src/numeric/random.ts';

const seeds = ['', '0', '7', '-1', 'user factors', 'Ω😀', 'x'.repeat(255), 'ab'.repeat(128), 'a long seed '.repeat(50)];

describe('seeded numbers', () => {
  it.each(seeds)('expand the seed %j as seedrandom does', (seed) => {
    const next = arc4(seed);
    const oracle = seedrandom(seed);
    for (let k = 0; k < 300; k++) expect(next()).toBe(oracle.int32());
  });
  it.each(seeds)('are those of seedrandom.alea for %j', (seed) => {
    const next = randomNumbers(seed);
    const oracle = seedrandom.alea(seed);
    for (let k = 0; k < 300; k++) expect(next()).toBe(oracle());
    expect(next.int32()).toBe(oracle.int32());
  });
});
