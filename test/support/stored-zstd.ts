/** A zstd frame that holds its content as it is, in blocks of up to `blockBytes` (RFC 8878): a compressor for tests, since not every Node has one. */
export function storedZstd(content: Uint8Array, blockBytes = 2 ** 17): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]); // one segment, its size in four bytes, no checksum
  header.writeUInt32LE(content.length, 5);
  const parts = [header];
  for (let at = 0; at === 0 || at < content.length; at += blockBytes) {
    const bytes = content.subarray(at, at + blockBytes);
    const block = Buffer.alloc(3);
    block.writeUIntLE((bytes.length << 3) | (at + blockBytes >= content.length ? 1 : 0), 0, 3);
    parts.push(block, Buffer.from(bytes));
  }
  return Buffer.concat(parts);
}
