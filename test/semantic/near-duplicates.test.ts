import { type Embedder, hnswIndex, SemanticIndex, type VectorIndex } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinNear } from '../../src/semantic/lexical/near-duplicates.ts';

const coded = (code: string) => expect.objectContaining({ code });
const items = [
  { id: 'a', text: 'Water filter for GE refrigerators, white, pack of two', brand: 'GE' },
  { id: 'b', text: 'Dishwasher hose', brand: 'GE' },
  { id: 'c', text: 'water filter, pack of two, white, for GE refrigerators', brand: 'X' },
  { id: 'd', text: 'Water filter for GE refrigerators, white, pack of two!', brand: 'GE' },
  { id: 'e', text: '', brand: 'GE' },
  { id: 'f', text: '?', brand: 'GE' },
];

describe('near duplicates', () => {
  it('are groups of items with nearly the same words', async () => {
    const index = await SemanticIndex.build(items, { metadata: ['brand'] });
    expect(await index.nearDuplicates()).toEqual([['a', 'c', 'd']]);
    expect(await index.nearDuplicates({ where: { brand: 'GE' } })).toEqual([['a', 'd']]);
    expect(await index.nearDuplicates({ exclude: ['a'], threshold: 1 })).toEqual([['c', 'd']]);
    expect(await index.nearDuplicates({ threshold: 1e-9 })).toEqual([['a', 'c', 'd']]);
    index.remove(['a', 'c']);
    expect(await index.nearDuplicates()).toEqual([]);
  });

  it('by vectors are groups of items with nearly the same vectors, whatever the vector index and its order', async () => {
    const angles: Record<string, number | undefined> = { a: 0, b: 90, c: 10, d: 20, e: undefined, f: 185, g: 95, h: undefined };
    const embedder: Embedder = {
      name: 'angles',
      dimensions: 2,
      embed: async (texts) =>
        Float32Array.from(
          texts.flatMap((text) => {
            const angle = angles[text];
            return angle === undefined ? [0, 0] : [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
          }),
        ),
    };
    const kept: Map<number, Float32Array> = new Map();
    const later: VectorIndex = {
      kind: 'later',
      answersLater: true,
      size: 0,
      dimensions: 2,
      add: async (keys, vectors) => void keys.forEach((key, k) => void kept.set(key, vectors.slice(2 * k, 2 * k + 2))),
      remove: async () => {},
      search: async () => ({ indices: Int32Array.of(0), scores: Float32Array.of(1) }),
      fetchVectors: async (keys) => Array.from(keys, (key) => kept.get(key)),
      toBytes: () => new Uint8Array(0),
      fromBytes: () => later,
    };
    const given = Object.keys(angles).map((id) => ({ id, text: id, half: id < 'c' }));
    for (const vectorIndex of [undefined, hnswIndex(), later]) {
      const index = await SemanticIndex.build(given, { embedder, metadata: ['half'], vectorIndex });
      const near = (threshold: number, more = {}) => index.nearDuplicates({ by: 'vectors', threshold, ...more });
      // 10 degrees are a cosine of .985, 20 of .940; a and d meet through c.
      expect(await near(0.98)).toEqual([
        ['a', 'c', 'd'],
        ['b', 'g'],
      ]);
      expect(await near(0.999)).toEqual([]);
      expect(await near(0.98, { exclude: ['c'] })).toEqual([['b', 'g']]);
      expect(await near(0.93, { exclude: ['c'], threads: 1 })).toEqual([
        ['a', 'd'],
        ['b', 'g'],
      ]);
      expect(await near(0.98, { where: { half: true } })).toEqual([]);
    }
    const index = await SemanticIndex.build(given, {
      embedder,
      vectorIndex: { ...later, answersLater: undefined, fetchVectors: undefined },
    });
    await expect(index.nearDuplicates({ by: 'vectors' })).rejects.toEqual(coded('ERR_NOT_SUPPORTED'));
    await expect(index.nearDuplicates({ by: 'meaning' as never })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  });

  it('can be stopped and watched', async () => {
    const index = await SemanticIndex.build(items);
    const phases: string[] = [];
    await index.nearDuplicates({ onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`) });
    expect(phases.at(-1)).toBe('comparing 6/6');
    await expect(index.nearDuplicates({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    for (const threshold of [0, 1.1, Number.NaN])
      await expect(index.nearDuplicates({ threshold })).rejects.toEqual(coded('ERR_BAD_OPTION'));
    expect(await (await SemanticIndex.build([])).nearDuplicates()).toEqual([]);
  });

  it('are those that comparing every pair finds', async () => {
    const entry = fc.tuple(fc.nat(8), fc.double({ min: 0.05, max: 1, noNaN: true }));
    const rows = fc.array(fc.uniqueArray(entry, { selector: ([word]) => word, maxLength: 6 }), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(rows, fc.double({ min: 0.05, max: 1, noNaN: true }), async (given, threshold) => {
        const sorted = given.map((row) => [...row].sort(([a], [b]) => a - b));
        const unit = sorted.map((row) => {
          const length = Math.hypot(...row.map(([, value]) => value));
          return new Map(row.map(([word, value]) => [word, value / length]));
        });
        const offsets = Int32Array.from([0, ...sorted.map((_, k) => sorted.slice(0, k + 1).reduce((sum, row) => sum + row.length, 0))]);
        const words = Int32Array.from(unit.flatMap((row) => [...row.keys()]));
        const values = Float64Array.from(unit.flatMap((row) => [...row.values()]));
        const product = (a: Map<number, number>, b: Map<number, number>) =>
          [...a].reduce((sum, [word, value]) => sum + value * (b.get(word) ?? 0), 0);
        const clear = unit.every((a, k) => unit.every((b, j) => j >= k || Math.abs(product(a, b) - threshold) > 1e-7));
        fc.pre(clear);
        const first = Array.from(unit.keys());
        for (let again = true; again; ) {
          again = false;
          unit.forEach((a, k) => {
            unit.forEach((b, j) => {
              if (a.size === 0 || b.size === 0 || product(a, b) < threshold || first[k] === first[j]) return;
              first[k] = first[j] = Math.min(first[k], first[j]);
              again = true;
            });
          });
        }
        expect([...(await joinNear({ offsets, words, values }, threshold, async () => {}))]).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });
});
