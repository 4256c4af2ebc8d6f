import { HybridRanker } from 'attune';
import { expect, it, vi } from 'vitest';
import { fakeModel, ranked } from './fakes.ts';

const list = Array.from({ length: 50 }, (_, k) => `i${k}`);

it('a page asks each source once for its reasons, for its own items only, and not at all without reasons', async () => {
  const explainMany = vi.fn((_: string, items: Iterable<string>) =>
    Array.from(items, (item) => ({ score: 1, contributions: [{ item: `because of ${item}`, value: 1, score: 1 }] })),
  );
  const model = { ...fakeModel({ u: list }), explainMany };
  const sources = { model, more: () => ranked('x') };
  const page = await new HybridRanker({ sources }).rank({ user: 'u' }, { n: 5 });
  expect(explainMany).toHaveBeenCalledTimes(1);
  const own = page.items.map(({ item }) => item).filter((item) => item !== 'x');
  expect([...explainMany.mock.calls[0][1]].sort()).toEqual([...own].sort());
  expect(page.items.find(({ item }) => item === 'i0')?.reasons[0]).toMatchObject({ kind: 'liked', item: 'because of i0' });

  const without = await new HybridRanker({ sources }).rank({ user: 'u' }, { n: 5, reasons: false });
  expect(without.items.map(({ item, reasons }) => [item, reasons])).toEqual(page.items.map(({ item }) => [item, []]));
  await new HybridRanker({ sources, reasons: false }).rank({ user: 'u' });
  expect(explainMany).toHaveBeenCalledTimes(1);
  await new HybridRanker({ sources, reasons: false }).rank({ user: 'u' }, { reasons: true });
  expect(explainMany).toHaveBeenCalledTimes(2);
});
