import { HybridRanker } from 'attune';
import { expect, it } from 'vitest';

const catalogue = Array.from({ length: 1000 }, (_, k) => `i${k}`);

/** An index in which every history is closest to the first items of the catalogue. */
function watchedIndex() {
  const asked: { n: number; exclude: number }[] = [];
  const looked: string[] = [];
  return {
    asked,
    looked,
    has: (item: string) => looked.push(item) > 0,
    search: async () => [],
    similarTo(_: unknown, { n, exclude = [] }: { n: number; exclude?: readonly string[] }) {
      asked.push({ n, exclude: exclude.length });
      const never = new Set(exclude);
      const list = catalogue.filter((item) => !never.has(item)).slice(0, n);
      return list.map((item) => ({ item, score: 1 - catalogue.indexOf(item) / 1000 }));
    },
  };
}

it('a page is full though all that is closest has been seen, and an index is asked for more only then', async () => {
  for (const [from, asked] of [
    [
      0,
      [
        { n: 300, exclude: 0 },
        { n: 100, exclude: 400 },
      ],
    ],
    [600, [{ n: 300, exclude: 0 }]],
  ] as const) {
    const index = watchedIndex();
    const history = catalogue.slice(from, from + 400);
    const { items } = await new HybridRanker({ sources: { index } }).rank({ history }, { n: 10 });
    const first = from === 0 ? 400 : 0;
    expect(items.map(({ item }) => item)).toEqual(catalogue.slice(first, first + 10));
    expect(index.asked).toEqual(asked);
    expect(index.looked).toEqual(history.slice(-50).reverse()); // the latest ones, which are compared
  }
});
