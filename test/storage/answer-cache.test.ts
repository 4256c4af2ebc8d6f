import { answerCache } from 'attune';
import { describe, expect, it } from 'vitest';
import { answerCacheConformance } from '../support/conformance.ts';

describe('answers in memory', () => {
  answerCacheConformance((ttlMs) => answerCache({ ttlMs }));

  it('beyond the bound the answers that were longest unused go', async () => {
    const cache = answerCache({ maxBytes: 100_000 });
    const ask = (key: string, value: string) => cache.answer({ key }, () => value);
    for (let k = 0; k < 10; k++) {
      await ask(`k${k}`, 'x'.repeat(10_000)); // about 20 kB each
      await ask('k0', 'another');
    }
    expect(await ask('k0', 'new')).toBe('x'.repeat(10_000));
    expect(await ask('k1', 'new')).toBe('new');
    await ask('large', 'x'.repeat(60_000));
    expect(await ask('k9', 'new')).toBe('x'.repeat(10_000)); // what does not fit at all drives nothing out
    expect(await ask('large', 'new')).toBe('new');
  });

  it('takes no more memory than it was told, whatever is asked', async () => {
    const cache = answerCache({ maxBytes: 5_000_000 });
    globalThis.gc?.();
    for (let k = 0; k < 30_000; k++) await cache.answer({ key: `k${k}`, user: `u${k}`, models: 'als@1' }, () => 'x'.repeat(1000));
    expect(await cache.invalidate({ model: 'als' })).toBeLessThan(5_000_000 / 2000);
  });

  it('refuses options that it does not know', () => {
    for (const bad of [{ maxByte: 1 }, { ttlMs: 0 }, { maxBytes: -1 }] as never[])
      expect(() => answerCache(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});
