import { flatIndex, type HnswIndex, hnswIndex, memoryModelStore, type Progress, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../../src/data/files/model-file.ts';
import { Hnsw } from '../../../src/semantic/indexes/hnsw/hnsw.ts';
import { readHnswOptions } from '../../../src/semantic/indexes/hnsw/hnsw-options.ts';
import { unitVector, vectorIndexConformance } from '../../support/conformance.ts';

const dimensions = 24;
const crowd = 3000;

describe('an hnsw index', () => {
  vectorIndexConformance({ open: () => hnswIndex() });

  describe('that walks its graph even when it is small', () => {
    vectorIndexConformance({ open: () => hnswIndex({ efSearch: 1, m: 8 }), recall: 0 });
  });

  it('finds at least 95 of 100 neighbours among clustered vectors', () => {
    const rows = clustered(6000);
    const index = filled(rows, 6000);
    expect(recallOf(index, rows, 6000)).toBeGreaterThanOrEqual(0.95);
  });

  it('finds more with more candidates, as an option of the call', () => {
    const rows = clustered(6000);
    const index = filled(rows, 6000, { m: 6, efConstruction: 40 });
    const few = recallOf(index, rows, 6000, { efSearch: 10 });
    const many = recallOf(index, rows, 6000, { efSearch: 200 });
    expect(few).toBeLessThan(many);
    expect(many).toBeGreaterThanOrEqual(0.97);
  });

  it('keeps its recall after half of the vectors are removed, at once or one by one', () => {
    const rows = clustered(6000);
    const odd = Int32Array.from({ length: 3000 }, (_, k) => 2 * k + 1);
    const atOnce = filled(rows, 6000);
    atOnce.remove(odd);
    const oneByOne = filled(rows, 6000);
    for (const key of odd) oneByOne.remove(Int32Array.of(key));
    for (const index of [atOnce, oneByOne]) {
      expect(index.size).toBe(3000);
      expect(recallOf(index, rows, 6000, { present: (key) => key % 2 === 0 })).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('uses the room of removed vectors again, and keeps its recall through many changes', () => {
    const count = 3000;
    const index = hnswIndex();
    let rows = clustered(count);
    index.add(keysOf(0, count), rows);
    const before = index.memoryBytes;
    for (let round = 1; round <= 6; round++) {
      const next = clustered(count, round);
      const from = (round % 3) * 1000;
      index.remove(keysOf(from, from + 1000));
      index.add(keysOf(from, from + 1000), next.subarray(from * dimensions, (from + 1000) * dimensions));
      index.add(keysOf(0, 500), next.subarray(0, 500 * dimensions)); // known keys
      rows = rows.slice();
      rows.set(next.subarray(from * dimensions, (from + 1000) * dimensions), from * dimensions);
      rows.set(next.subarray(0, 500 * dimensions));
    }
    expect(index.size).toBe(count);
    expect(index.memoryBytes).toBeLessThan(1.5 * before);
    expect(recallOf(index, rows, count)).toBeGreaterThanOrEqual(0.95);
  });

  it('gives memory back when most vectors are gone', () => {
    const rows = clustered(4000);
    const index = filled(rows, 4000);
    const before = index.memoryBytes;
    index.remove(keysOf(100, 4000));
    expect(index.memoryBytes).toBeLessThan(before / 4);
    expect(recallOf(index, rows, 100)).toBe(1);
    index.remove(keysOf(0, 100));
    expect(index.size).toBe(0);
    index.add(Int32Array.of(7), new Float32Array(5).fill(1)); // empty again, so another length is welcome
    expect(index.dimensions).toBe(5);
  });

  it('gives the same bytes for the same calls and seed, others for another seed', () => {
    const rows = clustered(2500);
    const bytes = [1, 1, 2].map((seed) => {
      const index = hnswIndex({ seed });
      index.add(keysOf(0, 1500), rows.subarray(0, 1500 * dimensions));
      index.remove(keysOf(200, 700));
      index.add(keysOf(1500, 2500), rows.subarray(1500 * dimensions));
      return Buffer.from(index.toBytes());
    });
    expect(bytes[0].equals(bytes[1])).toBe(true);
    expect(bytes[0].equals(bytes[2])).toBe(false);
  });

  it.each([
    ['clusters', clustered(3000)],
    ['one dense cluster', crowded()],
    ['clusters one after the other', sorted(clustered(3000))],
  ])('is the same built by one, two or three threads: %s', (_, rows) => {
    const [one, two, three] = [1, 2, 3].map((threads) => {
      const index = filled(rows, 2500, { threads, m: 8, efConstruction: 40 });
      index.remove(keysOf(100, 900));
      index.add(keysOf(2500, 3000), rows.subarray(2500 * dimensions));
      return Buffer.from(index.toBytes());
    });
    expect(two.equals(one)).toBe(true);
    expect(three.equals(one)).toBe(true);
  });

  it('finds as many neighbours when vectors come sorted', () => {
    const rows = sorted(clustered(6000));
    expect(recallOf(filled(rows, 6000), rows, 6000)).toBeGreaterThanOrEqual(0.95);
  });

  it('lets others work while it is built, and is then what it is when it is built at once', async () => {
    const rows = clustered(3000);
    const index = hnswIndex();
    const seen: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++);
    const onProgress = ({ done, total }: Progress) => {
      expect(total).toBe(3000);
      seen.push(done);
    };
    await index.add(keysOf(0, 3000), rows, undefined, { onProgress });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(3000);
    expect(Buffer.from(index.toBytes()).equals(Buffer.from(filled(rows, 3000).toBytes()))).toBe(true);
  });

  it('is empty after a build that was aborted, and can be built again', async () => {
    const rows = clustered(3000);
    const index = hnswIndex();
    const abort = new AbortController();
    const onProgress = ({ done }: Progress) => {
      if (done > 1000) abort.abort(new Error('enough'));
    };
    await expect(index.add(keysOf(0, 3000), rows, undefined, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
    expect(index.size).toBe(0);
    expect(index.search(clustered(1), { n: 5 }).indices).toHaveLength(0);
    await index.add(keysOf(0, 3000), rows, undefined, {});
    expect(recallOf(index, rows, 3000)).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps what is added while it is built', async () => {
    const rows = clustered(3000);
    const index = hnswIndex();
    const building = index.add(keysOf(0, 2500), rows.subarray(0, 2500 * dimensions), undefined, {});
    index.add(keysOf(2500, 3000), rows.subarray(2500 * dimensions));
    expect(index.size).toBe(500);
    await building;
    expect(index.size).toBe(3000);
    expect(recallOf(index, rows, 3000)).toBeGreaterThanOrEqual(0.95);
  });

  it('gives in WebAssembly what it gives in plain TypeScript, bit for bit', () => {
    const long = 70; // not a multiple of the kernel's width
    const rows = clustered(2200, 0, long);
    const [fast, plain] = [false, true].map((twin) => {
      const index = new Hnsw({ ...readHnswOptions({ m: 6, efConstruction: 30 }), plain: twin });
      index.add(keysOf(0, 2200), rows);
      index.remove(keysOf(300, 1000));
      index.add(keysOf(900, 1100), rows.subarray(0, 200 * long));
      return index;
    });
    expect(Buffer.from(fast.toBytes()).equals(Buffer.from(plain.toBytes()))).toBe(true);
    const allowed = Uint8Array.from({ length: 2200 }, (_, key) => (key % 3 === 0 ? 2 : 0));
    for (let q = 0; q < 20; q++) {
      const query = rows.slice(q * 100 * long, (q * 100 + 1) * long);
      expect(fast.search(query, { n: 12, efSearch: 20 })).toEqual(plain.search(query, { n: 12, efSearch: 20 }));
      expect(fast.search(query, { n: 12, efSearch: 20, allowed })).toEqual(plain.search(query, { n: 12, efSearch: 20, allowed }));
    }
  });

  it('chooses among more candidates than are compared at once as plain TypeScript does', () => {
    const rows = clustered(600, 0, 21);
    const [fast, plain] = [false, true].map((twin) => {
      const index = new Hnsw({ ...readHnswOptions({ m: 70, efConstruction: 200 }), plain: twin });
      index.add(keysOf(0, 600), rows);
      return index;
    });
    expect(Buffer.from(fast.toBytes()).equals(Buffer.from(plain.toBytes()))).toBe(true);
  });

  it('forgets the flags of a filter with the next one, which may have fewer', () => {
    const rows = clustered(3000);
    const index = filled(rows, 3000);
    const query = rows.slice(0, dimensions);
    for (const flags of [3000, 37, 4000, 1]) {
      const { indices } = index.search(query, { n: 5000, allowed: new Uint8Array(flags).fill(1) });
      expect([...indices].sort((a, b) => a - b)).toEqual([...keysOf(0, Math.min(flags, 3000))]);
    }
  });

  it('goes on from its bytes as it would have gone on itself', () => {
    const rows = clustered(3000);
    const index = filled(rows, 2000);
    index.remove(keysOf(500, 800));
    const again = hnswIndex().fromBytes(index.toBytes()) as HnswIndex;
    for (const one of [index, again]) one.add(keysOf(2000, 3000), rows.subarray(2000 * dimensions));
    expect(Buffer.from(again.toBytes()).equals(Buffer.from(index.toBytes()))).toBe(true);
  });

  it.each([
    ['links', 0, 99_999],
    ['slots', 1, 0],
    ['keys', 0, -4],
    ['slotOfKey', 0, 77_777],
  ])('refuses a well-formed file whose %s make no sense', (name, at, value) => {
    const file = readModelFile(filled(clustered(50), 50).toBytes(), 'hnsw-index', 1);
    (file.tensors[name].data as Int32Array)[at] = value;
    expect(() => hnswIndex().fromBytes(writeModelFile(file))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
  });

  it('refuses the file of another kind of index', () => {
    expect(() => hnswIndex().fromBytes(flatIndex().toBytes())).toThrow(expect.objectContaining({ code: 'ERR_WRONG_KIND' }));
  });

  it('answers a filter that 1 in 1,000 pass fully and exactly', () => {
    const rows = clustered(20_000);
    const index = filled(rows, 20_000, { m: 6, efConstruction: 20 });
    const allowed = Uint8Array.from({ length: 20_000 }, (_, key) => (key % 1000 === 7 ? 1 : 0));
    for (let q = 0; q < 20; q++) {
      const query = clustered(1, 500 + q);
      expect([...index.search(query, { n: 30, allowed }).indices]).toEqual(nearest(rows, 20_000, query, 20, (key) => key % 1000 === 7));
    }
  });

  it('answers a filter far from the query fully', () => {
    const rows = clustered(8000);
    const index = filled(rows, 8000, { efSearch: 10 });
    const query = clustered(1, 77);
    const order = nearest(rows, 8000, query, 8000, () => true);
    const allowed = new Uint8Array(8000);
    for (const key of order.slice(4000)) allowed[key] = 1; // the farther half
    const found = [...index.search(query, { n: 10, allowed }).indices];
    expect(found).toHaveLength(10);
    const wanted = order.slice(4000, 4010);
    expect(found.filter((key) => wanted.includes(key)).length).toBeGreaterThanOrEqual(8);
  });

  it.each([0.5, 0.2, 0.05, 0.01])('fills lists under a filter that a share of %f pass, and finds 9 of 10', (share) => {
    const rows = clustered(12_000);
    const index = filled(rows, 12_000, { m: 8, efConstruction: 60, efSearch: 48 });
    const allowed = Uint8Array.from({ length: 12_000 }, (_, key) => ((key * 7919) % 10_007 < share * 10_007 ? 1 : 0));
    let hits = 0;
    for (let q = 0; q < 20; q++) {
      const query = clustered(1, 900 + q);
      const found = index.search(query, { n: 10, allowed }).indices;
      expect(found).toHaveLength(10);
      const wanted = nearest(rows, 12_000, query, 10, (key) => allowed[key] > 0);
      hits += [...found].filter((key) => wanted.includes(key)).length;
    }
    expect(hits / 200).toBeGreaterThanOrEqual(0.9);
  });

  describe('in a cluster whose members have cosines of .999', () => {
    const rows = crowded();
    const index = filled(rows, crowd, { m: 8, efConstruction: 60, efSearch: 96 });

    it('finds each of them first, and 97 of 100 of its neighbours', () => {
      let hits = 0;
      for (let key = 0; key < crowd; key += 50) {
        const query = rows.slice(key * dimensions, (key + 1) * dimensions);
        const found = [...index.search(query, { n: 10 }).indices];
        expect(found[0]).toBe(key);
        const wanted = nearest(rows, crowd, query, 10, () => true);
        hits += found.filter((each) => wanted.includes(each)).length;
      }
      expect(hits / (10 * (crowd / 50))).toBeGreaterThanOrEqual(0.97);
    });

    it('answers the same from its bytes, which earlier versions refuse instead of answering worse', () => {
      const bytes = index.toBytes();
      expect(() => readModelFile(bytes, 'hnsw-index', 1)).toThrow(expect.objectContaining({ code: 'ERR_NEWER_FORMAT' }));
      const again = hnswIndex({ efSearch: 96 }).fromBytes(bytes);
      expect(again.toBytes()).toEqual(bytes);
      const query = rows.slice(0, dimensions);
      expect(again.search(query, { n: 20 })).toEqual(index.search(query, { n: 20 }));
    });

    it('gives in WebAssembly what it gives in plain TypeScript, with and without a filter', () => {
      const few = 1500;
      const settings = readHnswOptions({ m: 8, efConstruction: 40, efSearch: 16 });
      const [fast, plain] = [new Hnsw(settings), new Hnsw({ ...settings, plain: true })];
      for (const each of [fast, plain]) each.add(keysOf(0, few), rows.subarray(0, few * dimensions));
      expect(fast.toBytes()).toEqual(plain.toBytes());
      const allowed = Uint8Array.from({ length: few }, (_, key) => (key % 2 === 0 ? 1 : 0));
      for (let key = 0; key < few; key += 100) {
        const query = rows.slice(key * dimensions, (key + 1) * dimensions);
        expect(fast.search(query, { n: 5 })).toEqual(plain.search(query, { n: 5 }));
        expect(fast.search(query, { n: 5, allowed })).toEqual(plain.search(query, { n: 5, allowed }));
      }
    });
  });

  it('finds all of many equal vectors, and others beside them', () => {
    const rows = clustered(6000);
    for (let key = 0; key < 3000; key++) rows.set(rows.subarray(0, dimensions), key * dimensions);
    const index = filled(rows, 6000);
    const found = index.search(rows.slice(0, dimensions), { n: 200 });
    expect(found.indices).toHaveLength(200);
    expect(found.scores.at(-1)).toBeCloseTo(1, 5);
    expect(recallOf(index, rows, 6000, { from: 3000 })).toBeGreaterThanOrEqual(0.95);
  });

  it('takes vectors of zeros', () => {
    const rows = clustered(3000);
    rows.fill(0, 0, 1000 * dimensions);
    const index = filled(rows, 3000);
    expect(recallOf(index, rows, 3000, { from: 1000 })).toBeGreaterThanOrEqual(0.95);
    expect(index.search(new Float32Array(dimensions), { n: 5 }).indices).toHaveLength(5);
    const zeros = hnswIndex();
    zeros.add(keysOf(0, 2500), new Float32Array(2500 * dimensions));
    expect(zeros.search(rows.slice(-dimensions), { n: 50 }).indices).toHaveLength(50);
  });

  it('answers from one vector, and with as many as there are when more are wanted', () => {
    const index = hnswIndex();
    index.add(Int32Array.of(5), clustered(1));
    expect([...index.search(clustered(1), { n: 3 }).indices]).toEqual([5]);
    const rows = clustered(2500);
    expect(filled(rows, 2500).search(clustered(1, 9), { n: 9999 }).indices).toHaveLength(2500);
  });

  it('refuses numbers that are not finite, and stays as it was', () => {
    const index = filled(clustered(50), 50);
    const bad = clustered(2);
    bad[dimensions + 3] = Number.NaN;
    expect(() => index.add(Int32Array.of(1, 90), bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    expect(() => index.search(new Float32Array(dimensions).fill(Infinity), { n: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_VALUE' }),
    );
    expect(() => index.add(Int32Array.of(-1), clustered(1))).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    expect(() => index.search(clustered(1), { n: 1, efSearch: 0 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(index.size).toBe(50);
  });

  it.each([{ m: 3 }, { m: 16.5 }, { efConstruction: 10 }, { efSearch: 0 }, { seed: 'a' }, { threads: 0 }, { ef: 10 }])(
    'refuses the options %j',
    (options) => {
      expect(() => hnswIndex(options as object)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    },
  );

  it('serves a SemanticIndex, which finds its kind again by itself', async () => {
    const titles = Array.from({ length: 300 }, (_, k) => ({ id: `p${k}`, text: `kettle number ${k} ${k % 7 === 0 ? 'copper' : 'steel'}` }));
    const index = await SemanticIndex.build(titles, { vectorIndex: hnswIndex() });
    const store = memoryModelStore();
    await index.save(store, 'kettles');
    const again = await SemanticIndex.load(store, 'kettles');
    const options = { n: 5, mode: 'semantic' } as const;
    expect(await again.search('copper kettle', options)).toEqual(await index.search('copper kettle', options));
    expect(again.similarItems('p7', { n: 3 })).toHaveLength(3);
  });
});

/** Vectors of length 1 in 40 clusters, each a mean with noise; the same for the same seed. */
function clustered(count: number, seed = 0, long = dimensions): Float32Array {
  const rows = new Float32Array(count * long);
  for (let k = 0; k < count; k++) {
    const centre = unitVector(long, 1e6 + ((k * 7919 + seed) % 40));
    const noise = unitVector(long, 2e6 + k + 100_000 * seed);
    const sum = centre.map((x, d) => x + 0.7 * noise[d]);
    const length = Math.hypot(...sum);
    rows.set(
      sum.map((x) => x / length),
      k * long,
    );
  }
  return rows;
}

/** The same rows, cluster by cluster. */
function sorted(rows: Float32Array): Float32Array {
  const order = Array.from({ length: rows.length / dimensions }, (_, k) => k).sort(
    (a, b) => ((a * 7919) % 40) - ((b * 7919) % 40) || a - b,
  );
  const out = new Float32Array(rows.length);
  order.forEach((from, k) => {
    out.set(rows.subarray(from * dimensions, (from + 1) * dimensions), k * dimensions);
  });
  return out;
}

const keysOf = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

function filled(rows: Float32Array, count: number, options = {}): HnswIndex {
  const index = hnswIndex(options);
  index.add(keysOf(0, count), rows.subarray(0, count * dimensions));
  return index;
}

/** By the definition: all inner products, sorted. */
function nearest(rows: Float32Array, count: number, query: Float32Array, n: number, allowed: (key: number) => boolean): number[] {
  const scores = Float32Array.from({ length: count }, (_, key) => {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += rows[key * dimensions + d] * query[d];
    return sum;
  });
  return [...scores.keys()]
    .filter(allowed)
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, n);
}

/** Recall@10 of 60 queries drawn like the vectors. */
function recallOf(
  index: HnswIndex,
  rows: Float32Array,
  count: number,
  { efSearch, present = () => true, from = 0 }: { efSearch?: number; present?: (key: number) => boolean; from?: number } = {},
): number {
  let hits = 0;
  for (let q = 0; q < 60; q++) {
    const query = clustered(1, 900 + q);
    const truth = nearest(rows, count, query, 10, (key) => present(key) && key >= from);
    const allowed = from > 0 ? Uint8Array.from({ length: count }, (_, key) => (key >= from ? 1 : 0)) : undefined;
    hits += [...index.search(query, { n: 10, efSearch, allowed }).indices].filter((key) => truth.includes(key)).length;
  }
  return hits / 600;
}

/** Vectors around one direction. */
function crowded(): Float32Array {
  const centre = unitVector(dimensions, 1);
  const rows = new Float32Array(crowd * dimensions);
  for (let key = 0; key < crowd; key++) {
    const aside = unitVector(dimensions, 5000 + key);
    const row = Float32Array.from(centre, (x, d) => x + 0.03 * aside[d]);
    const length = Math.hypot(...row);
    for (let d = 0; d < dimensions; d++) rows[key * dimensions + d] = row[d] / length;
  }
  return rows;
}
