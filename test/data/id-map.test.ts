import { IdMap } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/work/steps.ts';

const id = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '\u0000', '\ufeffid', 'é', '日本', '😀'),
);

describe('IdMap', () => {
  it('gives ids dense indices in the order they come, and the same again', () => {
    const map = new IdMap(['b', 'a', 'b']);
    expect([map.indexOf('b'), map.indexOf('a'), map.indexOf('c'), map.size]).toEqual([0, 1, -1, 2]);
    expect([map.add('a'), map.add('c')]).toEqual([1, 2]);
    expect([...map]).toEqual(['b', 'a', 'c']);
  });

  it('agrees with a Map on any ids', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), id, (ids, other) => {
        const map = new IdMap(ids);
        const oracle = new Map<string, number>();
        for (const one of ids) if (!oracle.has(one)) oracle.set(one, oracle.size);
        expect([...map]).toEqual([...oracle.keys()]);
        for (const [one, index] of oracle) {
          expect(map.indexOf(one)).toBe(index);
          expect(map.idAt(index)).toBe(one);
        }
        expect(map.has(other)).toBe(oracle.has(other));
      }),
    );
  });

  it('survives its columns, and the copy is independent', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
        const map = new IdMap(ids);
        const { bytes, ends } = map.toColumns();
        const back = IdMap.fromColumns(bytes, ends);
        bytes.fill(0);
        ends.fill(0);
        const copy = map.clone();
        map.add('an id that nobody has');
        expect([...back]).toEqual([...new Set(ids)]);
        expect([...copy]).toEqual([...new Set(ids)]);
        expect(back.add('an id that nobody has')).toBe(copy.size);
        expect(copy.has('an id that nobody has')).toBe(false);
      }),
    );
  });

  it.each(['', undefined, null, 7, '\ud800', 'a\udfff', '\ud83d\ud83d'])('refuses %j as an id, and does not find it', (bad) => {
    const map = new IdMap(['a']);
    expect(() => map.add(bad as string)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ID' }));
    expect(map.indexOf(bad as string)).toBe(-1);
    expect(map.size).toBe(1);
  });

  it('keeps a half surrogate apart from the letter that stands for damaged text', () => {
    const map = new IdMap(['\ufffd']);
    expect(map.has('\ud800')).toBe(false);
  });

  it('takes ids longer than its buffers', () => {
    const ids = ['x'.repeat(5000), 'é'.repeat(5000), 'y'];
    expect([...new IdMap(ids)]).toEqual(ids);
  });

  it.each([-1, 2, 0.5, Number.NaN])('refuses the index %d', (index) => {
    expect(() => new IdMap(['a', 'b']).idAt(index)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });

  it.each([
    ['decreasing offsets', [2, 1, 3]],
    ['an empty id', [0, 3]],
    ['bytes left over', [1, 2]],
    ['bytes missing', [1, 4]],
  ])('refuses columns with %s', (_, ends) => {
    expect(() => IdMap.fromColumns(new Uint8Array([97, 98, 99]), Int32Array.from(ends))).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_FILE' }),
    );
  });

  it('refuses columns with one id twice', () => {
    expect(() => IdMap.fromColumns(new Uint8Array([97, 97]), Int32Array.of(1, 2))).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_FILE' }),
    );
  });

  it('gives the ids at some indices as a map of their own', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 100 }), fc.infiniteStream(fc.boolean()), (ids, stream) => {
        const map = new IdMap(ids);
        const indices = ids.map((_, k) => k).filter(() => stream.next().value);
        const some = map.subset(indices.reverse());
        expect([...some]).toEqual(indices.map((k) => ids[k]));
        expect(ids.map((one) => some.indexOf(one))).toEqual(ids.map((_, k) => indices.indexOf(k)));
        expect(some.add('an id that nobody has')).toBe(indices.length);
      }),
    );
    for (const bad of [[2], [-1], [0.5], [0, 0]]) {
      expect(() => new IdMap(['a', 'b']).subset(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    }
  });

  it('holds a million ids in about the bytes they have', () => {
    const map = new IdMap();
    const name = (k: number) => `A${k * 7919}`;
    for (let k = 0; k < 1_000_000; k++) map.add(name(k));
    expect(map.size).toBe(1_000_000);
    for (let k = 0; k < 1_000_000; k += 9973) {
      expect(map.indexOf(name(k))).toBe(k);
      expect(map.idAt(k)).toBe(name(k));
    }
    expect(map.toColumns().bytes.length).toBeLessThan(12_000_000);
  });

  it('takes ids as bytes, which are the same ids as their texts', () => {
    const map = new IdMap(['a', 'né', 'B00']);
    const bytes = Buffer.from('xB00néa');
    expect(map.addBytes(bytes, 1, 4)).toBe(2);
    expect(map.addBytes(bytes, 4, 7)).toBe(1);
    expect(map.addBytes(bytes, 7)).toBe(0);
    expect(map.addBytes(bytes)).toBe(3);
    expect(map.idAt(3)).toBe('xB00néa');
    expect(map.indexOf('xB00néa')).toBe(3);
    expect(() => map.addBytes(bytes, 2, 2)).toThrow(/non-empty/);
    expect(() => map.addBytes(bytes, 4, 6)).toThrow(/UTF-8/);
    expect(() => map.addBytes(bytes, 0, 99)).toThrow(/part of a Uint8Array/);
    expect(map.size).toBe(4);
  });

  it('keeps ids of bytes apart in a copy', () => {
    const map = new IdMap(['a']);
    const copy = map.clone();
    copy.addBytes(Buffer.from('b'));
    expect([map.size, copy.size, map.has('b'), copy.has('b')]).toEqual([1, 2, false, true]);
  });
});

it('a map that took over columns never writes to them', () => {
  const { bytes, ends } = new IdMap(['a', 'b']).toColumns();
  const map = atOnce(IdMap.readingColumns(bytes, ends));
  expect([map.add('c'), map.indexOf('b'), map.indexOf('c')]).toEqual([2, 1, 2]);
  expect([Array.from(bytes), Array.from(ends)]).toEqual([
    [97, 98],
    [1, 2],
  ]);
});
