import { flatIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../../src/data/files/model-file.ts';
import { Rotation } from '../../../src/semantic/indexes/four-bit/rotation.ts';
import { unitVector, vectorIndexConformance } from '../../support/conformance.ts';

const dimensions = 48;
const count = 4000;

describe('a flat index of four bits', () => {
  vectorIndexConformance({ open: () => flatIndex({ storage: '4bit' }), recall: 0.95 });

  it('finds 99 of 100 neighbours when it scores the best from vectors, with their exact scores', () => {
    const { exact, coded } = both();
    let hits = 0;
    for (let q = 0; q < 50; q++) {
      const query = unitVector(dimensions, 10_000 + q);
      const wanted = exact.search(query, { n: 10 });
      const found = coded.search(query, { n: 10 });
      const scores = new Map(Array.from(wanted.indices, (key, k) => [key, wanted.scores[k]]));
      found.indices.forEach((key, k) => {
        if (!scores.has(key)) return;
        hits++;
        expect(found.scores[k]).toBe(scores.get(key));
      });
    }
    expect(hits / 500).toBeGreaterThanOrEqual(0.99);
  });

  it('takes at most .14 of the bytes of its vectors when it keeps none', () => {
    const index = flatIndex({ storage: '4bit', vectors: 'none' });
    index.add(
      Int32Array.from({ length: 640 }, (_, k) => k),
      rowsOf(640, 384),
    );
    expect(index.memoryBytes / (640 * 384 * 4)).toBeLessThanOrEqual(0.14);
  });

  it('scores from vectors that a function reads', () => {
    const rows = rowsOf(count, dimensions);
    const asked = new Set<number>();
    const read = (key: number) => {
      asked.add(key);
      return rows.slice(key * dimensions, (key + 1) * dimensions);
    };
    const index = flatIndex({ storage: '4bit', vectors: read });
    index.add(keys(), rows);
    asked.clear();
    expect(index.search(rows.subarray(0, dimensions), { n: 1 }).indices).toEqual(Int32Array.of(0));
    expect(asked.size).toBeLessThan(200);
  });

  it.each(['memory', 'none'] as const)('answers the same from its bytes, vectors kept: %s', (vectors) => {
    const index = flatIndex({ storage: '4bit', vectors, seed: 3 });
    index.add(keys(), rowsOf(count, dimensions));
    index.remove(Int32Array.of(5, 77));
    const bytes = index.toBytes();
    const again = flatIndex({ storage: '4bit', vectors }).fromBytes(bytes);
    expect(again.toBytes()).toEqual(bytes);
    for (let q = 0; q < 10; q++) {
      const query = unitVector(dimensions, 500 + q);
      expect(again.search(query, { n: 20 })).toEqual(index.search(query, { n: 20 }));
    }
  });

  it.each(['memory', 'none'] as const)('gives lists that are the beginning of longer ones, vectors kept: %s', async (vectors) => {
    for (let seed = 0; seed < 24; seed++) {
      const index = flatIndex({ storage: '4bit', vectors, seed });
      index.add(keys().subarray(0, 1000), rowsOf(1000, 16));
      const query = unitVector(16, 600 + seed);
      const longest = index.search(query, { n: 1000 });
      expect(longest.indices).toHaveLength(1000);
      expect(longest.scores.every((score, k) => k === 0 || score <= longest.scores[k - 1])).toBe(true);
      for (const n of [1, 10, 31, 32, 33, 100, 500]) {
        const beginning = { indices: longest.indices.slice(0, n), scores: longest.scores.slice(0, n) };
        expect(index.search(query, { n })).toEqual(beginning);
        expect(await index.searchMany([query], { n })).toEqual([beginning]);
      }
    }
  });

  it('answers the same on any number of threads', () => {
    const rows = rowsOf(count, dimensions);
    const [one, three] = [1, 3].map((threads) => flatIndex({ storage: '4bit', threads }));
    for (const index of [one, three]) index.add(keys(), rows);
    const query = unitVector(dimensions, 9);
    expect(three.search(query, { n: 50 })).toEqual(one.search(query, { n: 50 }));
  });

  it('fills a list that few may be on', () => {
    const { coded } = both();
    const allowed = Uint8Array.from({ length: count }, (_, key) => (key % 100 === 3 ? 1 : 0));
    const found = coded.search(unitVector(dimensions, 4), { n: 30, allowed });
    expect(found.indices).toHaveLength(30);
    expect(found.indices.every((key) => key % 100 === 3)).toBe(true);
  });

  it.each([
    ['keys', 0, -1],
    ['factors', 2, Number.NaN],
    ['vectors', 7, Number.POSITIVE_INFINITY],
  ])('refuses a file whose %s make no sense', (name, at, value) => {
    const index = flatIndex({ storage: '4bit' });
    index.add(Int32Array.of(0, 1, 2), rowsOf(3, dimensions));
    const file = readModelFile(index.toBytes(), 'flat-index', 2);
    (file.tensors[name].data as Float32Array)[at] = value;
    expect(() => flatIndex().fromBytes(writeModelFile(file))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
  });

  it('refuses a function that gives no vector', () => {
    const index = flatIndex({ storage: '4bit', vectors: (key) => new Float32Array(key === 3 ? 2 : dimensions) });
    index.add(
      Int32Array.from({ length: 100 }, (_, k) => k),
      rowsOf(100, dimensions),
    );
    expect(() => index.vectorOf?.(3)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => index.search(new Float32Array(dimensions).fill(1), { n: 100 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  });

  it.each([{ storage: '3bit' }, { vectors: 'disk' }, { seed: 0.5 }])('refuses the options %j', (options) => {
    expect(() => flatIndex(options as object)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it.each([1, 3, 48, 100])('rotates vectors of %i dimensions there and back', (size) => {
    const rotation = new Rotation(size, 7);
    const vector = unitVector(size, 1);
    rotation.undo(rotation.apply(vector)).forEach((x, d) => {
      expect(x).toBeCloseTo(vector[d], 6);
    });
  });
});

function both() {
  const rows = rowsOf(count, dimensions);
  const [exact, coded] = [flatIndex(), flatIndex({ storage: '4bit' })];
  for (const index of [exact, coded]) index.add(keys(), rows);
  return { exact, coded };
}

const keys = () => Int32Array.from({ length: count }, (_, k) => k);

function rowsOf(rows: number, width: number): Float32Array {
  const all = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) all.set(unitVector(width, row), row * width);
  return all;
}
