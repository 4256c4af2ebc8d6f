/**
 * The content of one block of LZ4, the Parquet codec LZ4_RAW; see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: literals and
 * copies of what came before, in turn.
 *
 * @throws Error when the block is not of that form, or its content is of another length.
 */
export function lz4Block(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = 0;
  let end = 0; // of the output so far
  /** A length whose first four bits stand in the token. */
  const lengthFrom = (bits: number): number => {
    let sum = bits;
    if (bits === 15) {
      let byte: number;
      do sum += byte = input[at++];
      while (byte === 255);
    }
    return sum;
  };
  while (at < input.length) {
    const token = input[at++];
    const literals = lengthFrom(token >> 4);
    if (!(at + literals <= input.length && end + literals <= length)) throw damaged();
    output.set(input.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at === input.length) break; // the last sequence has no copy
    const distance = input[at] | (input[at + 1] << 8);
    at += 2;
    const copied = lengthFrom(token & 15) + 4;
    if (!(at <= input.length && distance > 0 && distance <= end && end + copied <= length)) throw damaged();
    if (distance >= copied) output.copyWithin(end, end - distance, end - distance + copied);
    else for (let k = end; k < end + copied; k++) output[k] = output[k - distance]; // it may repeat what it writes
    end += copied;
  }
  if (end !== length) throw damaged();
  return output;
}

/**
 * The same for the Parquet codec LZ4, which was never defined: Hadoop writes blocks with the lengths of their content and of themselves
 * before each, others wrote one plain block.
 */
export function lz4Hadoop(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const parts: { start: number; end: number; length: number }[] = [];
  let at = 0;
  let total = 0;
  while (at + 8 <= input.length) {
    const part = { start: at + 8, end: at + 8 + view.getUint32(at + 4), length: view.getUint32(at) };
    if (part.end > input.length || total + part.length > length) break;
    parts.push(part);
    total += part.length;
    at = part.end;
  }
  if (at < input.length || total !== length) return lz4Block(input, length);
  const output = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    output.set(lz4Block(input.subarray(part.start, part.end), part.length), end);
    end += part.length;
  }
  return output;
}

const damaged = () => new Error('a block of LZ4 is damaged');
