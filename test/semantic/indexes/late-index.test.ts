import { describe, expect, it } from 'vitest';
import type { VectorIndex } from '../../../src/contracts/vector-index.ts';
import { flatIndex, hnswIndex, SemanticIndex } from '../../../src/entries/index.ts';
import { uniform } from '../../../src/numeric/random.ts';
import { indexKinds } from '../../../src/semantic/indexes/kinds.page.ts';
import { indexKinds as ofNode } from '../../../src/semantic/indexes/kinds.ts';
import { LateIndex } from '../../../src/semantic/indexes/late-index.ts';

const dimensions = 256;
const count = 1100; // above what a flat index scans without codes
const vectors = uniform(7, count * dimensions, 1);
const query = vectors.slice(0, dimensions);

function filled<I extends VectorIndex>(index: I): I {
  index.add(
    Int32Array.from({ length: count }, (_, key) => key),
    vectors,
  );
  return index;
}

/** Millions of bytes, which `toEqual` compares one by one. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** The index of a file as a page opens it, and as Node does. */
function opened(made: VectorIndex) {
  const bytes = made.toBytes();
  return { bytes, page: indexKinds[made.kind]().fromBytes(bytes), node: ofNode[made.kind]().fromBytes(bytes) };
}

describe.each([
  ['a graph', () => hnswIndex({ seed: 3 })],
  ['codes of four bits', () => flatIndex({ storage: '4bit' })],
])('a page with a file of %s', (_, make) => {
  const { bytes, page, node } = opened(filled(make()));

  it('knows its size and dimensions, and gives its bytes back, before any code is loaded', () => {
    const { page: fresh } = opened(node);
    expect([fresh.size, fresh.dimensions]).toEqual([count, dimensions]);
    expect(same(fresh.toBytes(), bytes)).toBe(true);
    expect(() => fresh.vectorOf?.(1)).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
  });

  it('loads the code with the first search, which answers as Node does, and from then on answers at once', async () => {
    expect(await page.search(query, { n: 10 })).toEqual(node.search(query, { n: 10 }));
    expect(page.search(query, { n: 3 })).toEqual(node.search(query, { n: 3 }));
    expect(page.vectorOf?.(4)).toEqual(node.vectorOf?.(4));
    expect(page.scoreOf?.(query, 4)).toEqual(node.scoreOf?.(query, 4));
    expect(same(page.toBytes(), bytes)).toBe(true);
  });

  it('takes changes, and gives no bytes of before a change that waits for its code', async () => {
    const { page: fresh, node: other } = opened(node);
    const removal = fresh.remove(Int32Array.of(0, 1));
    expect(() => fresh.toBytes()).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
    await removal;
    await other.remove(Int32Array.of(0, 1));
    expect(fresh.size).toBe(count - 2);
    expect(same(fresh.toBytes(), other.toBytes())).toBe(true);
  });

  it('says at once that a file is damaged, and of what the code finds when it is searched', () => {
    expect(() => page.fromBytes(bytes.slice(0, -9))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
    expect(() => page.fromBytes(filled(make().kind === 'flat' ? hnswIndex() : flatIndex()).toBytes())).toThrow(
      expect.objectContaining({ code: 'ERR_WRONG_KIND' }),
    );
  });
});

it('a page answers from a file of vectors as they are at once, one query or many', async () => {
  const { page, node } = opened(filled(flatIndex()));
  expect(page.search(query, { n: 10 })).toEqual(node.search(query, { n: 10 }));
  const queries = Array.from({ length: 20 }, (_, k) => vectors.slice(k * dimensions, (k + 1) * dimensions));
  expect(await page.searchMany?.(queries, { n: 10 })).toEqual(await node.searchMany?.(queries, { n: 10 }));
});

it('an index that comes late is told of abort and progress when vectors are added', async () => {
  const given: unknown[] = [];
  const index = { ...flatIndex(), add: (...all: unknown[]) => void given.push(...all) } as unknown as VectorIndex;
  const work = { signal: new AbortController().signal, onProgress: () => {} };
  const [keys, metadata] = [Int32Array.of(0), [{ brand: 'A' }]];
  await new LateIndex('flat', async () => index).add(keys, query, metadata, work);
  expect(given).toEqual([keys, query, metadata, work]);
});

it('near duplicates by vectors load an index that comes late', async () => {
  const texts = ['red shoes', 'red shoes', 'green tea'].map((text, id) => ({ id, text }));
  const index = await SemanticIndex.build(texts, { vectorIndex: hnswIndex() });
  const late = SemanticIndex.fromBytes(index.toBytes(), { vectorIndex: indexKinds.hnsw() });
  expect(await late.nearDuplicates({ by: 'vectors' })).toEqual([['0', '1']]);
});
