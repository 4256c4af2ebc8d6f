import { AttuneError, IdMap } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handOver, type ModelFile, readModelFile, tensorOf, writeModelFile } from '../../../src/data/files/model-file.ts';
import { readSafetensors, writeSafetensors } from '../../../src/data/files/safetensors.ts';

const model = (): ModelFile => ({
  kind: 'als',
  formatVersion: 2,
  settings: { factors: 2, deep: { list: [1, 'é'] }, gone: undefined },
  tensors: { factors: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, counts: { data: Int32Array.of(5), shape: [1] } },
  ids: { users: new IdMap(['a', '__proto__', 'é😀']), items: new IdMap() },
});

const codeOf = (read: () => unknown): string => {
  try {
    read();
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(AttuneError);
    return (error as AttuneError).code;
  }
};

describe('a model file', () => {
  it('brings everything back', () => {
    const read = readModelFile(writeModelFile(model()), 'als', 2);
    expect(read).toMatchObject({ kind: 'als', formatVersion: 2, settings: { factors: 2, deep: { list: [1, 'é'] } } });
    expect(read.settings).not.toHaveProperty('gone');
    expect(read.tensors).toEqual(model().tensors);
    expect([...read.ids.users]).toEqual(['a', '__proto__', 'é😀']);
    expect(read.ids.items.size).toBe(0);
  });

  it('is copied by its model, unless it was handed over', () => {
    const bytes = writeModelFile(model());
    const factors = () => tensorOf(readModelFile(bytes, 'als', 2), 'factors', Float32Array);
    expect(factors().buffer).not.toBe(bytes.buffer);
    handOver(bytes);
    expect(factors().buffer).toBe(bytes.buffer);
    expect(factors()).toEqual(model().tensors.factors.data);
    const part = new Uint8Array(bytes.length + 8);
    part.set(bytes, 8);
    handOver(part.subarray(8)); // somebody may hold the rest
    expect(tensorOf(readModelFile(part.subarray(8), 'als', 2), 'factors', Float32Array).buffer).not.toBe(part.buffer);
  });

  it('has names of id maps and tensors that no program expects', () => {
    const tensors = Object.fromEntries([
      ['__proto__', { data: Float32Array.of(1), shape: [1] }],
      ['x.ends', { data: Int32Array.of(1), shape: [1] }],
      ['y.bytes', { data: Uint8Array.of(1), shape: [1] }],
    ]);
    const ids = Object.fromEntries([['__proto__', new IdMap(['q'])]]);
    const read = readModelFile(writeModelFile({ ...model(), tensors, ids }), 'als', 2);
    expect(Object.keys(read.tensors).sort()).toEqual(['__proto__', 'x.ends', 'y.bytes']);
    expect(Object.keys(read.ids)).toEqual(['__proto__']);
    expect(() => writeModelFile({ ...model(), tensors: { 'users.ends': { data: Int32Array.of(1), shape: [1] } } })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }),
    );
  });

  it('with any one byte changed is refused, never read as another model', () => {
    const bytes = writeModelFile(model());
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const damaged = bytes.slice();
        damaged[at] ^= change;
        const code = codeOf(() => readModelFile(damaged, 'als', 2));
        if (code !== 'ERR_BAD_FILE') expect([at, change, code]).toEqual([at, change, 'refused']);
      }
    }
  });

  it('cut anywhere, or with bytes anywhere changed, moved or repeated, is refused', () => {
    const bytes = writeModelFile(model());
    const refused = (damaged: Uint8Array) => {
      const same = damaged.length === bytes.length && damaged.every((byte, k) => byte === bytes[k]);
      return same || codeOf(() => readModelFile(damaged, 'als', 2)) === 'ERR_BAD_FILE';
    };
    for (let length = 0; length < bytes.length; length++) expect(refused(bytes.slice(0, length))).toBe(true);
    const place = fc.nat({ max: bytes.length });
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const piece = bytes.slice(from, to);
        const rest = Uint8Array.of(...bytes.slice(0, from), ...bytes.slice(to));
        const overwritten = bytes.slice();
        overwritten.set(piece.subarray(0, bytes.length - c), c);
        return refused(rest) && refused(Uint8Array.of(...bytes.slice(0, c), ...piece, ...bytes.slice(c))) && refused(overwritten);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 2, maxLength: 6 }),
        (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          return refused(damaged);
        },
      ),
    );
  });

  it('of another kind, a newer format, or with the wrong contents has a code for it', () => {
    const bytes = writeModelFile(model());
    expect(codeOf(() => readModelFile(bytes, 'ease', 2))).toBe('ERR_WRONG_KIND');
    expect(codeOf(() => readModelFile(bytes, 'als', 1))).toBe('ERR_NEWER_FORMAT');
    expect(codeOf(() => readModelFile(bytes, 'als', 3))).toBe('none');
    const { tensors, metadata } = readSafetensors(bytes);
    const rewritten = (change: Record<string, string | undefined>, moreTensors = {}) => {
      const entries = Object.entries({ ...metadata, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return writeSafetensors({ tensors: { ...tensors, ...moreTensors }, metadata: Object.fromEntries(entries) });
    };
    const wrong: [string, Uint8Array][] = [
      ['another program', rewritten({ format: 'pt' })],
      ['no program', rewritten({ format: undefined })],
      ['no format version', rewritten({ formatVersion: undefined })],
      ['an empty format version', rewritten({ formatVersion: '' })],
      ['version 0', rewritten({ formatVersion: '0' })],
      ['half a version', rewritten({ formatVersion: '1.5' })],
      ['a format version that is no number', rewritten({ formatVersion: 'two' })],
      ['no settings', rewritten({ settings: undefined })],
      ['settings that are not JSON', rewritten({ settings: '{' })],
      ['settings that are null', rewritten({ settings: 'null' })],
      ['settings that are a list', rewritten({ settings: '[]' })],
      ['ends of the wrong type', rewritten({}, { 'users.ends': { data: Float32Array.of(1, 2, 3), shape: [3] } })],
      ['ends that fall', rewritten({}, { 'users.ends': { data: Int32Array.of(1, 0, 14), shape: [3] } })],
      ['ends beyond the bytes', rewritten({}, { 'users.ends': { data: Int32Array.of(1, 2, 99), shape: [3] } })],
    ];
    for (const [what, file] of wrong) expect([what, codeOf(() => readModelFile(file, 'als', 2))]).toEqual([what, 'ERR_BAD_FILE']);
  });

  it('gives a tensor of the wanted type and length, as a copy', () => {
    const bytes = writeModelFile(model());
    const file = readModelFile(bytes, 'als', 2);
    const factors = tensorOf(file, 'factors', Float32Array, 4);
    bytes.fill(0);
    expect(factors).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(codeOf(() => tensorOf(file, 'factors', Int32Array))).toBe('ERR_BAD_FILE');
    expect(codeOf(() => tensorOf(file, 'factors', Float32Array, 5))).toBe('ERR_BAD_FILE');
    expect(codeOf(() => tensorOf(file, 'constructor', Float32Array))).toBe('ERR_BAD_FILE');
  });
});
