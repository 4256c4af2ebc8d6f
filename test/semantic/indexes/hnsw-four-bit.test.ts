import { flatIndex, type HnswIndex, type HnswOptions, hnswIndex, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../../src/data/files/model-file.ts';
import { Hnsw } from '../../../src/semantic/indexes/hnsw/hnsw.ts';
import { readHnswOptions } from '../../../src/semantic/indexes/hnsw/hnsw-options.ts';
import { unitVector, vectorIndexConformance } from '../../support/conformance.ts';

const dimensions = 70; // not a multiple of what a kernel reads at once
const count = 3400;

describe('an hnsw index of four bits', () => {
  vectorIndexConformance({ open: () => hnswIndex({ storage: '4bit' }), recall: 0.95 });

  describe('that walks its graph even when it is small', () => {
    vectorIndexConformance({ open: () => hnswIndex({ storage: '4bit', efSearch: 1, m: 8 }), recall: 0 });
  });

  it('finds as many neighbours as one of whole vectors, with their exact scores', () => {
    const rows = clustered(count);
    const exact = flatIndex();
    exact.add(keysOf(0, count), rows);
    const [whole, coded] = [filled(rows, { efSearch: 100 }), filled(rows, { efSearch: 100, storage: '4bit' })];
    const hits = { whole: 0, coded: 0 };
    for (let q = 0; q < 60; q++) {
      const query = clustered(1, 900 + q);
      const { indices, scores } = exact.search(query, { n: 10 });
      const scoreOf = new Map(Array.from(indices, (key, k) => [key, scores[k]]));
      for (const key of whole.search(query, { n: 10 }).indices) if (scoreOf.has(key)) hits.whole++;
      const found = coded.search(query, { n: 10 });
      found.indices.forEach((key, k) => {
        if (!scoreOf.has(key)) return;
        hits.coded++;
        expect(found.scores[k]).toBe(scoreOf.get(key));
      });
    }
    expect(hits.coded / hits.whole).toBeGreaterThanOrEqual(0.98);
    expect(hits.coded / 600).toBeGreaterThanOrEqual(0.93);
  });

  it('takes a quarter of the memory where it keeps no vectors', () => {
    const rows = Float32Array.from({ length: 2000 * 384 }, (_, k) => Math.sin(k * k));
    const [whole, coded] = [{}, { storage: '4bit', vectors: 'none' } as const].map((options) => {
      const index = hnswIndex({ m: 16, efConstruction: 32, ...options });
      index.add(keysOf(0, 2000), rows);
      return index.memoryBytes;
    });
    expect(coded / whole).toBeLessThan(0.25);
  });

  it('scores from vectors that a function reads, a few dozen of them', () => {
    const rows = clustered(count);
    const asked = new Set<number>();
    const read = (key: number) => {
      asked.add(key);
      return rows.slice(key * dimensions, (key + 1) * dimensions);
    };
    const index = filled(rows, { storage: '4bit', vectors: read });
    asked.clear();
    const query = rows.subarray(0, dimensions);
    const found = index.search(query, { n: 5, efSearch: 50 });
    expect(asked.size).toBeLessThanOrEqual(50);
    expect(found).toEqual(filled(rows, { storage: '4bit' }).search(query, { n: 5, efSearch: 50 }));
    expect(index.vectorOf?.(3)).toEqual(read(3));
  });

  it('says of a key without its vector what its code says', () => {
    const rows = clustered(count);
    const index = filled(rows, { storage: '4bit', vectors: 'none' });
    const query = clustered(1, 77);
    const { indices, scores } = index.search(query, { n: 10 });
    indices.forEach((key, k) => {
      expect(scores[k]).toBe(Math.fround(index.scoreOf?.(query, key) as number));
    });
    const vector = rows.subarray(0, dimensions);
    const known = index.vectorOf?.(0) as Float32Array;
    expect(known.reduce((sum, x, d) => sum + x * vector[d], 0)).toBeCloseTo(1, 3);
  });

  it('gives in WebAssembly what it gives in plain TypeScript, bit for bit', () => {
    const few = 1500;
    const rows = clustered(few);
    const [fast, plain] = [false, true].map((twin) => {
      const index = new Hnsw({ ...readHnswOptions({ m: 6, efConstruction: 30, storage: '4bit' }), plain: twin });
      index.add(keysOf(0, few), rows);
      index.remove(keysOf(300, 700));
      index.add(keysOf(600, 800), rows.subarray(0, 200 * dimensions));
      return index;
    });
    expect(Buffer.from(fast.toBytes()).equals(Buffer.from(plain.toBytes()))).toBe(true);
    const allowed = Uint8Array.from({ length: few }, (_, key) => (key % 3 === 0 ? 2 : 0));
    for (let q = 0; q < 10; q++) {
      const query = clustered(1, 300 + q);
      expect(fast.search(query, { n: 12, efSearch: 20 })).toEqual(plain.search(query, { n: 12, efSearch: 20 }));
      expect(fast.search(query, { n: 12, efSearch: 20, allowed })).toEqual(plain.search(query, { n: 12, efSearch: 20, allowed }));
    }
  });

  it.each(['memory', 'none'] as const)('answers the same from its bytes and goes on from them, vectors kept: %s', (vectors) => {
    const rows = clustered(count);
    const index = hnswIndex({ storage: '4bit', vectors, seed: 3 });
    index.add(keysOf(0, 3000), rows.subarray(0, 3000 * dimensions));
    index.remove(keysOf(500, 520));
    const bytes = index.toBytes();
    const again = hnswIndex({ vectors }).fromBytes(bytes) as HnswIndex;
    expect(Buffer.from(again.toBytes()).equals(Buffer.from(bytes))).toBe(true);
    for (let q = 0; q < 10; q++) {
      const query = clustered(1, 500 + q);
      expect(again.search(query, { n: 20 })).toEqual(index.search(query, { n: 20 }));
    }
    for (const one of [index, again]) one.add(keysOf(3000, 3300), rows.subarray(3000 * dimensions, 3300 * dimensions));
    expect(Buffer.from(again.toBytes()).equals(Buffer.from(index.toBytes()))).toBe(true);
  });

  it('tells vectors of one key from nearly the same ones, and finds all keys of equal ones', () => {
    const rows = clustered(600);
    for (let key = 0; key < 40; key++) rows.set(rows.subarray(0, dimensions), key * dimensions);
    rows[41 * dimensions] = rows[0] + 1e-7;
    const index = filled(rows, { storage: '4bit' });
    const found = index.search(rows.subarray(0, dimensions), { n: 40, efSearch: 100 });
    expect([...found.indices].sort((a, b) => a - b).filter((key) => key < 40)).toHaveLength(40);
    index.remove(keysOf(0, 20));
    expect(index.search(rows.subarray(0, dimensions), { n: 20 }).indices.every((key) => key >= 20)).toBe(true);
  });

  it('fills lists that some may be on', () => {
    const index = filled(clustered(count), { storage: '4bit', efSearch: 40 });
    for (const every of [2, 5, 20, 200]) {
      const allowed = Uint8Array.from({ length: count }, (_, key) => (key % every === 1 ? 1 : 0));
      const { indices } = index.search(clustered(1, 4), { n: 10, allowed });
      expect(indices).toHaveLength(10);
      expect(indices.every((key) => key % every === 1)).toBe(true);
    }
  });

  it('stays one of four bits through its bytes even when it is empty', () => {
    const again = hnswIndex().fromBytes(hnswIndex({ storage: '4bit' }).toBytes()) as HnswIndex;
    const whole = hnswIndex();
    for (const index of [again, whole]) index.add(keysOf(0, 1000), clustered(1000));
    expect(again.memoryBytes).toBeLessThan(whole.memoryBytes);
  });

  it('is part of the file of a SemanticIndex', async () => {
    const items = Array.from({ length: 200 }, (_, id) => ({ id, text: `${id % 7 === 0 ? 'copper' : 'steel'} kettle ${id}` }));
    const index = await SemanticIndex.build(items, { vectorIndex: hnswIndex({ storage: '4bit', vectors: 'none' }) });
    const again = SemanticIndex.fromBytes(index.toBytes());
    expect(await again.search('copper kettle')).toEqual(await index.search('copper kettle'));
    expect(again.similarItems(7)).toEqual(index.similarItems(7));
  });

  it.each([
    ['factors', 2, Number.NaN],
    ['vectors', 7, Number.POSITIVE_INFINITY],
  ])('refuses a file whose %s make no sense', (name, at, value) => {
    const index = hnswIndex({ storage: '4bit' });
    index.add(keysOf(0, 5), clustered(5));
    const file = readModelFile(index.toBytes(), 'hnsw-index', 3);
    (file.tensors[name].data as Float32Array)[at] = value;
    expect(() => hnswIndex().fromBytes(writeModelFile(file))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
  });

  it('refuses a function that gives no vector', () => {
    const index = hnswIndex({ storage: '4bit', vectors: (key) => new Float32Array(key === 3 ? 2 : dimensions) });
    index.add(keysOf(0, 100), clustered(100));
    expect(() => index.vectorOf?.(3)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => index.search(new Float32Array(dimensions).fill(1), { n: 100 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  });

  it.each([{ storage: '3bit' }, { vectors: 'disk' }])('refuses the options %j', (options) => {
    expect(() => hnswIndex(options as object)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('refuses a query of another length', () => {
    const index = filled(clustered(10), { storage: '4bit' });
    for (const ask of [() => index.search(new Float32Array(3), { n: 1 }), () => index.scoreOf?.(new Float32Array(3), 1)])
      expect(ask).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

/** Vectors of length 1 around 200 directions. */
function clustered(size: number, seed = 0): Float32Array {
  const rows = new Float32Array(size * dimensions);
  for (let k = 0; k < size; k++) {
    const number = seed * 7919 + k;
    const centre = unitVector(dimensions, number % 200);
    const noise = unitVector(dimensions, 10_000 + number);
    const sum = centre.map((x, d) => x + 0.7 * noise[d]);
    const length = Math.hypot(...sum);
    for (let d = 0; d < dimensions; d++) rows[k * dimensions + d] = sum[d] / length;
  }
  return rows;
}

const keysOf = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

function filled(rows: Float32Array, options: HnswOptions): HnswIndex {
  const index = hnswIndex(options);
  index.add(keysOf(0, rows.length / dimensions), rows);
  return index;
}
