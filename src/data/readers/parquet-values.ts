import { isUtf8 } from 'node:buffer';

type Metadata = import('hyparquet').FileMetaData;

/** The text of bytes, or the bytes themselves when they are no UTF-8: replacing what is none would make one id of several. */
export function textOrBytes(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : (bytes as unknown as string);
}

/**
 * Metadata that makes hyparquet leave whole decimals as they are stored, because it makes numbers of them, which rounds those beyond 2^53.
 * @returns it, and how the stored values of the top-level columns become whole numbers.
 */
export function exactColumns(metadata: Metadata): { metadata: Metadata; decimals: Map<string, (stored: unknown) => unknown> } {
  const decimals = new Map<string, (stored: unknown) => unknown>();
  const isTop = topLevel(metadata);
  const schema = metadata.schema.map((element, k) => {
    if (!isTop[k] || element.converted_type !== 'DECIMAL' || element.scale || element.repetition_type === 'REPEATED') return element;
    decimals.set(element.name, wholeNumber);
    const { converted_type: _, logical_type: __, ...plain } = element;
    return plain as typeof element;
  });
  return { metadata: decimals.size > 0 ? { ...metadata, schema } : metadata, decimals };
}

/** One flag per element of the schema, which is a tree in preorder: whether it is a column without parts. */
function topLevel({ schema }: Metadata): boolean[] {
  const flags = schema.map(() => false);
  for (let k = 1; k < schema.length; k = after(k)) flags[k] = !schema[k].num_children;
  return flags;

  function after(k: number): number {
    let next = k + 1;
    for (let child = 0; child < (schema[k].num_children ?? 0); child++) next = after(next);
    return next;
  }
}

/** Of bytes: big-endian, in two's complement. Numbers and bigints are whole as they are. */
function wholeNumber(stored: unknown): unknown {
  if (!(stored instanceof Uint8Array)) return stored;
  let value = 0n;
  for (const byte of stored) value = value * 256n + BigInt(byte);
  return BigInt.asIntN(8 * stored.length, value);
}
