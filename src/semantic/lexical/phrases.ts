import type { Placed } from './orders.ts';

/** A place of a phrase, and what may stand there: a word of the index or several in a row, and how many places of the phrase they take. */
export type PhrasePlaces = { row: readonly ReadonlySet<number>[]; span: number }[][];

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
/** Whether one of some words stands right before one of others in a text. */
export function hasNeighbours(entries: readonly Placed[], left: readonly number[], right: readonly number[]): boolean {
  const behind = new Set<number>();
  for (const { word, at, span } of entries) if (left.includes(word)) behind.add(at + span);
  return behind.size > 0 && entries.some(({ word, at }) => behind.has(at) && right.includes(word));
}

export function hasPhrase(entries: readonly Placed[], phrase: PhrasePlaces): boolean {
  const starting = new Map<number, Placed[]>();
  for (const entry of entries) {
    const same = starting.get(entry.at);
    if (same) same.push(entry);
    else starting.set(entry.at, [entry]);
  }
  const stands = (row: readonly ReadonlySet<number>[], at: number, next: (at: number) => boolean): boolean =>
    row.length === 0
      ? next(at)
      : (starting.get(at) ?? []).some(({ word, span }) => row[0].has(word) && stands(row.slice(1), at + span, next));
  const follows = (place: number, at: number): boolean =>
    place >= phrase.length || phrase[place].some(({ row, span }) => stands(row, at, (after) => follows(place + span, after)));
  for (const at of starting.keys()) if (follows(0, at)) return true;
  return phrase.length === 0;
}
