import { pattern } from '../../work/pattern.ts';
import type { LexicalIndex } from './bm25.ts';
import { foldProduct } from './tokenizer.ts';

/** Completions that are weighed at most; those of a single letter are thousands. */
const mostForms = 300;
/** Texts in which the next word is looked for at most, the best ones. */
const mostTexts = 400;
const lastWord = pattern(String.raw`[\p{L}\p{N}\p{M}]+$`, 'u');
/** Two words that may be one in texts: `dish wash`. */
const twoWords = pattern(String.raw`(?<![\p{L}\p{N}\p{M}])([\p{L}\p{M}]{1,32})[ -]([\p{L}\p{M}]{1,32})$`, 'u');

/** Queries that one may go on to, those of most texts first: its last word completed or, where that is complete, followed by another. */
export function continuationsOf(index: LexicalIndex, query: string, most: number, allowed: Uint8Array | undefined): string[] {
  const beginning = lastWord().exec(query)?.[0] ?? '';
  const head = query.slice(0, query.length - beginning.length);
  const folded = foldProduct(beginning);
  if (beginning !== '' && !index.wordsFrom(folded).some((word) => index.wordAt(word).startsWith(folded)) && index.isRow(folded))
    return [query];
  const found = continuations(index, head, beginning, most, allowed);
  const parted = found.length === 0 ? twoWords().exec(query) : null;
  return parted ? continuations(index, query.slice(0, parted.index), parted[1] + parted[2], most, allowed, false) : found;
}

/** @param typos whether words nearly so do where none begins so. */
function continuations(
  index: LexicalIndex,
  head: string,
  beginning: string,
  most: number,
  allowed: Uint8Array | undefined,
  typos = true,
): string[] {
  const before = head.trim() === '' ? undefined : index.match(head, { match: 'all', typos: false });
  if (before?.count === 0) return [];
  // Before another match forgets them.
  const texts = before && new Set(before.top(before.count, allowed).indices);
  const isFound = (key: number) => (texts ? texts.has(key) : (allowed?.[key] ?? 1) > 0);
  const counts = new Counts(index);
  if (beginning !== '') addCompletions(index, foldProduct(beginning), isFound, counts, typos);
  else if (before) addFollowers(index, head, [...(texts ?? [])].slice(0, mostTexts), counts);
  return counts.best(most).map((word) => head + word);
}

function addCompletions(index: LexicalIndex, beginning: string, isFound: (key: number) => boolean, counts: Counts, typos: boolean): void {
  const begun = index.wordsFrom(beginning).filter((word) => typos || index.wordAt(word).startsWith(beginning));
  const forms = begun.map((word) => ({ word, size: index.textsOf(word).length }));
  for (const { word } of forms.sort((a, b) => b.size - a.size).slice(0, mostForms))
    counts.add(word, index.textsOf(word).filter(isFound).length);
}

function addFollowers(index: LexicalIndex, head: string, keys: readonly number[], counts: Counts): void {
  const last = foldProduct(head.trim()).match(lastWord())?.[0];
  if (last === undefined) return;
  const forms = new Set(index.formsOf(last));
  for (const key of keys) {
    for (const entries of index.orderOf(key)) {
      const ends = new Set(entries.filter(({ word }) => forms.has(word)).map(({ at, span }) => at + span));
      const followers = entries.filter(({ at, isExtra, span }) => !isExtra && span === 1 && ends.has(at));
      for (const word of new Set(followers.map(({ word }) => word))) counts.add(word, 1);
    }
  }
}

/** Texts by stem, and the form that most have, which is the one that is shown. */
class Counts {
  readonly #index: LexicalIndex;
  readonly #groups = new Map<string, { total: number; form: string; most: number }>();

  constructor(index: LexicalIndex) {
    this.#index = index;
  }

  add(word: number, texts: number): void {
    const form = this.#index.wordAt(word);
    if (texts === 0 || this.#index.isStopWord(form)) return;
    const stem = this.#index.stemOf(form);
    const group = this.#groups.get(stem) ?? { total: 0, form, most: 0 };
    group.total += texts;
    if (texts > group.most || (texts === group.most && form < group.form)) Object.assign(group, { form, most: texts });
    this.#groups.set(stem, group);
  }

  best(most: number): string[] {
    const groups = [...this.#groups.values()].sort((a, b) => b.total - a.total || (a.form < b.form ? -1 : 1));
    return groups.slice(0, most).map(({ form }) => form);
  }
}
