import { AttuneError } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, type Tensor, writeSafetensors } from '../../../src/data/files/safetensors.ts';

const encoder = new TextEncoder();

/** A file with any header and any data behind it, written without our writer. */
function rawFile(header: unknown, dataLength = 0): Uint8Array {
  const json = encoder.encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}

const codeOf = (bytes: Uint8Array): string => {
  try {
    readSafetensors(bytes);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(AttuneError);
    return (error as AttuneError).code;
  }
};

const small = () =>
  writeSafetensors({
    tensors: {
      weights: { data: Float32Array.of(1, -2.5, 3e38, Number.NaN), shape: [2, 2] },
      ids: { data: Uint8Array.of(1, 2, 3), shape: [3] },
    },
    metadata: { kind: 'test' },
  });

describe('a safetensors file', () => {
  it('is laid out as the format says: header length, JSON padded to eight, data, wide types first', () => {
    const bytes = writeSafetensors({
      tensors: {
        b: { data: Uint8Array.of(7, 8), shape: [2] },
        a: { data: Float32Array.of(1), shape: [1, 1] },
      },
      metadata: { kind: 'golden' },
    });
    const header =
      '{"__metadata__":{"kind":"golden","checksum":"cc286b86"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 7, 8]);
  });

  it('brings back every type, shape and bit', () => {
    const element = fc.constantFrom('F64', 'F32', 'I32', 'U32', 'I16', 'U16', 'I8', 'U8').chain((type) => {
      const arrays = {
        F64: Float64Array,
        F32: Float32Array,
        I32: Int32Array,
        U32: Uint32Array,
        I16: Int16Array,
        U16: Uint16Array,
        I8: Int8Array,
        U8: Uint8Array,
      };
      const Type = arrays[type as keyof typeof arrays];
      return fc
        .tuple(fc.array(fc.nat({ max: 4 }), { maxLength: 3 }), fc.infiniteStream(fc.nat({ max: 255 })))
        .map(([shape, stream]): Tensor => {
          const length = shape.reduce((a, b) => a * b, 1);
          const raw = Uint8Array.from(stream.take(length * Type.BYTES_PER_ELEMENT));
          return { data: new Type(raw.buffer, 0, length), shape };
        });
    });
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('__proto__', 'constructor', '', '"checksum":"', 'é😀'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, element), { maxLength: 5 }),
        fc.dictionary(fc.string(), fc.string()),
        fc.nat({ max: 9 }),
        (list, metadata, shift) => {
          const tensors = Object.fromEntries(list);
          const bytes = writeSafetensors({ tensors, metadata });
          const moved = new Uint8Array(bytes.length + shift);
          moved.set(bytes, shift);
          for (const file of [bytes, moved.subarray(shift)]) {
            const read = readSafetensors(file);
            expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
            expect(read.metadata).toEqual({ ...metadata, checksum: read.metadata.checksum });
            for (const [key, { data, shape, ...rest }] of Object.entries(read.tensors)) {
              const given = Object.getOwnPropertyDescriptor(tensors, key)?.value as Tensor;
              expect(rest).toEqual({});
              expect(shape).toEqual(given.shape);
              expect(data.constructor).toBe(given.data.constructor);
              expect(bits(data)).toEqual(bits(given.data));
            }
          }
        },
      ),
    );
  });

  it('keeps the types that JavaScript has no array for as bits', () => {
    const tensors: Record<string, Tensor> = {
      half: { data: Uint16Array.of(0x3c00), shape: [1], dtype: 'F16' },
      brain: { data: Uint16Array.of(0x3f80), shape: [1], dtype: 'BF16' },
      flags: { data: Uint8Array.of(1, 0), shape: [2], dtype: 'BOOL' },
      wide: { data: Int32Array.of(7, 0, -1, -1, 0, 1), shape: [3], dtype: 'I64' },
    };
    expect(readSafetensors(writeSafetensors({ tensors, metadata: {} })).tensors).toEqual(tensors);
    const wide = rawFile({ x: { dtype: 'U64', shape: [1], data_offsets: [0, 8] } }, 8);
    expect(codeOf(wide)).toBe('ERR_NOT_SUPPORTED');
  });

  it('is read in place when it lies aligned', () => {
    const bytes = small();
    expect(readSafetensors(bytes).tensors.weights.data.buffer).toBe(bytes.buffer);
  });

  it('of others, without a checksum or metadata, with spaces around, is read', () => {
    const header = { x: { dtype: 'F32', shape: [], data_offsets: [0, 4] }, nothing: { dtype: 'U8', shape: [0, 5], data_offsets: [4, 4] } };
    const { tensors, metadata } = readSafetensors(rawFile(`${JSON.stringify(header)}   `, 4));
    expect(metadata).toEqual({});
    expect(tensors.x).toEqual({ data: Float32Array.of(0), shape: [] });
    expect(tensors.nothing).toEqual({ data: new Uint8Array(0), shape: [0, 5] });
    expect(readSafetensors(rawFile('{}'))).toEqual({ tensors: {}, metadata: {} });
  });

  it('that is cut anywhere, or has a byte too many, is refused', () => {
    const bytes = small();
    for (let length = 0; length < bytes.length; length++) expect(codeOf(bytes.subarray(0, length))).toBe('ERR_BAD_FILE');
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(codeOf(longer)).toBe('ERR_BAD_FILE');
  });

  it('whose header is hostile is refused', () => {
    const tensor = { dtype: 'U8', shape: [2], data_offsets: [0, 2] };
    const headers: [string, unknown, number][] = [
      ['not JSON', '{"a":', 0],
      ['not an object', '[]', 0],
      ['null', 'null', 0],
      ['a text', '"text"', 0],
      ['no description', { a: null }, 0],
      ['an array as description', { a: [] }, 0],
      ['an unknown type', { a: { ...tensor, dtype: 'constructor' } }, 2],
      ['a list as type', { a: { ...tensor, dtype: ['U8'] } }, 2],
      ['no type', { a: { ...tensor, dtype: undefined } }, 2],
      ['a huge shape', { a: { ...tensor, shape: [2 ** 53 - 1, 2 ** 53 - 1] } }, 2],
      ['a shape whose product overflows to zero bytes', { a: { ...tensor, shape: [2 ** 32, 2 ** 32], data_offsets: [0, 0] } }, 0],
      ['an unsafe size', '{"a":{"dtype":"U8","shape":[1e300],"data_offsets":[0,2]}}', 2],
      ['negative sizes with a positive product', { a: { ...tensor, shape: [-1, -2] } }, 2],
      ['half a size', { a: { ...tensor, shape: [0.5, 4] } }, 2],
      ['a text as size', { a: { ...tensor, shape: ['2'] } }, 2],
      ['no shape', { a: { ...tensor, shape: 2 } }, 2],
      ['negative offsets', { a: { ...tensor, data_offsets: [-2, 0] } }, 2],
      ['offsets the wrong way round', { a: { ...tensor, data_offsets: [2, 0] } }, 2],
      ['one offset', { a: { ...tensor, data_offsets: [0] } }, 2],
      ['three offsets', { a: { ...tensor, data_offsets: [0, 2, 4] } }, 2],
      ['offsets behind the end', { a: { ...tensor, data_offsets: [0, 2] } }, 1],
      ['a gap', { a: tensor, b: { ...tensor, data_offsets: [3, 5] } }, 5],
      ['an overlap', { a: tensor, b: { ...tensor, data_offsets: [1, 3] } }, 3],
      ['twice the same place', { a: tensor, b: tensor }, 2],
      ['a start behind zero', { a: { ...tensor, data_offsets: [1, 3] } }, 3],
      ['bytes behind the last tensor', { a: tensor }, 3],
      ['metadata that are not text', { __metadata__: { n: 1 }, a: tensor }, 2],
      ['metadata that are a list', { __metadata__: ['a'], a: tensor }, 2],
      ['metadata that are null', { __metadata__: null, a: tensor }, 2],
      ['a checksum without a place', '{"__metadata__":{"\\u0063hecksum":"00000000"}}', 0],
      ['a wrong checksum', { __metadata__: { checksum: '00000000' }, a: tensor }, 2],
      ['a short checksum', { __metadata__: { checksum: '0' } }, 0],
      ['a key twice', '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a" :{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}', 0],
      [
        'a key twice, once escaped',
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
        0,
      ],
      ['a metadata key twice', '{"__metadata__":{"x":"1","x":"2"}}', 0],
      ['a shape twice', '{"a":{"dtype":"U8","shape":[1],"shape":[0],"data_offsets":[0,0]}}', 0],
    ];
    for (const [what, header, length] of headers) expect([what, codeOf(rawFile(header, length))]).toEqual([what, 'ERR_BAD_FILE']);
    const invalidText = rawFile('{"a":{}}');
    invalidText[10] = 0xff;
    expect(codeOf(invalidText)).toBe('ERR_BAD_FILE');
    const longHeader = rawFile('{}');
    new DataView(longHeader.buffer).setBigUint64(0, 2n ** 40n, true);
    expect(codeOf(longHeader)).toBe('ERR_BAD_FILE');
    expect(codeOf(rawFile(`${'['.repeat(200_000)}${']'.repeat(200_000)}`))).toBe('ERR_BAD_FILE');
  });

  it('of any bytes at all is read or refused with a code', () => {
    const codes = ['none', 'ERR_BAD_FILE', 'ERR_NOT_SUPPORTED'];
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => codes.includes(codeOf(bytes))));
    fc.assert(fc.property(fc.json(), fc.nat({ max: 8 }), (json, length) => codes.includes(codeOf(rawFile(json, length)))));
    const number = fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constantFrom(2 ** 53, 1e300, 0.5));
    const tensor = fc.record({
      dtype: fc.constantFrom('U8', 'F32', 'x'),
      shape: fc.array(number, { maxLength: 3 }),
      data_offsets: fc.array(number, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 3 }), tensor, { maxKeys: 3 }), fc.nat({ max: 16 }), (header, length) =>
        codes.includes(codeOf(rawFile(header, length))),
      ),
    );
  });

  it('is not written from what does not fit', () => {
    const write =
      (tensor: unknown, name = 'x') =>
      () =>
        writeSafetensors({ tensors: { [name]: tensor as Tensor }, metadata: {} });
    const refused = expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' });
    const data = Float32Array.of(1, 2);
    for (const tensor of [
      { data, shape: [3] },
      { data, shape: [-1, -2] },
      { data, shape: 2 },
      { data: [1, 2], shape: [2] },
      { data, shape: [2], dtype: 'F16' },
      { data: new BigInt64Array(2), shape: [2] },
    ]) {
      expect(write(tensor)).toThrow(refused);
    }
    expect(write({ data, shape: [2] }, '__metadata__')).toThrow(refused);
    expect(() => writeSafetensors({ tensors: {}, metadata: { n: 1 as never } })).toThrow(refused);
  });
});

function bits(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
