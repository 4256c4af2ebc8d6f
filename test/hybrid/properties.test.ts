import { boost, diversify, HybridRanker, limitPer, pin, type Reranker, reciprocalRank, type SourceFusion, weighted } from 'attune';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const item = fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f', 'g', '__proto__', 'constructor');
const entry = fc.record({ item, score: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double()) });
const mess = fc.oneof(entry, fc.anything());
const answers = fc.dictionary(fc.constantFrom('one', 'two', 'three', '__proto__'), fc.array(mess, { maxLength: 12 }), { minKeys: 1 });
const fusions = fc.constantFrom(
  weighted(),
  weighted(undefined, { normalize: 'z-score' }),
  weighted(undefined, { normalize: 'rank' }),
  reciprocalRank(),
);
const rules = fc.subarray([
  boost({ where: (_, id) => id < 'c', factor: 2 }),
  limitPer('parity', 2),
  diversify({ by: 'parity', lambda: 0.5 }),
  pin({ items: ['z', 'b'], position: 2 }),
]);
const attributes = (id: string) => ({ parity: id.charCodeAt(0) % 2 });
const ranker = (lists: Record<string, unknown[]>, fusion: SourceFusion, rerank: Reranker[]) =>
  new HybridRanker({
    sources: Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, () => list])) as never,
    fusion,
    attributes,
    rerank,
  });

it('a page is never longer than n, has no item twice, keeps to exclude and only, and gives finite scores and reasons', () =>
  fc.assert(
    fc.asyncProperty(
      answers,
      fusions,
      rules,
      fc.nat(8),
      fc.array(item),
      fc.option(fc.array(item), { nil: undefined }),
      async (lists, fusion, rerank, n, exclude, only) => {
        const page = await ranker(lists, fusion, rerank).rank({ exclude, only }, { n });
        const ids = page.items.map((one) => one.item);
        expect(ids.length).toBeLessThanOrEqual(n);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => exclude.includes(id))).toEqual([]);
        if (only) expect(ids.filter((id) => !only.includes(id))).toEqual([]);
        for (const { score, reasons } of page.items) {
          expect(Number.isFinite(score)).toBe(true);
          expect(reasons.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 300 },
  ));

it('a page does not depend on the order of entries or of sources', () =>
  fc.assert(
    fc.asyncProperty(answers, fusions, rules, fc.integer(), async (lists, fusion, rerank, seed) => {
      const shuffled = Object.fromEntries(
        Object.entries(lists)
          .reverse()
          .map(([name, list]) => [name, [...list].sort((a, b) => hash(a, seed) - hash(b, seed)).reverse()]),
      );
      const one = await ranker(lists, fusion, rerank).rank({}, { n: 5 });
      const other = await ranker(shuffled, fusion, rerank).rank({}, { n: 5 });
      expect(other.items.map(({ item: id, score }) => [id, score])).toEqual(one.items.map(({ item: id, score }) => [id, score]));
    }),
    { numRuns: 200 },
  ));

it('a page has all that any source found, when it is long enough', () =>
  fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('one', 'two'), fc.array(entry), { minKeys: 1 }), fusions, async (lists, fusion) => {
      const page = await ranker(lists, fusion, []).rank({}, { n: 100 });
      const found = Object.values(lists)
        .flat()
        .filter(({ score }) => Number.isFinite(score));
      expect(new Set(page.items.map((one) => one.item))).toEqual(new Set(found.map((one) => one.item)));
    }),
  ));

function hash(value: unknown, seed: number): number {
  let text: string;
  try {
    text = JSON.stringify(value) ?? '';
  } catch {
    text = '';
  }
  let h = seed | 0;
  for (const letter of text) h = Math.imul(h ^ letter.charCodeAt(0), 0x01000193);
  return h;
}
