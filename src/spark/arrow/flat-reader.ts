/**
 * A table of a flatbuffer, the format of Arrow's metadata: a table begins with the way back to its list of fields, which says where in
 * the table each field stands.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** The root of a buffer. */
  static root(view: DataView, at: number): FlatTable {
    return new FlatTable(view, at + view.getUint32(at, true));
  }

  byte(field: number): number {
    const at = this.#field(field);
    return at ? this.#view.getUint8(at) : 0;
  }

  short(field: number): number {
    const at = this.#field(field);
    return at ? this.#view.getInt16(at, true) : 0;
  }

  int(field: number): number {
    const at = this.#field(field);
    return at ? this.#view.getInt32(at, true) : 0;
  }

  long(field: number): number {
    const at = this.#field(field);
    return at ? Number(this.#view.getBigInt64(at, true)) : 0;
  }

  table(field: number): FlatTable | undefined {
    const at = this.#field(field);
    return at ? new FlatTable(this.#view, at + this.#view.getUint32(at, true)) : undefined;
  }

  text(field: number): string {
    const [start, length] = this.#vector(field);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length));
  }

  tables(field: number): FlatTable[] {
    const [start, length] = this.#vector(field);
    return Array.from({ length }, (_, k) => new FlatTable(this.#view, start + 4 * k + this.#view.getUint32(start + 4 * k, true)));
  }

  /** Structs of two 64-bit numbers, as fields of record batches and their buffers are. */
  pairs(field: number): [number, number][] {
    const [start, length] = this.#vector(field);
    const long = (at: number) => Number(this.#view.getBigInt64(at, true));
    return Array.from({ length }, (_, k) => [long(start + 16 * k), long(start + 16 * k + 8)]);
  }

  #vector(field: number): [start: number, length: number] {
    const at = this.#field(field);
    if (!at) return [0, 0];
    const start = at + this.#view.getUint32(at, true);
    return [start + 4, this.#view.getUint32(start, true)];
  }

  /** Where a field stands; 0 when it is missing. */
  #field(number: number): number {
    const fields = this.#at - this.#view.getInt32(this.#at, true);
    const slot = 4 + 2 * number;
    const offset = slot < this.#view.getUint16(fields, true) ? this.#view.getUint16(fields + slot, true) : 0;
    return offset && this.#at + offset;
  }
}
