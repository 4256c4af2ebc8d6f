import { SemanticIndex, type VectorIndex } from 'attune';
import { faissIndex } from 'attune/faiss';
import { describe, expect, it, vi } from 'vitest';
import { unitVector, vectorIndexConformance } from '../../support/conformance.ts';
import { fakeFaiss } from '../../support/fake-faiss.ts';

const coded = (code: string) => expect.objectContaining({ code });
const keysTo = (count: number) => Int32Array.from({ length: count }, (_, k) => k);
const products = [
  { id: 'a', text: 'quiet dishwasher', brand: 'GE' },
  { id: 'b', text: 'steel hose for a dishwasher', brand: 'Bosch' },
];

function filled(index: VectorIndex, count: number, dimensions = 8): VectorIndex {
  const rows = new Float32Array(count * dimensions);
  for (let k = 0; k < count; k++) rows.set(unitVector(dimensions, k), k * dimensions);
  index.add(keysTo(count), rows);
  return index;
}

describe('a FAISS index', () => {
  describe('over a stand-in for the package', () => {
    vectorIndexConformance({ open: () => faissIndex({ faiss: fakeFaiss() }) });
  });

  it('equal scores stand by ascending key, whatever the package says', () => {
    const index = faissIndex({ faiss: fakeFaiss() });
    const row = unitVector(4, 1);
    for (let key = 40; key >= 0; key--) index.add(Int32Array.of(key), row);
    expect(index.search(row, { n: 3 })).toMatchObject({ indices: Int32Array.of(0, 1, 2) });
  });

  it('hands nothing to the package that would end the process', () => {
    const index = filled(faissIndex({ faiss: fakeFaiss() }), 20);
    const bad: [() => unknown, string][] = [
      [() => index.add(Int32Array.of(1), new Float32Array(0)), 'ERR_BAD_ARGUMENT'],
      [() => index.add(Int32Array.of(1), new Float32Array(7)), 'ERR_BAD_ARGUMENT'],
      [() => index.add(Int32Array.of(1, 2, 3), new Float32Array(8)), 'ERR_BAD_ARGUMENT'],
      [() => index.add(Int32Array.of(-1), new Float32Array(8)), 'ERR_BAD_ARGUMENT'],
      [() => index.add(Int32Array.of(1), new Float32Array(8).fill(Number.NaN)), 'ERR_BAD_VALUE'],
      [() => index.add(Int32Array.of(1), new Float32Array(8).fill(1e30)), 'ERR_BAD_VALUE'],
      [() => index.search(new Float32Array(7), { n: 1 }), 'ERR_BAD_ARGUMENT'],
      [() => index.search(new Float32Array(8).fill(Number.POSITIVE_INFINITY), { n: 1 }), 'ERR_BAD_ARGUMENT'],
    ];
    for (const [call, code] of bad) expect(call).toThrow(coded(code));
    expect(index.size).toBe(20);
    expect(index.search(unitVector(8, 3), { n: 1000 })).toMatchObject({ indices: { length: 20 } });
  });

  it('keeps its state when the package fails', () => {
    const faiss = fakeFaiss();
    const make = faiss.Index.fromFactory;
    let broken = false;
    faiss.Index.fromFactory = (...given) => {
      const handle = make(...given);
      const { add } = handle;
      handle.add = (vectors) => {
        if (broken) throw new RangeError('Invalid array length');
        add(vectors);
      };
      return handle;
    };
    const index = filled(faissIndex({ faiss }), 20);
    broken = true;
    expect(() => index.add(Int32Array.of(99), unitVector(8, 99))).toThrow(coded('ERR_STORE'));
    expect([index.size, index.vectorOf?.(99)]).toEqual([20, undefined]);
    expect(index.search(unitVector(8, 5), { n: 1 })).toMatchObject({ indices: Int32Array.of(5) });
    broken = false;
    index.add(Int32Array.of(99), unitVector(8, 99));
    expect(index.search(unitVector(8, 99), { n: 1 })).toMatchObject({ indices: Int32Array.of(99) });
  });

  it('is built anew when removed vectors outnumber the others', () => {
    const faiss = fakeFaiss();
    const index = filled(faissIndex({ faiss }), 6000, 2);
    index.remove(keysTo(5900));
    index.add(Int32Array.of(7), unitVector(2, 7));
    expect([faiss.made, index.size]).toEqual([2, 101]);
    expect(index.search(unitVector(2, 7), { n: 200 })).toMatchObject({ indices: { length: 101 } });
  });

  it('says how to install the package when it is missing', async () => {
    await expect(SemanticIndex.build(products, { vectorIndex: faissIndex() })).rejects.toMatchObject({
      code: 'ERR_MISSING_PEER',
      message: expect.stringContaining('npm install faiss-node'),
    });
  });

  it('refuses a worker thread', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ isMainThread: false } as never);
    try {
      expect(() => faissIndex()).toThrow(coded('ERR_NOT_SUPPORTED'));
    } finally {
      vi.restoreAllMocks();
    }
  });

  it.each<[object]>([[{ kind: 'pq' }], [{ lists: 0 }], [{ lists: 4, probes: 5 }], [{ m: 1 }], [{ faiss: {} }], [{ nlist: 4 }]])(
    'refuses the options %o',
    (options) => {
      expect(() => faissIndex(options as never)).toThrow(coded('ERR_BAD_OPTION'));
    },
  );

  it('serves a search index, which comes back from its file', async () => {
    const faiss = fakeFaiss();
    const index = await SemanticIndex.build(products, { vectorIndex: faissIndex({ faiss }), metadata: ['brand'] });
    expect((await index.search('dishwashers', { n: 1, mode: 'semantic', where: { brand: 'Bosch' } }))[0].item).toBe('b');
    expect(index.similarItems('a', { n: 1 })[0].item).toBe('b');
    const bytes = index.toBytes();
    expect(() => SemanticIndex.fromBytes(bytes)).toThrow(coded('ERR_BAD_OPTION'));
    const again = SemanticIndex.fromBytes(bytes, { vectorIndex: faissIndex({ faiss }) });
    expect(await again.search('hose')).toEqual(await index.search('hose'));
  });
});
