import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

/** The contract of `EmbeddingCache` as tests. `reopen` gives another cache over the same place, undefined where nothing lasts. */
export function embeddingCacheConformance(open: () => { cache: EmbeddingCache; reopen?: () => EmbeddingCache }, runner: TestRunner): void {
  const { it, expect } = suiteOf(runner);
  const vectors = Float32Array.of(1, 2, 3, -4, 5.5, 1e-30);

  it('gives what was put, in the order asked, and undefined for the rest', async () => {
    const { cache, reopen } = open();
    expect(await cache.get('s', ['a'])).toEqual([undefined]);
    await cache.put('s', ['a', 'b'], vectors);
    const expected = [Float32Array.of(-4, 5.5, 1e-30), undefined, Float32Array.of(1, 2, 3)];
    expect(await cache.get('s', ['b', 'x', 'a'])).toEqual(expected);
    if (reopen) expect(await reopen().get('s', ['b', 'x', 'a'])).toEqual(expected);
  });

  it('keeps spaces apart', async () => {
    const { cache } = open();
    await cache.put('one', ['a'], Float32Array.of(1));
    await cache.put('two', ['a'], Float32Array.of(2, 3));
    expect(await cache.get('one', ['a'])).toEqual([Float32Array.of(1)]);
    expect(await cache.get('two', ['a'])).toEqual([Float32Array.of(2, 3)]);
  });

  it('takes more, and a key again', async () => {
    const { cache } = open();
    await cache.put('s', ['a'], Float32Array.of(1));
    await cache.put('s', ['b', 'a'], Float32Array.of(2, 1));
    expect(await cache.get('s', ['a', 'b'])).toEqual([Float32Array.of(1), Float32Array.of(2)]);
  });

  it('keeps copies', async () => {
    const { cache } = open();
    const given = Float32Array.of(7);
    await cache.put('s', ['a'], given);
    given[0] = 0;
    expect(await cache.get('s', ['a'])).toEqual([Float32Array.of(7)]);
  });

  it('takes thousands at once', async () => {
    const { cache } = open();
    const keys = Array.from({ length: 3000 }, (_, k) => k.toString(16).padStart(32, '0'));
    await cache.put(
      's',
      keys,
      Float32Array.from({ length: 3000 * 4 }, (_, k) => k),
    );
    const found = await cache.get('s', [keys[2999], keys[0], ...keys]);
    expect(found.slice(0, 2)).toEqual([Float32Array.of(11996, 11997, 11998, 11999), Float32Array.of(0, 1, 2, 3)]);
    expect(found.every((vector) => vector?.length === 4)).toBe(true);
  });
}
