import { AttuneError } from 'attune';
import { describe, expect, it } from 'vitest';
import { randomOf } from './damage.ts';
import { targets } from './targets.ts';

/** So many cases of each target of `npm run fuzz`, always the same, so that the fuzzer itself keeps working between its long runs. */
const cases = 150;

describe('a case of the fuzzer is answered or refused with a coded error', () => {
  it.each(targets)('$name', { timeout: 60_000 }, async ({ prepare }) => {
    const run = await prepare();
    let answered = 0;
    for (let seed = 0; seed < cases; seed++) {
      await run(randomOf(seed)).then(
        () => answered++,
        (error) => expect(error, `--seed ${seed}: ${error?.stack}`).toBeInstanceOf(AttuneError),
      );
    }
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(cases);
  });
});
