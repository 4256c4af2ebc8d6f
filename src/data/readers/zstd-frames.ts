import { AttuneError } from '../../errors.ts';

/** A part of a frame, at most one block. */
export interface FramePart {
  bytes: Buffer;
  /** Set with the last part of a frame. */
  end?: FrameEnd;
}

/** What a frame says about its content: the low 32 bits of its XXH64, and its number of bytes. */
export interface FrameEnd {
  checksum: number | undefined;
  size: number | undefined;
}

type Field = 'magic' | 'descriptor' | 'header' | 'block' | 'body' | 'checksum' | 'skipped size' | 'skipped';

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Larger windows are refused, as the zstd command does. */
const mostWindow = 2 ** 27;

/** Cuts zstd into its frames and blocks (RFC 8878, sections 3.1.1 and 3.1.2), without what frames that are to be skipped hold. */
export class ZstdFrames {
  readonly #where: string;
  #field: Field = 'magic';
  /** Bytes of the field that are still to come. */
  #left = 4;
  /** Bytes of the field so far; what it says is needed where it is no body. */
  #seen: Buffer[] = [];
  #descriptor = 0;
  #size: number | undefined;
  #isLast = false;

  constructor(where: string) {
    this.#where = where;
  }

  /** Whether a frame has begun that has not ended. */
  get isInside(): boolean {
    return this.#field !== 'magic' || this.#left < 4;
  }

  /** The parts of frames in the next piece of a file. @throws ERR_BAD_FILE, ERR_NOT_SUPPORTED */
  *cut(piece: Buffer): Generator<FramePart> {
    for (let at = 0; at < piece.length || this.#left === 0; ) {
      const bytes = piece.subarray(at, Math.min(piece.length, at + this.#left));
      at += bytes.length;
      this.#left -= bytes.length;
      const field = this.#field;
      if (field !== 'body' && field !== 'skipped') this.#seen.push(Buffer.from(bytes)); // a copy, since pieces are reused
      const end = this.#left === 0 ? this.#next() : undefined;
      if (field === 'magic' && this.#field === 'descriptor') yield { bytes: magic };
      if (field === 'magic' || field === 'skipped size' || field === 'skipped') continue;
      if (end) yield { bytes, end };
      else if (bytes.length > 0) yield { bytes };
    }
  }

  /** What comes after a field that is complete. @returns what the frame says, when it ends */
  #next(): FrameEnd | undefined {
    const seen = Buffer.concat(this.#seen);
    this.#seen = [];
    switch (this.#field) {
      case 'magic':
        return this.#begin(seen.readUInt32LE(0));
      case 'descriptor':
        this.#descriptor = seen[0];
        return this.#expect('header', headerBytes(seen[0]));
      case 'header':
        this.#readHeader(seen);
        return this.#expect('block', 3);
      case 'block': {
        const word = seen.readUIntLE(0, 3);
        this.#isLast = (word & 1) === 1;
        const isRun = ((word >> 1) & 3) === 1;
        return this.#expect('body', isRun ? 1 : word >> 3);
      }
      case 'body':
        if (!this.#isLast) return this.#expect('block', 3);
        if (this.#descriptor & 4) return this.#expect('checksum', 4);
        this.#expect('magic', 4);
        return { checksum: undefined, size: this.#size };
      case 'checksum':
        this.#expect('magic', 4);
        return { checksum: seen.readUInt32LE(0), size: this.#size };
      case 'skipped size':
        return this.#expect('skipped', seen.readUInt32LE(0));
      case 'skipped':
        return this.#expect('magic', 4);
    }
  }

  #expect(field: Field, bytes: number): undefined {
    this.#field = field;
    this.#left = bytes;
  }

  #begin(magic: number): undefined {
    if (magic === 0xfd2fb528) return this.#expect('descriptor', 1);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) return this.#expect('skipped size', 4);
    throw new AttuneError(
      'ERR_BAD_FILE',
      `${this.#where} is zstd, but damaged: expected another frame or the end, got other bytes; what came before was read. Fetch or write the file again.`,
    );
  }

  #readHeader(bytes: Buffer): void {
    const single = (this.#descriptor & 32) !== 0;
    const from = single ? 0 : 1;
    if (bytes.subarray(from, from + dictionaryBytes(this.#descriptor)).some((byte) => byte !== 0))
      throw new AttuneError(
        'ERR_NOT_SUPPORTED',
        `${this.#where} is zstd that needs a dictionary. Decompress it with zstd -d -D and the dictionary, or pass a stream of what it holds.`,
      );
    const width = sizeBytes(this.#descriptor);
    const at = bytes.length - width;
    this.#size =
      width === 0 ? undefined : width === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, width) + (width === 2 ? 256 : 0);
    const base = 2 ** (10 + (bytes[0] >> 3));
    const window = single ? (this.#size ?? 0) : base + (base / 8) * (bytes[0] & 7);
    if (window <= mostWindow) return;
    throw new AttuneError(
      'ERR_NOT_SUPPORTED',
      `${this.#where} is zstd with a window of ${Math.ceil(window / 2 ** 20)} MiB, of which ${mostWindow / 2 ** 20} are supported. Decompress it with zstd -d --long=31, or pass a stream of what it holds.`,
    );
  }
}

/** Bytes of the header behind the descriptor: window, dictionary, size of the content. */
function headerBytes(descriptor: number): number {
  return (descriptor & 32 ? 0 : 1) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
}

function dictionaryBytes(descriptor: number): number {
  return [0, 1, 2, 4][descriptor & 3];
}

function sizeBytes(descriptor: number): number {
  return [descriptor & 32 ? 1 : 0, 2, 4, 8][descriptor >> 6];
}
