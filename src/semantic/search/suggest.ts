import type { Recommendation } from '../../contracts/recommender.ts';
import type { IndexParts } from '../index-file.ts';
import { continuationsOf } from '../lexical/continuations.ts';
import { allowedKeys, type Filter } from './filter.ts';
import { named } from './find.ts';

/** What a query that is being typed may become. */
export interface Suggestion {
  /** The query, completed. */
  query: string;
  /** How many items have all its words. */
  count: number;
  /** The best of them. */
  items: Recommendation[];
}

/** Validated options. */
interface Question {
  n: number;
  items: number;
  filter: Filter;
}

/** The completions of a query that most items have. */
export function suggestions({ catalogue, lexical }: IndexParts, query: string, { n, items, filter }: Question): Suggestion[] {
  const allowed = allowedKeys(catalogue, filter);
  const found: Suggestion[] = [];
  for (const text of continuationsOf(lexical, query, 4 * n, allowed)) {
    const match = lexical.match(text, { match: 'all', typos: false });
    const whole = match.top(match.count, allowed);
    if (whole.indices.length === 0) continue;
    const best = { indices: whole.indices.slice(0, items), scores: whole.scores.slice(0, items) };
    found.push({ query: text, count: whole.indices.length, items: named(catalogue, best) });
  }
  return found.sort((a, b) => b.count - a.count).slice(0, n);
}
