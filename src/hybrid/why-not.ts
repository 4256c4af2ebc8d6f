import type { WhyNot } from '../contracts/recommender.ts';
import type { Standing } from './candidate-search.ts';
import { reasonOf } from './deadline.ts';
import type { SourceList } from './fusion.ts';
import type { RankerSettings } from './ranker-options.ts';
import type { ReadRequest } from './request.ts';
import type { Rules } from './rules/apply.ts';
import type { Candidate, Reranker } from './rules/reranker.ts';
import type { Skipped } from './skipped.ts';
import type { Visitor } from './sources.ts';

/** What one source says of an item that is not on a page. */
export interface SourceWhyNot {
  /** Its place among the candidates of this source, from 1, when it has the item. */
  rank?: number;
  /** The source's own score, when it has the item. */
  score?: number;
  /** What the model says: see `whyNot` of recommenders. */
  whyNot?: WhyNot;
  /** The same in words. */
  text: string;
}

/** Why an item is not on a page, or that it is. The first reason that applies, in the order of the list. */
export interface RankedWhyNot {
  /** Item id. */
  item: string;
  /**
   * - `'listed'`: it is on the page, at `position`.
   * - `'excluded'`: the request excludes it, or the rule `rule` does.
   * - `'not-in-only'`: the request ranks other items only.
   * - `'seen'`: the visitor has seen it; `source` knows.
   * - `'not-found'`: no source has it for this visitor; `sources` says why.
   * - `'limited'`: the rule `rule` took it off the page.
   * - `'rank'`: it stands at `position`, behind the end of the page.
   */
  reason: 'listed' | 'excluded' | 'not-in-only' | 'seen' | 'not-found' | 'limited' | 'rank';
  /** The same in words, for people. */
  text: string;
  /** Kind of the rule that decided, such as `'exclude'` or `'limitPer'`. */
  rule?: string;
  /** The source that knows that the visitor has seen it; `'history'` for the request's or the option of that name. */
  source?: string;
  /** Its place from 1, where it has one. */
  position?: number;
  /** What each source says of it, by name. */
  sources: Record<string, SourceWhyNot>;
}

/** The item that is asked for. */
export interface MissingItem {
  id: string;
  n: number;
  isListed: boolean;
}

interface Context {
  settings: RankerSettings;
  read: ReadRequest;
  visitor: Visitor;
  rules: Rules;
  standing: ReadonlyMap<string, Standing>;
  tiers: readonly SourceList[][];
  candidates: Candidate[];
  ranked: readonly Candidate[];
  skipped: readonly Skipped[];
}

/** Finds the reason by the steps that make a page. */
export function whyNotOf(missing: MissingItem, context: Context): RankedWhyNot {
  const { id, n, isListed } = missing;
  const { read, visitor, rules, candidates, ranked } = context;
  const answer = (reason: RankedWhyNot['reason'], text: string, more: Partial<RankedWhyNot> = {}): RankedWhyNot => ({
    item: id,
    reason,
    text,
    ...more,
    sources: Object.fromEntries(Array.from(context.settings.sources.keys(), (name) => [name, saidBy(name, id, context)])),
  });
  const at = ranked.findIndex(({ item }) => item === id);
  if (isListed) return answer('listed', `It is on the page, at position ${at + 1}.`, { position: at + 1 });
  if (read.exclude.has(id)) return answer('excluded', 'The request excludes it.');
  if (read.only && !read.only.has(id)) return answer('not-in-only', "It is not among the request's 'only'.");
  if (!rules.includeSeen && visitor.seen.has(id)) {
    const source = whoKnows(id, context);
    return answer('seen', `The visitor has seen it, as ${source} knows. Pass includeSeen: true to show it.`, { source });
  }
  const filter = rules.refusing(id);
  if (filter) return answer('excluded', `The rule ${named(filter)} excludes it.`, { rule: filter.kind });
  const isCandidate = candidates.some(({ item }) => item === id);
  if (!isCandidate && at < 0) return answer('not-found', 'No source has it for this visitor.');
  if (at >= 0) {
    const position = Math.max(at, n) + 1;
    return answer('rank', `It stands at position ${position}, behind the ${n} of the page.`, { position });
  }
  const rule = rules.removing(id, candidates);
  return answer('limited', `The rule ${rule ? named(rule) : 'of a function'} took it off the page.`, rule && { rule: rule.kind });
}

function named({ kind, says }: Reranker): string {
  return says?.limits === undefined ? kind : `${kind}('${says.limits}')`;
}

function whoKnows(id: string, { settings, visitor }: Context): string {
  for (const [name, source] of settings.sources) {
    try {
      if (visitor.user !== undefined && source.interactionsOf?.(visitor.user)?.some(({ item }) => item === id)) return name;
    } catch {
      // It did not count for the page either.
    }
  }
  return 'history';
}

function saidBy(name: string, id: string, { standing, tiers, visitor, rules, settings, skipped }: Context): SourceWhyNot {
  for (const { source, items } of tiers.flat()) {
    const at = source === name ? items.findIndex(({ item }) => item === id) : -1;
    if (at >= 0) return { rank: at + 1, score: items[at].score, text: `It is number ${at + 1} of its candidates.` };
  }
  const failure = skipped.find(({ source }) => source === name);
  const one = standing.get(name);
  if (!one) return { text: failure?.reason ?? 'It failed.' };
  const want = {
    n: settings.candidates,
    exclude: [...rules.forbidden],
    unseen: [],
    only: rules.only && [...rules.only],
    includeSeen: rules.includeSeen,
  };
  try {
    const whyNot = one.source.whyNot?.(visitor, id, want);
    if (whyNot) return { whyNot, text: inWords(whyNot) };
  } catch (error) {
    return { text: reasonOf(error) };
  }
  if (!one.isAble) return { text: 'It knows nothing of the visitor.' };
  return { text: failure?.reason ?? 'It is not among its candidates.' };
}

function inWords(whyNot: WhyNot): string {
  switch (whyNot.reason) {
    case 'unknown-user':
      return 'It does not know the user.';
    case 'unknown-history':
      return 'It knows no item of the history.';
    case 'unknown-item':
      return 'It was not fitted on the item.';
    case 'excluded':
      return 'It was told to leave it out.';
    case 'not-in-only':
      return 'It was told to rank others.';
    case 'seen':
      return 'It knows that the user has it.';
    case 'no-score':
      return 'It has no score for it.';
    default:
      return `It ranks it at ${whyNot.rank}.`;
  }
}
