import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';

/** A part of a text, in UTF-16 units, as `text.slice(start, end)` takes them. */
export interface TextRange {
  /** Of its first unit, from 0. */
  start: number;
  /** Behind the last one. */
  end: number;
}

/** Ranges in order, those that overlap or touch as one. */
export function union(ranges: TextRange[]): TextRange[] {
  const joined: TextRange[] = [];
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * A text as HTML with parts of it marked. Everything that came is escaped, so a text of any origin is safe between tags.
 *
 * @param ranges in order and apart, as `SemanticIndex.highlight` gives them.
 * @param tag name of the element around each part. Default `'mark'`.
 * @throws ERR_BAD_OPTION when the tag is not a plain name; ERR_BAD_ARGUMENT for ranges that are not of this text.
 */
export function markHtml(text: string, ranges: readonly TextRange[], tag = 'mark'): string {
  if (typeof tag !== 'string' || !/^[a-z][a-z0-9-]*$/i.test(tag)) {
    throw new AttuneError('ERR_BAD_OPTION', `markHtml: expected the name of an element such as 'mark', got ${shown(tag)}.`);
  }
  if (typeof text !== 'string') throw new AttuneError('ERR_BAD_ARGUMENT', `markHtml: expected a text, got ${shown(text)}.`);
  checkIterable('markHtml', 'ranges { start, end }', ranges);
  const escaped = (part: string) => part.replace(/[&<>"']/g, (character) => entities[character]);
  let html = '';
  let end = 0;
  for (const range of ranges) {
    const isWhole = Number.isInteger(range?.start) && Number.isInteger(range.end);
    if (!(isWhole && range.start >= end && range.end > range.start && range.end <= text.length)) {
      const got = `${shown(range?.start)} to ${shown(range?.end)} in a text of ${text.length}`;
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `markHtml: expected ranges in order, apart and within the text, got ${got}. Are they of another text?`,
      );
    }
    html += `${escaped(text.slice(end, range.start))}<${tag}>${escaped(text.slice(range.start, range.end))}</${tag}>`;
    end = range.end;
  }
  return html + escaped(text.slice(end));
}
