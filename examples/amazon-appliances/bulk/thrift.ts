/** Types of the compact protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const types = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 };

/** Writes structures as Thrift does in its compact form, in which Parquet files describe themselves. Fields have to come in ascending order. */
export class CompactWriter {
  readonly #out: number[] = [];
  /** The latest field of each open structure. */
  readonly #latest: number[] = [0];

  i32(field: number, value: number): this {
    return this.#field(field, types.i32).varint(value * 2); // zigzag of a number from 0
  }

  i64(field: number, value: number): this {
    return this.#field(field, types.i64).varint(value * 2);
  }

  text(field: number, text: string): this {
    return this.#field(field, types.binary).#text(text);
  }

  /** Begins a structure as a field. */
  begin(field: number): this {
    this.#field(field, types.struct);
    return this.beginItem();
  }

  /** Begins a structure as the next item of a list. */
  beginItem(): this {
    this.#latest.push(0);
    return this;
  }

  end(): this {
    this.#out.push(0);
    this.#latest.pop();
    return this;
  }

  /** Begins a list of structures, which have to follow. */
  list(field: number, length: number): this {
    return this.#field(field, types.list).#list(length, types.struct);
  }

  numbers(field: number, values: readonly number[]): this {
    this.#field(field, types.list).#list(values.length, types.i32);
    for (const value of values) this.varint(value * 2);
    return this;
  }

  texts(field: number, values: readonly string[]): this {
    this.#field(field, types.list).#list(values.length, types.binary);
    for (const value of values) this.#text(value);
    return this;
  }

  varint(value: number): this {
    for (; value >= 128; value = Math.floor(value / 128)) this.#out.push((value % 128) | 128);
    this.#out.push(value);
    return this;
  }

  /** Ends the outermost structure. */
  finish(): Uint8Array {
    this.end();
    return this.bytes();
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#out);
  }

  #field(field: number, type: number): this {
    const depth = this.#latest.length - 1;
    const step = field - this.#latest[depth];
    this.#latest[depth] = field;
    if (step <= 15) this.#out.push((step << 4) | type);
    else {
      this.#out.push(type);
      this.varint(field * 2);
    }
    return this;
  }

  #list(length: number, type: number): this {
    if (length < 15) this.#out.push((length << 4) | type);
    else {
      this.#out.push(0xf0 | type);
      this.varint(length);
    }
    return this;
  }

  #text(text: string): this {
    const bytes = Buffer.from(text);
    this.varint(bytes.length);
    for (const byte of bytes) this.#out.push(byte);
    return this;
  }
}
