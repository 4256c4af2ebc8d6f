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
  const feeding = feed(stream, pieces).catch((error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Buffer;
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

/** zstd is part of Node from 22.15 (and 23.8) on. */
function zstd(where: string, chunkSize: number): Decompressor {
  const create = (zlib as { createZstdDecompress?: (options: object) => Decompressor }).createZstdDecompress;
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
