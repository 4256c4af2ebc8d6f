import type { Metadata } from '../../contracts/where.ts';
import { AttuneError } from '../../errors.ts';

/** Letters of JSON that are parsed at once: a millisecond of work. */
const parsedAtOnce = 100_000;
/** After so many places that were no ends of objects, the next one is looked for twice as far away. */
const mostFailed = 8;

/** The objects of a JSON list, some at a time. @throws ERR_BAD_FILE */
export function* rowsIn(bytes: Uint8Array): Generator<Metadata[]> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text[0] !== '[' || !text.endsWith(']')) throw new SyntaxError();
    for (let from = 1, at = from + parsedAtOnce, failed = 0; from < text.length; ) {
      const cut = text.indexOf('},{', at);
      const end = cut < 0 ? text.length - 1 : cut + 1;
      const rows = parsed(`[${text.slice(from, end)}]`);
      if (rows) {
        yield rows;
        from = end + 1;
        at = from + parsedAtOnce;
      } else if (cut < 0) throw new SyntaxError();
      // What looked like the end of an object stands within a text or a list: the next may be one, or one that is much further.
      else at = ++failed % mostFailed === 0 ? 2 * at - from : cut + 1;
    }
  } catch {
    throw new AttuneError('ERR_BAD_FILE', 'Expected metadata as a JSON list of objects in the file of a search index.');
  }
}

function parsed(json: string): Metadata[] | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
