import { AttuneError } from '../../errors.ts';

/** How the letters of a file are written. `'latin1'` is Windows-1252, as on the web: its letters are those of ISO 8859-1 and some more. */
export type Encoding = 'utf-8' | 'latin1' | 'utf-16le' | 'utf-16be';

/** All encodings. */
export const encodings: readonly Encoding[] = ['utf-8', 'latin1', 'utf-16le', 'utf-16be'];

/** For messages about bytes that are no UTF-8. */
export const notUtf8 = "expected UTF-8, got bytes that are not. If the file is Latin-1 (Windows-1252), pass encoding: 'latin1'";

/** The same content as UTF-8, without a byte order mark. @throws ERR_BAD_FILE when it begins with the mark of UTF-16 and should not */
export async function* asUtf8(where: string, pieces: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = encoding.startsWith('utf-16') ? new TextDecoder(encoding, { ignoreBOM: true }) : undefined;
  let first = true;
  for await (const piece of pieces) {
    if (first && !decoder) checkNoUtf16(where, piece);
    const text = decoder ? Buffer.from(decoder.decode(piece, { stream: true })) : encoding === 'latin1' ? fromLatin1(piece) : piece;
    if (text.length === 0) continue;
    yield first && hasMark(text) ? text.subarray(3) : text;
    first = false;
  }
  const rest = decoder?.decode();
  if (rest) yield Buffer.from(rest);
}

function hasMark(piece: Buffer): boolean {
  return piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf;
}

function checkNoUtf16(where: string, head: Buffer): void {
  const zeros = [0, 0];
  const pairs = Math.min(head.length >> 1, 64);
  for (let k = 0; k < 2 * pairs; k++) if (head[k] === 0) zeros[k & 1]++;
  // Without a mark: letters of ASCII have a zero on one side, and a text in UTF-8 has none.
  const [even, odd] = zeros.map((count) => pairs > 4 && count > 0.8 * pairs);
  const little = (head[0] === 0xff && head[1] === 0xfe) || (odd && !even);
  if (!little && !(head[0] === 0xfe && head[1] === 0xff) && !(even && !odd)) return;
  throw new AttuneError('ERR_BAD_FILE', `${where}: expected UTF-8, got UTF-16. Pass encoding: 'utf-16${little ? 'le' : 'be'}'.`);
}

/** The letters of Windows-1252 where ISO 8859-1 has control characters; by hand, because some versions of Node decode them wrongly. */
const windows = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function fromLatin1(piece: Buffer): Buffer {
  return Buffer.from(piece.toString('latin1').replace(/[\x80-\x9f]/g, (letter) => windows[letter.charCodeAt(0) - 0x80]));
}
