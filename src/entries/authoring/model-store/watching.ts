import { bytes, type ModelStoreSuite } from './suite.ts';

/** Aliases that are watched. */
export function modelsWatched({ it, expect, open }: ModelStoreSuite): void {
  it('watch yields where an alias points after each promote and rollback, within a second, and ends with its signal', async () => {
    const store = await open();
    for (const value of [1, 2, 3]) await store.put('als', bytes(value), { value });
    await store.promote('als', 1, 'production');
    const controller = new AbortController();
    const changes = store.watch('als', 'production', { signal: controller.signal })[Symbol.asyncIterator]();
    await new Promise((resolve) => setTimeout(resolve, 300)); // so that it has seen where the alias points now
    for (const [version, move] of [
      [3, () => store.promote('als', 3, 'production')],
      [2, () => store.promote('als', 2, 'production')],
      [3, () => store.rollback('als', 'production')],
    ] as const) {
      const next = changes.next();
      await store.promote('als', 1, 'another');
      await move();
      const moved = Date.now();
      expect((await next).value).toMatchObject({ name: 'als', version, metadata: { value: version }, aliases: ['production'] });
      expect(Date.now() - moved).toBeLessThan(2000); // a second, on a machine that is busy with other things
    }
    const last = changes.next();
    controller.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('watch yields at once when the alias has moved on from the version that the caller has', async () => {
    const store = await open();
    for (const value of [1, 2]) await store.put('als', bytes(value));
    await store.promote('als', 2, 'production');
    for await (const { version } of store.watch('als', 'production', { since: 1 })) {
      expect(version).toBe(2);
      break;
    }
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    for await (const _ of store.watch('als', 'staging', { signal: controller.signal })) throw new Error('nothing was promoted');
    for await (const _ of store.watch('als', 'staging', { signal: AbortSignal.abort() })) throw new Error('it has ended');
    for (const [name, alias] of [
      ['a b', 'x'],
      ['als', '3'],
    ] as const)
      expect(() => store.watch(name, alias)).toThrow();
    expect(() => store.watch('als', 'x', { every: 5 } as never)).toThrow();
  });
}
