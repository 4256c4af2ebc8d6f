import { createGunzip, type Gunzip } from 'node:zlib';
import { AttuneError } from '../../errors.ts';
import type { Compression } from './file-kinds.ts';
import { unzstd } from './zstd.ts';

/** The content of compressed pieces. @throws ERR_BAD_FILE when it is damaged or truncated; ERR_NOT_SUPPORTED for rare forms of zstd */
export function decompressed(
  where: string,
  compression: Compression,
  pieces: AsyncIterable<Buffer>,
  chunkSize: number,
): AsyncGenerator<Buffer> {
  return compression === 'gzip' ? gunzipped(where, pieces, chunkSize) : unzstd(where, pieces);
}

async function* gunzipped(where: string, pieces: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize });
  const feeding = feed(stream, pieces).catch((error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Buffer;
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw new AttuneError(
      'ERR_BAD_FILE',
      `${where} is gzip, but damaged or truncated (${(error as Error).message}); what came before was read. Fetch or write the file again.`,
      { cause: error },
    );
  } finally {
    stream.destroy();
    await feeding;
  }
}

/** Writes piece by piece, each when the one before is used up. A destroyed stream may never call back, hence 'close'. */
async function feed(stream: Gunzip, pieces: AsyncIterable<Buffer>): Promise<void> {
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
