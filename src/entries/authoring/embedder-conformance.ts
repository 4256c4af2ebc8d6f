import type { Embedder } from '../../contracts/embedder.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

/** What a family of embedders can be expected to tell apart, and how exactly it repeats itself. */
export interface EmbedderFamily {
  /** An embedder, fitted if it can be. */
  open(): Embedder | Promise<Embedder>;
  /** The largest difference of one number between the same text in two batches. Default 1e-6. */
  batchTolerance?: number;
}

/** The contract of `Embedder` as tests; every embedder passes them. Call it inside a `describe`. */
export function embedderConformance({ open, batchTolerance = 1e-6 }: EmbedderFamily, runner: TestRunner): void {
  const { it, expect } = suiteOf(runner);
  const texts = [
    'Quiet dishwasher for a small kitchen',
    'quiet dishwashers for small kitchens',
    'Steel hose, 2 m, for washing machines',
    'A much longer text. '.repeat(30),
    'Geschirrspüler, 45 cm, ﬁne — 洗碗机 مغسلة 🙂',
    'null \u0000 and half a pair \ud83d here',
  ];

  async function ready(): Promise<Embedder> {
    const embedder = await open();
    await embedder.prepare?.();
    return embedder;
  }

  it('has a name, dimensions and a weight in hybrid search', async () => {
    const embedder = await ready();
    expect(embedder.name).not.toBe('');
    expect(embedder.dimensions).toBeGreaterThan(0);
    if (embedder.hybridWeight !== undefined) expect(embedder.hybridWeight).toBeGreaterThan(0);
    if (embedder.hybridWeight !== undefined) expect(embedder.hybridWeight).toBeLessThan(1);
  });

  it('gives one row of length 1 a text', async () => {
    const embedder = await ready();
    const vectors = await embedder.embed(texts);
    expect(vectors).toBeInstanceOf(Float32Array);
    expect(vectors.length).toBe(texts.length * embedder.dimensions);
    for (const k of texts.keys()) expect(Math.hypot(...row(vectors, k, embedder.dimensions))).toBeCloseTo(1, 4);
  });

  it('gives nothing for no texts', async () => {
    expect((await (await ready()).embed([])).length).toBe(0);
  });

  it('puts like texts closer than unlike ones', async () => {
    const embedder = await ready();
    const vectors = await embedder.embed(texts);
    const cosine = (a: number, b: number) =>
      row(vectors, a, embedder.dimensions).reduce((sum, x, k) => sum + x * vectors[b * embedder.dimensions + k], 0);
    expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 2) + 0.1);
  });

  it('gives the same vectors again, in any order', async () => {
    const embedder = await ready();
    const vectors = await embedder.embed(texts);
    expect(await embedder.embed(texts)).toEqual(vectors);
    const backwards = await embedder.embed([...texts].reverse());
    for (const k of texts.keys()) {
      const other = row(backwards, texts.length - 1 - k, embedder.dimensions);
      const largest = Math.max(...row(vectors, k, embedder.dimensions).map((x, d) => Math.abs(x - other[d])));
      expect(largest).toBeLessThanOrEqual(batchTolerance);
    }
  });

  it('survives a text of 100,000 characters and an empty one', async () => {
    const embedder = await ready();
    const vectors = await embedder.embed(['x'.repeat(100_000), 'word '.repeat(20_000), '']);
    expect(vectors.every(Number.isFinite)).toBe(true);
  });

  it('reports progress up to the end', async () => {
    const seen: { phase: string; done: number; total?: number }[] = [];
    await (await ready()).embed(texts, { onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toMatchObject({ phase: 'embedding', done: texts.length, total: texts.length });
  });

  it('rejects with the reason of an aborted signal', async () => {
    const embedder = await ready();
    const reason = new Error('enough');
    await expect(embedder.embed(texts, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
}

function row(vectors: Float32Array, k: number, dimensions: number): Float32Array {
  return vectors.slice(k * dimensions, (k + 1) * dimensions);
}
