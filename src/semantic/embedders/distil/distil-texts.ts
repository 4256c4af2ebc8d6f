import { randomNumbers, shuffle } from '../../../numeric/random.ts';
import { basicWords } from '../static/word-piece.ts';

/**
 * The sentences of texts that have several, at most `max`, drawn at random; they are short, as queries are. Those of fewer than four
 * words say too little. In the order of the texts, each once.
 */
export function sentencesOf(texts: readonly string[], max: number, seed: number): string[] {
  if (max === 0) return [];
  const found = new Set<string>();
  for (const text of texts) {
    const parts = text.split(sentenceEnd);
    if (parts.length < 2) continue;
    for (const part of parts) if ((part.match(/\s+/g)?.length ?? 0) >= 3) found.add(part.trim());
  }
  const all = [...found];
  if (all.length <= max) return all;
  const chosen = shuffle(
    Int32Array.from(all, (_, k) => k),
    randomNumbers(seed),
  ).slice(0, max);
  return Array.from(chosen.sort(), (k) => all[k]);
}

const sentenceEnd = /(?<=[.!?]['")\]]?)\s+(?=\S)|(?<=[。！？])|\n+/u;

/**
 * A vocabulary in the manner of WordPiece: all letters, then the most frequent words, and the most frequent beginnings and
 * continuations of the rarer ones. For teachers that have no vocabulary of that kind.
 */
export function vocabularyOf(texts: readonly string[], size: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of basicWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const letters = new Set<string>();
  for (const word of counts.keys()) for (const letter of word) letters.add(letter).add(`##${letter}`);
  const words = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const vocabulary = new Set<string>(['[UNK]', ...letters]);
  const wholeWords = vocabulary.size + Math.floor((size - vocabulary.size) * 0.7);
  let taken = 0;
  for (; taken < words.length && vocabulary.size < wholeWords && words[taken][1] > 1; taken++) vocabulary.add(words[taken][0]);
  const pieces = new Map<string, number>();
  const count = (piece: string, by: number) => pieces.set(piece, (pieces.get(piece) ?? 0) + by);
  for (const [word, by] of words.slice(taken)) {
    const characters = [...word];
    if (characters.length > 100) continue;
    for (let length = 2; length <= 6 && length < characters.length; length++) {
      count(characters.slice(0, length).join(''), by);
      for (let from = 1; from + length <= characters.length; from++) count(`##${characters.slice(from, from + length).join('')}`, by);
    }
  }
  const frequent = [...pieces].filter(([, by]) => by > 1).sort(([a, x], [b, y]) => y * b.length - x * a.length || (a < b ? -1 : 1));
  for (const [piece] of frequent) {
    if (vocabulary.size >= size) break;
    vocabulary.add(piece);
  }
  return [...vocabulary];
}
