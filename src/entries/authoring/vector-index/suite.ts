import type { VectorIndex } from '../../../contracts/vector-index.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';
import { flattened, unitVector } from './vectors.ts';

/** What a family promises beyond the contract. */
export interface IndexFamily {
  /** A new empty index, for vectors of this length. */
  open(dimensions: number): VectorIndex | Promise<VectorIndex>;
  /** The share of the true neighbours that the searches of a test find at least, all together. Default 1: the index is exact. */
  recall?: number;
}

/** What the parts of the suite share. */
export type VectorIndexSuite = ReturnType<typeof vectorIndexSuite>;

/** The runner, indexes with known vectors, and the definition to compare with. */
export function vectorIndexSuite({ open, recall = 1 }: IndexFamily, runner: TestRunner) {
  const suite = suiteOf(runner);
  const { expect } = suite;
  const dimensions = 24;

  async function filled(count: number, seed = 1): Promise<{ index: VectorIndex; rows: Map<number, Float32Array> }> {
    const rows = new Map(Array.from({ length: count }, (_, key) => [key, unitVector(dimensions, seed * 100_003 + key)]));
    const index = await open(dimensions);
    await index.add(Int32Array.from(rows.keys()), flattened([...rows.values()]));
    return { index, rows };
  }

  /**
   * Compares with the definition: every inner product, sorted. The share that is found is judged over all queries together: where some
   * indexes put their centres is chance, and a single query may be unlucky.
   */
  async function expectNearest(
    index: VectorIndex,
    rows: Map<number, Float32Array>,
    queries: readonly Float32Array[],
    n: number,
    allowed?: Uint8Array,
  ) {
    const total = { hits: 0, wanted: 0 };
    for (const query of queries) {
      const scoreOf = (row: Float32Array) => row.reduce((sum, x, k) => sum + x * query[k], 0);
      const oracle = [...rows]
        .filter(([key]) => !allowed || allowed[key] > 0)
        .map(([key, row]) => ({ key, score: scoreOf(row) }))
        .sort((a, b) => b.score - a.score || a.key - b.key)
        .slice(0, n);
      const found = await index.search(query, { n, allowed });
      expect(found.indices.length).toBe(oracle.length);
      found.indices.forEach((key, k) => {
        expect(allowed === undefined || allowed[key] > 0).toBe(true);
        expect(found.scores[k]).toBeCloseTo(scoreOf(rows.get(key) as Float32Array), 5);
        if (k > 0) expect(found.scores[k]).toBeLessThanOrEqual(found.scores[k - 1]);
      });
      if (recall === 1) for (const [k, { score }] of oracle.entries()) expect(found.scores[k]).toBeCloseTo(score, 5);
      const wanted = new Set(oracle.map(({ key }) => key));
      total.hits += [...found.indices].filter((key) => wanted.has(key)).length;
      total.wanted += oracle.length;
    }
    expect(total.hits).toBeGreaterThanOrEqual(Math.floor(recall * total.wanted));
  }

  return { ...suite, open, dimensions, filled, expectNearest };
}
