import { AttuneError } from '../../errors.ts';
import { Xxh64 } from './xxh64.ts';
import { type FrameEnd, ZstdFrames } from './zstd-frames.ts';

type Decompressor = typeof import('fzstd').Decompress;

/**
 * The content of a zstd file, of one frame or many. Not by node:zlib: only Node from 22.15 on has zstd there, and it stops without an error
 * after the first frame and at the end of a file that is cut off.
 * @throws ERR_BAD_FILE when it is damaged or truncated; ERR_NOT_SUPPORTED for windows over 128 MiB and dictionaries
 */
export async function* unzstd(where: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Decompress } = await import('fzstd');
  const frames = new ZstdFrames(where);
  let frame: Frame | undefined;
  for await (const piece of pieces) {
    for (const { bytes, end } of frames.cut(piece)) {
      frame ??= new Frame(where, Decompress);
      yield* frame.push(bytes, end);
      if (end) frame = undefined;
    }
  }
  if (frames.isInside) throw damaged(where, 'it ends in the middle of a frame');
}

/** One frame on its way. */
class Frame {
  readonly #where: string;
  readonly #decompressor: InstanceType<Decompressor>;
  readonly #hash = new Xxh64();
  #size = 0;
  #content: Buffer[] = [];

  constructor(where: string, Decompress: Decompressor) {
    this.#where = where;
    this.#decompressor = new Decompress((bytes) => {
      if (bytes.length === 0) return;
      this.#content.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      this.#hash.update(bytes);
      this.#size += bytes.length;
    });
  }

  /** @returns what the bytes hold */
  push(bytes: Buffer, end: FrameEnd | undefined): Buffer[] {
    this.#content = [];
    try {
      this.#decompressor.push(Uint8Array.from(bytes), end !== undefined); // a copy: it keeps what is no whole block, and pieces are reused
    } catch (error) {
      throw damaged(this.#where, (error as Error).message, error);
    }
    if (end?.size !== undefined && end.size !== this.#size) {
      throw damaged(this.#where, `expected ${end.size} bytes in a frame, got ${this.#size}`);
    }
    if (end?.checksum !== undefined && end.checksum !== this.#hash.digest()) throw damaged(this.#where, 'its checksum differs');
    return this.#content;
  }
}

function damaged(where: string, how: string, cause?: unknown): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `${where} is zstd, but damaged or truncated (${how}); what came before was read. Fetch or write the file again.`,
    { cause },
  );
}
