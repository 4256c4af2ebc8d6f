import { describe, expect, it } from 'vitest';
import { readArrow } from '../../src/spark/arrow/read.ts';
import { writeArrow } from '../../src/spark/arrow/write.ts';
import { double, flag, int, Message, message, nested, text } from '../../src/spark/connect/protobuf.ts';

/**
 * What Spark 4.2.0 sent for `SELECT * FROM VALUES (1, 2L, 'ä', array(1f, 2f)), (3, 4L, '', array()) AS t(i, l, s, f)`.
 */
const fromSpark = Buffer.from(
  '/////2gBAAAQAAAAAAAKAA4ABgANAAgACgAAAAAABAAQAAAAAAEKAAwAAAAIAAQACgAAAAgAAAAIAAAAAAAAAAQAAADwAAAAqAAAAHQAAAAEAAAAMv///xQAAAAUAAAAVAAAAAAAAAxQAAAAAAAAAAEAAAAEAAAAVv///xQAAAAUAAAAHAAAAAAAAAMcAAAAAAAAAAAAAAAAAAYACAAGAAYAAAAAAAEABwAAAGVsZW1lbnQA1P///wEAAABmAAAAnv///xQAAAAUAAAAGAAAAAAAAAUUAAAAAAAAAAAAAAAEAAQABAAAAAEAAABzAAAAzv///xQAAAAUAAAAFAAAAAAAAAIYAAAAAAAAAAAAAAC8////AAAAAUAAAAABAAAAbAASABgAFAAAABMADAAAAAgABAASAAAAFAAAABQAAAAcAAAAAAAAAiAAAAAAAAAAAAAAAAgADAAIAAcACAAAAAAAAAEgAAAAAQAAAGkAAAD/////WAEAABQAAAAAAAAADAAWAA4AFQAQAAQADAAAAHAAAAAAAAAAAAAEABAAAAAAAwoAGAAMAAgABAAKAAAAFAAAAMgAAAACAAAAAAAAAAAAAAALAAAAAAAAAAAAAAABAAAAAAAAAAgAAAAAAAAACAAAAAAAAAAQAAAAAAAAAAEAAAAAAAAAGAAAAAAAAAAQAAAAAAAAACgAAAAAAAAAAQAAAAAAAAAwAAAAAAAAAAwAAAAAAAAAQAAAAAAAAAACAAAAAAAAAEgAAAAAAAAAAQAAAAAAAABQAAAAAAAAAAwAAAAAAAAAYAAAAAAAAAABAAAAAAAAAGgAAAAAAAAACAAAAAAAAAAAAAAABQAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAwAAAAAAAAABAAAAAwAAAAMAAAAAAAAAAgAAAAAAAAAEAAAAAAAAAAMAAAAAAAAAAAAAAAIAAAACAAAAAAAAAMOkAAAAAAAAAwAAAAAAAAAAAAAAAgAAAAIAAAAAAAAAAwAAAAAAAAAAAIA/AAAAQP////8AAAAA',
  'base64',
);

describe('an Arrow stream', () => {
  it('that was written is read as it was', () => {
    const [batch, ...more] = readArrow(writeArrow({ user: Int32Array.of(3, -1, 7), value: Float32Array.of(0.5, 1, 2) }));
    expect(more).toEqual([]);
    expect(batch.rows).toBe(3);
    expect(batch.columns).toEqual({
      user: { kind: 'numbers', values: Int32Array.of(3, -1, 7) },
      value: { kind: 'numbers', values: Float32Array.of(0.5, 1, 2) },
    });
  });
  it('of Spark gives numbers, texts and lists of floats', () => {
    const [{ rows, columns }] = readArrow(fromSpark);
    expect(rows).toBe(2);
    expect(columns.i).toEqual({ kind: 'numbers', values: Int32Array.of(1, 3) });
    expect(columns.l).toEqual({ kind: 'numbers', values: BigInt64Array.of(2n, 4n) });
    expect(columns.s).toEqual({ kind: 'texts', offsets: Int32Array.of(0, 2, 2), bytes: new Uint8Array(Buffer.from('ä')) });
    expect(columns.f).toEqual({ kind: 'lists', offsets: Int32Array.of(0, 2, 2), values: Float32Array.of(1, 2) });
  });
  it('is read at any position of a larger buffer', () => {
    const written = writeArrow({ a: Int32Array.of(1, 2, 3) });
    for (let shift = 0; shift < 9; shift++) {
      const buffer = Buffer.alloc(written.length + shift);
      buffer.set(written, shift);
      expect(readArrow(buffer.subarray(shift))[0].columns.a).toEqual({ kind: 'numbers', values: Int32Array.of(1, 2, 3) });
    }
  });
  it('that ends early or is damaged is refused', () => {
    const written = writeArrow({ a: Int32Array.of(1, 2, 3) });
    expect(() => readArrow(written.subarray(0, written.length - 24))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
    const damaged = fromSpark.map((byte, k) => (k > 16 && k < 60 ? 255 : byte));
    expect(() => readArrow(damaged)).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
  });
});

describe('a protobuf message', () => {
  it('is read as it was written', () => {
    const long = 'x'.repeat(300);
    const read = new Message(
      message(text(1, long), undefined, int(2, 2 ** 40 + 1), flag(3, true), double(11, 0.1), nested(300, text(1, 'ü'))),
    );
    expect(read.text(1)).toBe(long);
    expect(read.int(2)).toBe(2 ** 40 + 1);
    expect(read.int(3)).toBe(1);
    expect(new DataView(read.bytes(11).slice().buffer).getFloat64(0, true)).toBe(0.1);
    expect(read.messages(300).map((each) => each.text(1))).toEqual(['ü']);
    expect([read.has(4), read.int(4), read.text(4), read.message(4).has(1)]).toEqual([false, 0, '', false]);
  });
  it('that ends within a field is refused', () => {
    expect(() => new Message(message(text(1, 'abc')).subarray(0, 3))).toThrow('ends within a field');
  });
});
