// The little of protobuf that Spark Connect needs: fields are written by number and read by number.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A field, ready to be put into a message. */
export type Field = Uint8Array;

/** A message of some fields; those that are undefined are left out. */
export function message(...fields: (Field | undefined)[]): Uint8Array {
  const present = fields.filter((field) => field !== undefined);
  const result = new Uint8Array(present.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of present) {
    result.set(field, at);
    at += field.length;
  }
  return result;
}

/** A text field. */
export const text = (number: number, value: string): Field => bytes(number, encoder.encode(value));
/** A whole number from 0, or an enum. */
export const int = (number: number, value: number): Field => message(varint(number * 8), varint(value));
/** A boolean. */
export const flag = (number: number, value: boolean): Field => int(number, Number(value));
/** A message within a message. */
export const nested = (number: number, ...fields: (Field | undefined)[]): Field => bytes(number, message(...fields));

/** A 64-bit float. */
export function double(number: number, value: number): Field {
  const field = new Uint8Array(8);
  new DataView(field.buffer).setFloat64(0, value, true);
  return message(varint(number * 8 + 1), field);
}

/** Bytes as they are. */
export function bytes(number: number, value: Uint8Array): Field {
  return message(varint(number * 8 + 2), varint(value.length), value);
}

function varint(value: number): Uint8Array {
  const result: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) result.push((rest % 128) + 128);
  result.push(rest);
  return Uint8Array.from(result);
}

/** A message that was received; a field that is missing reads as empty or 0. */
export class Message {
  readonly #fields = new Map<number, (Uint8Array | number)[]>();

  /** @throws Error when the bytes are no message */
  constructor(from: Uint8Array) {
    let at = 0;
    const readVarint = () => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        if (at >= from.length) throw new Error('A protobuf message ends within a number.');
        const byte = from[at++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    const take = (length: number) => {
      if (at + length > from.length) throw new Error('A protobuf message ends within a field.');
      at += length;
      return from.subarray(at - length, at);
    };
    while (at < from.length) {
      const tag = readVarint();
      const number = Math.floor(tag / 8);
      const value = readField(tag % 8, readVarint, take);
      const values = this.#fields.get(number);
      if (values) values.push(value);
      else this.#fields.set(number, [value]);
    }
  }

  /** Whether it is there. */
  has(number: number): boolean {
    return this.#fields.has(number);
  }

  /** A number; 0 when it is missing. */
  int(number: number): number {
    return Number(this.#fields.get(number)?.at(-1) ?? 0);
  }

  /** Bytes; none when they are missing. */
  bytes(number: number): Uint8Array {
    return (this.#fields.get(number)?.at(-1) as Uint8Array | undefined) ?? new Uint8Array(0);
  }

  /** A text; empty when it is missing. */
  text(number: number): string {
    return decoder.decode(this.bytes(number));
  }

  /** A message; one without fields when it is missing. */
  message(number: number): Message {
    return new Message(this.bytes(number));
  }

  /** Repeated messages. */
  messages(number: number): Message[] {
    return (this.#fields.get(number) ?? []).map((value) => new Message(value as Uint8Array));
  }
}

function readField(wire: number, readVarint: () => number, take: (length: number) => Uint8Array): Uint8Array | number {
  switch (wire) {
    case 0:
      return readVarint();
    case 1:
      return take(8);
    case 2:
      return take(readVarint());
    case 5:
      return take(4);
    default:
      throw new Error(`A protobuf message has a field of wire type ${wire}.`);
  }
}
