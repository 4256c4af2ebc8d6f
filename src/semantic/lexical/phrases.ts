import type { Placed } from './orders.ts';

/** A place of a phrase, and what may stand there: words of the index, and how many places of the phrase each takes. */
export type PhrasePlaces = { words: ReadonlySet<number>; span: number }[][];

// Between the start or a space and a space or the end, so that the inches of `15" monitor` are no quotation.
const quoted = /(?<![^\s(])["“„«»]([^"“”„«»]{1,500})["”“«»](?![^\s).,;:!?])/gu;

/** A query without its quotation marks, and what stood between them. */
export function readQuoted(query: string): { text: string; phrases: string[] } {
  const phrases: string[] = [];
  const text = query.replace(quoted, (_, phrase: string) => {
    phrases.push(phrase);
    return ` ${phrase} `;
  });
  return { text, phrases };
}

/** Whether the words of a phrase stand side by side in a text, in whatever spelling. */
export function hasPhrase(entries: readonly Placed[], phrase: PhrasePlaces): boolean {
  const starting = new Map<number, Placed[]>();
  for (const entry of entries) {
    const same = starting.get(entry.at);
    if (same) same.push(entry);
    else starting.set(entry.at, [entry]);
  }
  const follows = (place: number, at: number): boolean => {
    if (place >= phrase.length) return true;
    for (const { words, span } of phrase[place]) {
      for (const entry of starting.get(at) ?? []) {
        if (words.has(entry.word) && follows(place + span, at + entry.span)) return true;
      }
    }
    return false;
  };
  for (const at of starting.keys()) if (follows(0, at)) return true;
  return phrase.length === 0;
}
