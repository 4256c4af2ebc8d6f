import { readCsv } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { storedZstd } from '../../support/stored-zstd.ts';

const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });
const text = (content: string) => new TextEncoder().encode(content);

/** What zstd 1.5.4 makes of `csv`, with a checksum. */
const compressed = Buffer.from('KLUv/SQ6DQEAwHVzZXIsaXRlbQphbm4sdGVhCmJvYixqYQIAKwwwwxwDkCQ1xQ==', 'base64');
const rows = [['ann', 'tea'], ['bob', 'jam'], ...Array.from({ length: 4 }, () => ['ann', 'jam'])].map(([user, item]) => ({ user, item }));
/** A frame that readers skip; pzstd writes one before each part. */
const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7]);

/** A stream whose buffer is used again and again, as those of files are. */
async function* inPieces(content: Uint8Array, size: number) {
  const piece = Buffer.alloc(size);
  for (let at = 0; at < content.length; at += size) {
    const bytes = content.subarray(at, at + size);
    piece.set(bytes);
    yield piece.subarray(0, bytes.length);
  }
}

async function read(content: Uint8Array, size = 1000) {
  const read: unknown[] = [];
  for await (const row of readCsv(inPieces(content, size))) read.push(row);
  return read;
}

describe('zstd, in every Node', () => {
  it('is read in pieces of any size', async () => {
    for (const size of [1, 2, 3, 17, 1000]) expect(await read(compressed, size)).toEqual(rows);
  });

  it('is read to the end when it has many frames, some to be skipped, and blocks of any size', async () => {
    const parts = [skipped, compressed, skipped, storedZstd(text('bob,tea\n'), 3), storedZstd(text('')), skipped];
    for (const size of [1, 5, 1000]) expect(await read(Buffer.concat(parts), size)).toEqual([...rows, { user: 'bob', item: 'tea' }]);
  });

  it('that needs a dictionary is refused, also where it could be read by chance', async () => {
    const frame = Buffer.from(compressed);
    const withId = Buffer.concat([frame.subarray(0, 4), Buffer.from([frame[4] | 1]), Buffer.from([7]), frame.subarray(5)]);
    await expect(read(withId)).rejects.toThrow(coded('ERR_NOT_SUPPORTED', 'dictionary'));
  });

  it('that is cut off anywhere is an error, never a shorter file', async () => {
    const whole = Buffer.concat([compressed, skipped, storedZstd(text('bob,tea\n'), 3)]);
    const ends = new Set([compressed.length, compressed.length + skipped.length]); // where a shorter file is a whole one
    for (let length = 5; length < whole.length; length++) {
      if (ends.has(length)) expect(await read(whole.subarray(0, length))).toEqual(rows);
      else await expect(read(whole.subarray(0, length))).rejects.toThrow(coded('ERR_BAD_FILE', 'damaged or truncated'));
    }
  });

  it('whose content has changed is an error by its checksum', async () => {
    for (const at of [12, 20, compressed.length - 1]) {
      const changed = Buffer.from(compressed);
      changed[at] ^= 1;
      await expect(read(changed)).rejects.toThrow(coded('ERR_BAD_FILE', 'its checksum differs'));
    }
    await expect(read(Buffer.concat([compressed, text('more')]))).rejects.toThrow(coded('ERR_BAD_FILE', 'another frame'));
  });

  it('with a window that would take too much memory says so', async () => {
    const large = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x90, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // 256 MiB
    await expect(read(large)).rejects.toThrow(coded('ERR_NOT_SUPPORTED', 'a window of 256 MiB'));
  });
});
