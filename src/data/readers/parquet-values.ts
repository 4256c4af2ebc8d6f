import { isUtf8 } from 'node:buffer';

type Metadata = import('hyparquet').FileMetaData;

/** The text of bytes, or the bytes themselves when they are no UTF-8: replacing what is none would make one id of several. */
export function textOrBytes(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : (bytes as unknown as string);
}

type SchemaTree = ReturnType<typeof import('hyparquet').parquetSchema>;
type Element = Metadata['schema'][number];

/** Makes a value out of what is stored. */
type Decode = (stored: unknown) => unknown;

/**
 * Metadata that makes hyparquet leave decimals as they are stored, because it makes numbers of them: whole ones beyond 2^53 are rounded, and up to
 * 1.31 it multiplies the others, so that 4.35 is 4.3500000000000005.
 * @param root the tree of the schema
 * @returns it, and how the values of each column with decimals, alone or in structs, lists and maps, become numbers.
 */
export function exactColumns(metadata: Metadata, root: SchemaTree): { metadata: Metadata; decimals: Map<string, Decode> } {
  const plain = new Map<Element, Element>();
  const decimals = decodersOf(root.children, plain);
  const schema = metadata.schema.map((element) => plain.get(element) ?? element);
  return { metadata: decimals.size > 0 ? { ...metadata, schema } : metadata, decimals };
}

/** Those of the parts that have decimals in them, by name. @param plain takes each decimal, and the same element as one that is none */
function decodersOf(parts: readonly SchemaTree[], plain: Map<Element, Element>): Map<string, Decode> {
  const decoders = new Map<string, Decode>();
  for (const part of parts) {
    const decode = decoderOf(part, plain);
    if (decode) decoders.set(part.element.name, decode);
  }
  return decoders;
}

function decoderOf({ element, children }: SchemaTree, plain: Map<Element, Element>): Decode | undefined {
  if (children.length === 0) return element.converted_type === 'DECIMAL' ? inLists(decimalOf(element, plain)) : undefined;
  if (element.logical_type?.type === 'VARIANT') return undefined; // such values say themselves what they are
  const parts = children[0].children;
  if (element.converted_type === 'LIST' && children.length === 1 && parts.length < 2) return decoderOf(parts[0] ?? children[0], plain); // hyparquet leaves out the groups around an element
  if (element.converted_type === 'MAP' && children.length === 1 && parts.length === 2) return ofMap(parts, plain);
  const decoders = decodersOf(children, plain);
  if (decoders.size === 0) return undefined;
  return inLists((struct) => {
    const row = struct as Record<string, unknown>; // made for this row alone
    for (const [name, decode] of decoders) if (Object.hasOwn(row, name)) row[name] = decode(row[name]);
    return row;
  });
}

/** Keys of maps are texts, which hyparquet makes of what is stored: bytes with a comma between them. */
function ofMap([key, value]: readonly SchemaTree[], plain: Map<Element, Element>): Decode | undefined {
  const isDecimal = key.children.length === 0 && key.element.converted_type === 'DECIMAL';
  if (isDecimal) decimalOf(key.element, plain);
  const ofValue = decoderOf(value, plain);
  if (!isDecimal && !ofValue) return undefined;
  const { type = '', scale = 0 } = key.element;
  const ofKey = (text: string) => decimalText(type.startsWith('INT') ? text : wholeNumber(Uint8Array.from(text.split(','), Number)), scale);
  return inLists((map) => {
    const entries = Object.entries(map as object);
    return Object.fromEntries(entries.map(([name, stored]) => [isDecimal ? ofKey(name) : name, ofValue ? ofValue(stored) : stored]));
  });
}

function decimalOf(element: Element, plain: Map<Element, Element>): Decode {
  const { converted_type: _, logical_type: __, ...rest } = element;
  plain.set(element, rest as Element);
  const { scale } = element;
  return scale ? (stored) => scaledNumber(stored, scale) : wholeNumber;
}

/** The same for lists of such values, and lists of lists. Missing values stay so. */
function inLists(decode: Decode): Decode {
  const ofAny = (stored: unknown): unknown => {
    if (Array.isArray(stored)) return stored.map(ofAny);
    return stored === null || stored === undefined ? stored : decode(stored);
  };
  return ofAny;
}

/** Of bytes: big-endian, in two's complement. Numbers and bigints are whole as they are. */
function wholeNumber(stored: unknown): unknown {
  if (!(stored instanceof Uint8Array)) return stored;
  let value = 0n;
  for (const byte of stored) value = value * 256n + BigInt(byte);
  return BigInt.asIntN(8 * stored.length, value);
}

/** The number closest to the decimal. */
function scaledNumber(stored: unknown, scale: number): unknown {
  const whole = wholeNumber(stored);
  return typeof whole === 'number' || typeof whole === 'bigint' ? Number(`${whole}e${-scale}`) : whole;
}

/** All digits of the decimal, without zeros at its end. */
function decimalText(whole: unknown, scale: number): string {
  const [, sign, digits] = /^(-?)(\d+)$/.exec(String(whole)) as RegExpExecArray;
  const padded = digits.padStart(scale + 1, '0');
  const end = padded.length - scale;
  return `${sign}${padded.slice(0, end)}.${padded.slice(end)}`.replace(/\.?0*$/, '');
}
