import { createRequire } from 'node:module';
import { join } from 'node:path';
import { flatIndex, type Ranked, SemanticIndex, type VectorIndex } from 'attune';
import { type FaissModule, type FaissOptions, faissIndex } from 'attune/faiss';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { unitVector, vectorIndexConformance } from '../support/conformance.ts';

const folder = join(import.meta.dirname, '../../.services/faiss');
process.env.OMP_NUM_THREADS = '1'; // graphs the same in every run, and no threads that spin
process.env.OPENBLAS_NUM_THREADS = '1';
const faiss: FaissModule = createRequire(join(folder, 'package.json'))('faiss-node');

/** Vectors in groups, as those of texts are, and queries of the same groups. */
function groups(count: number, dimensions: number, noise = 0.7): Float32Array {
  const rows = new Float32Array(count * dimensions);
  for (let k = 0; k < count; k++) {
    const center = unitVector(dimensions, 5_000_000 + (k % 50));
    const row = unitVector(dimensions, k).map((x, d) => noise * x + center[d]);
    const length = Math.hypot(...row);
    rows.set(
      row.map((x) => x / length),
      k * dimensions,
    );
  }
  return rows;
}

function recallOf(index: VectorIndex, exact: VectorIndex, rows: Float32Array, dimensions: number, allowed?: Uint8Array): number {
  let hits = 0;
  for (let q = 0; q < 100; q++) {
    const query = rows.slice(q * 37 * dimensions, (q * 37 + 1) * dimensions).map((x, d) => x + 0.02 * Math.sin(d + q));
    const truth = new Set((exact.search(query, { n: 10, allowed }) as Ranked).indices);
    const found = (index.search(query, { n: 10, allowed }) as Ranked).indices;
    expect(found.length).toBe(truth.size);
    hits += [...found].filter((key) => truth.has(key)).length / truth.size;
  }
  return hits / 100;
}

describe.each<[string, FaissOptions, number]>([
  ['IndexFlatIP', { kind: 'flat' }, 1],
  ['IndexHNSWFlat', { kind: 'hnsw' }, 0.9],
  ['IndexIVFFlat', { kind: 'ivf', lists: 8, probes: 6 }, 0.7],
])('faiss-node, %s,', (_, options, recall) => {
  vectorIndexConformance({ open: () => faissIndex({ ...options, faiss }), recall });
});

describe('among 5,000 vectors of 64 dimensions', () => {
  const dimensions = 64;
  const count = 5000;
  const rows = groups(count, dimensions);
  const keys = Int32Array.from({ length: count }, (_, k) => k);
  const exact = flatIndex();
  exact.add(keys, rows);
  const built = new Map<string, VectorIndex>();
  /** An index of all of them, the same for the same options: graphs take long to build. */
  const open = (options: FaissOptions) => {
    const name = JSON.stringify(options);
    const index = built.get(name) ?? faissIndex({ ...options, faiss });
    if (!built.has(name)) index.add(keys, rows);
    built.set(name, index);
    return index;
  };

  it('IndexFlatIP gives what flatIndex gives, scores and order included', () => {
    const index = open({});
    for (let q = 0; q < 50; q++) {
      const query = unitVector(dimensions, 1e6 + q);
      expect(index.search(query, { n: 10 })).toEqual(exact.search(query, { n: 10 }));
    }
  });

  it.each<[FaissOptions, number]>([
    [{ kind: 'hnsw' }, 0.97],
    [{ kind: 'hnsw', efSearch: 256, efConstruction: 160 }, 0.99],
    [{ kind: 'ivf', lists: 64, probes: 16 }, 0.9],
    [{ kind: 'ivf', lists: 64, probes: 64 }, 1],
  ])('%o finds at least %f of the true ten', (options, least) => {
    const found = recallOf(open(options), exact, rows, dimensions);
    console.log(`${JSON.stringify(options)}: recall@10 ${found.toFixed(4)}`);
    expect(found).toBeGreaterThanOrEqual(least);
  });

  it('looks as wide as told: efSearch and probes reach the index', () => {
    for (const [narrow, wide] of [
      [open({ kind: 'hnsw', m: 4, efConstruction: 16, efSearch: 1 }), open({ kind: 'hnsw', m: 4, efConstruction: 16, efSearch: 500 })],
      [open({ kind: 'ivf', lists: 64, probes: 1 }), open({ kind: 'ivf', lists: 64, probes: 32 })],
    ])
      expect(recallOf(wide, exact, rows, dimensions)).toBeGreaterThan(recallOf(narrow, exact, rows, dimensions) + 0.05);
  });

  it.each<FaissOptions>([{ kind: 'flat' }, { kind: 'hnsw' }, { kind: 'ivf', lists: 64, probes: 8 }])(
    '%o answers in full under filters, far from the query or near',
    (options) => {
      const index = open(options);
      for (const share of [2, 5, 1000]) {
        const allowed = Uint8Array.from(keys, (key) => (key % share === 0 ? 1 : 0));
        expect(recallOf(index, exact, rows, dimensions, allowed)).toBeGreaterThan(share === 1000 ? 0.9999 : 0.9);
      }
      const others = Uint8Array.from(keys, (key) => (key % 50 < 25 ? 1 : 0)); // queries of the other groups must go far
      expect(recallOf(index, exact, rows, dimensions, others)).toBeGreaterThan(0.9);
    },
  );

  it('a saved graph comes back without being built again, with the parameters of the one who loads', () => {
    const index = open({ kind: 'hnsw' });
    const bytes = index.toBytes();
    const same = faissIndex({ kind: 'hnsw', faiss }).fromBytes(bytes);
    const query = unitVector(dimensions, 77);
    expect(same.search(query, { n: 20 })).toEqual(index.search(query, { n: 20 }));
    const other = faissIndex({ kind: 'flat', faiss }).fromBytes(bytes);
    expect(other.search(query, { n: 20 })).toEqual(exact.search(query, { n: 20 }));
  });
});

it('bad arguments give coded errors, and the process lives', async () => {
  const child = await startChild(join(import.meta.dirname, '../support/faiss-abuse.ts'), folder);
  expect(await child.ended).toEqual({ code: 0, signal: null });
  expect(child.lines.at(-1)).toBe('alive');
  expect(child.lines.length).toBeGreaterThan(12);
});

it('the raw package ends the process on what is refused here', async () => {
  const child = await startChild(join(import.meta.dirname, '../support/faiss-abuse.ts'), folder, 'raw');
  const { code, signal } = await child.ended;
  expect(code === 0 && signal === null).toBe(false);
  expect(child.lines).not.toContain('alive');
});

it('serves a search index', async () => {
  const products = Array.from({ length: 500 }, (_, k) => ({ id: `p${k}`, text: `part ${k} of machine ${k % 7}`, even: k % 2 === 0 }));
  const build = (vectorIndex: VectorIndex) => SemanticIndex.build(products, { metadata: ['even'], vectorIndex });
  const index = await build(faissIndex({ faiss }));
  const plain = await build(flatIndex());
  for (const where of [undefined, { even: true }]) {
    expect(await index.search('machine 3 part 17', { n: 20, where })).toEqual(await plain.search('machine 3 part 17', { n: 20, where }));
    expect(index.similarItems('p3', { n: 5, where })).toEqual(plain.similarItems('p3', { n: 5, where }));
  }
});
