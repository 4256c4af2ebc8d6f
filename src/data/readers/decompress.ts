import * as zlib from 'node:zlib';
import { AttuneError } from '../../errors.ts';
import type { Compression } from './file-kinds.ts';

type Decompressor = ReturnType<typeof zlib.createGunzip>;

/** The content of compressed pieces. @throws ERR_BAD_FILE when it is damaged or truncated; ERR_NOT_SUPPORTED for zstd in an old Node */
export async function* decompressed(
  where: string,
  compression: Compression,
  pieces: AsyncIterable<Buffer>,
  chunkSize: number,
): AsyncGenerator<Buffer> {
  const stream = compression === 'gzip' ? zlib.createGunzip({ chunkSize }) : zstd(where, chunkSize);
  const counted = new Counted(pieces);
  const feeding = feed(stream, counted).catch((error) => stream.destroy(error));
  let length = 0;
  try {
    for await (const piece of stream) {
      length += (piece as Buffer).length;
      yield piece as Buffer;
    }
    if (compression === 'zstd') checkWhole(where, counted, stream.bytesWritten, length);
  } catch (error) {
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw new AttuneError(
      'ERR_BAD_FILE',
      `${where} is ${compression}, but damaged or truncated (${(error as Error).message}); what came before was read. Fetch or write the file again.`,
      { cause: error },
    );
  } finally {
    stream.destroy();
    await feeding;
  }
}

/** Pieces that pass by, with their number of bytes and the first of them. */
class Counted implements AsyncIterable<Buffer> {
  length = 0;
  head: Buffer = Buffer.alloc(0);
  readonly #pieces: AsyncIterable<Buffer>;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const piece of this.#pieces) {
      if (this.length === 0) this.head = Buffer.from(piece.subarray(0, 18));
      this.length += piece.length;
      yield piece;
    }
  }
}

/** Node ends without an error after the first frame of several, and when a file is cut off. @param used bytes of the file that were used */
function checkWhole(where: string, file: Counted, used: number, length: number): void {
  if (used < file.length) {
    throw new AttuneError(
      'ERR_BAD_FILE',
      `${where} is zstd of several frames, of which Node decompresses the first only. Decompress it with zstd -d, or pass a stream of what it holds.`,
    );
  }
  const declared = contentSize(file.head);
  if (declared === undefined || declared === length) return;
  throw new AttuneError(
    'ERR_BAD_FILE',
    `${where} is zstd, but damaged or truncated: expected ${declared} bytes in it, got ${length}; what came before was read. Fetch or write the file again.`,
  );
}

/** The size of the content that the header of a frame declares (RFC 8878, 3.1.1.1), if it does. */
function contentSize(head: Buffer): number | undefined {
  if (head.length < 18 || head.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const single = (head[4] & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][head[4] & 3];
  const size = head[4] >> 6;
  if (size === 0) return single ? head[at] : undefined;
  return size === 1 ? head.readUInt16LE(at) + 256 : size === 2 ? head.readUInt32LE(at) : Number(head.readBigUInt64LE(at));
}

/** zstd is part of Node from 22.15 (and 23.8) on. */
function zstd(where: string, chunkSize: number): Decompressor {
  const create = (zlib as { createZstdDecompress?: ((options: object) => Decompressor) | undefined }).createZstdDecompress;
  if (create) return create({ chunkSize });
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `${where} is zstd, which ${process.release?.name ?? 'this runtime'} ${process.version} cannot decompress. Use Node 22.15 or later, decompress it with zstd -d, or pass a stream of what it holds (spawn('zstd', ['-dc', path]).stdout).`,
  );
}

/** Writes piece by piece, each when the one before is used up. A destroyed stream may never call back, hence 'close'. */
async function feed(stream: Decompressor, pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const piece of pieces) {
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.write(piece, () => {
        stream.off('close', resolve);
        resolve();
      });
    });
    if (stream.destroyed) return;
  }
  stream.end();
}
