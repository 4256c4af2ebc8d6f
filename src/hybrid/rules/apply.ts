import { bestFirst } from '../answer.ts';
import { reasonOf } from '../deadline.ts';
import type { ReadRequest } from '../request.ts';
import type { Visitor } from '../sources.ts';
import { type Candidate, type ItemAttributes, type RerankContext, type Reranker, trustedRules } from './reranker.ts';

/** The rules of one page. */
export interface Rules {
  context: RerankContext;
  /** Items that may not come: excluded ones and, unless asked for, seen ones. */
  forbidden: ReadonlySet<string>;
  only: Set<string> | undefined;
  includeSeen: boolean;
  isAllowed(item: string): boolean;
  /** The filter that refuses an item, if one does. */
  refusing(item: string): Reranker | undefined;
  /** The rule after which one of the candidates is missing, if one is. */
  removing(item: string, candidates: Candidate[]): Reranker | undefined;
  /** Candidates, best first, become the page. A rule that fails is left out and named. */
  apply(candidates: Candidate[], skipped: { source: string; reason: string }[]): Candidate[];
  /** From now on the places before the others belong to these candidates, in the order that rules last gave them. */
  settle(candidates: readonly Candidate[]): void;
}

/** Prepares the rules for one request. Attributes are looked up once per item; an item whose attributes cannot be had has none. */
export function rulesFor(
  settings: { rules: readonly Reranker[]; attributesOf(item: string): ItemAttributes | undefined },
  { exclude, only }: ReadRequest,
  { user, history, seen, query, context: given }: Visitor,
  { n, includeSeen }: { n: number; includeSeen: boolean },
): Rules {
  const forbidden: ReadonlySet<string> = includeSeen ? exclude : exclude.size === 0 ? seen : new Set([...exclude, ...seen]);
  const attributesOf = remembered(settings.attributesOf);
  const filters = settings.rules.filter(({ phase }) => phase === 'filter');
  const choosing = settings.rules.filter(({ phase = 'select' }) => phase === 'select');
  const verdicts = new Map<string, boolean>();
  const failures = new Map<Reranker, string>();
  /** A filter that fails lets through: a page without a rule is better than none. */
  const lets = (rule: Reranker, item: string): boolean => {
    try {
      return passes(rule, item, context);
    } catch (error) {
      if (!failures.has(rule)) failures.set(rule, reasonOf(error));
      return true;
    }
  };
  const isAllowed = (item: string): boolean => {
    if (forbidden.has(item) || (only && !only.has(item))) return false;
    let verdict = filters.length === 0 || verdicts.get(item);
    if (verdict === undefined) {
      verdict = filters.every((rule) => lets(rule, item));
      verdicts.set(item, verdict);
    }
    return verdict;
  };
  const pinned = settings.rules.flatMap(({ kind, says }) => (kind === 'pin' ? (says?.items ?? []) : []));
  const context: RerankContext = { n, user, history, query, context: given, pinned: [], attributesOf, isAllowed };
  let settled: readonly string[] = [];
  let ordered: readonly Candidate[] = []; // by the rules that choose and order, before any puts items at places
  /** The page after each rule. Candidates passed the filters before. */
  function* steps(candidates: Candidate[], failed: (rule: Reranker, error: unknown) => void): Generator<[Reranker, Candidate[]]> {
    const withPins = { ...context, pinned: pinned.filter(isAllowed) };
    const whileOrdering = settled.length > 0 ? { ...withPins, pinned: [...new Set([...withPins.pinned, ...settled])] } : withPins;
    let page = candidates;
    ordered = page;
    for (const rule of settings.rules) {
      if (rule.phase === 'filter') continue;
      // What a later rule of the page takes out is replaced by what stands behind it, so that has to be in order too.
      const n = choosing.slice(0, -1).includes(rule) ? Math.max(context.n, page.length) : context.n;
      const places = addsItems(rule);
      try {
        const answer = answerOf(rule, page, { ...(places ? withPins : whileOrdering), n });
        page = places ? answer.page : settledFirst(answer.page, settled);
        if (!places) ordered = page;
        if (answer.complaint) failed(rule, answer.complaint);
      } catch (error) {
        failed(rule, error);
      }
      yield [rule, page];
    }
  }
  return {
    context,
    forbidden,
    only,
    includeSeen,
    isAllowed,
    refusing: (item) => filters.find((rule) => !lets(rule, item)),
    removing(item, candidates) {
      for (const [rule, page] of steps(candidates, () => {})) if (!page.some((one) => one.item === item)) return rule;
      return undefined;
    },
    apply(candidates, skipped) {
      let result = candidates;
      const failed = (rule: Reranker, error: unknown) => skipped.push({ source: `rerank: ${rule.kind}`, reason: reasonOf(error) });
      for (const [, page] of steps(candidates, failed)) result = page;
      for (const [{ kind }, reason] of failures) skipped.push({ source: `rerank: ${kind}`, reason });
      return result;
    },
    settle(candidates) {
      const items = new Set(candidates.map(({ item }) => item));
      settled = ordered.filter(({ item }) => items.has(item)).map(({ item }) => item);
    },
  };
}

/** A page after a rule, and what was wrong with its answer. */
function answerOf(rule: Reranker, page: Candidate[], context: RerankContext): { page: Candidate[]; complaint?: string } {
  if (trustedRules.has(rule)) return { page: rule.rerank(page, context) };
  const copies = page.map((candidate) => ({ ...candidate })); // so that a rule that writes to what it is given changes nothing else
  return checked(rule, rule.rerank(copies, context), page, context.isAllowed);
}

/** A page with some items at its beginning, in their order. */
function settledFirst(page: Candidate[], settled: readonly string[]): Candidate[] {
  if (settled.length === 0) return page;
  const place = new Map(settled.map((item, at) => [item, at]));
  const placeOf = ({ item }: Candidate) => place.get(item) ?? settled.length;
  return [...page].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Whether a filter lets an item through. @throws when it answers anything but the candidate or nothing */
function passes(rule: Reranker, item: string, context: RerankContext): boolean {
  const answer: unknown = rule.rerank([{ item, score: 0, sources: {} }], context);
  if (!Array.isArray(answer) || answer.some((one) => one?.item !== item)) throw new TypeError('expected the candidates that may come');
  return answer.length > 0;
}

/** What a rule returned, without duplicates, unknown items and invalid scores; sorted when it only changes scores. */
function checked(rule: Reranker, given: Candidate[], before: readonly Candidate[], isAllowed: (item: string) => boolean) {
  if (!Array.isArray(given)) throw new TypeError('expected an array of candidates');
  const known = new Map(before.map((candidate) => [candidate.item, candidate]));
  const page = new Map<string, Candidate>();
  const wrong = { entries: 0, strangers: 0, scores: 0 };
  for (const candidate of given) {
    const item: unknown = candidate?.item;
    if (typeof item !== 'string' || item === '') {
      wrong.entries++;
      continue;
    }
    const original = known.get(item) ?? (addsItems(rule) && isAllowed(item) ? stranger(candidate) : undefined);
    if (!original && !addsItems(rule)) wrong.strangers++;
    if (!original || page.has(item)) continue;
    const { score = original.score, isPinned, notes, exploration } = candidate;
    if (!Number.isFinite(score)) wrong.scores++;
    page.set(item, {
      ...original,
      score: Number.isFinite(score) ? score : original.score,
      ...(isPinned && { isPinned }),
      ...(notes && { notes }),
      ...(exploration && { exploration }),
    });
  }
  const complaint = complaintOf(wrong);
  if (complaint && page.size === wrong.scores) throw new TypeError(`nothing usable: ${complaint}`);
  const list = [...page.values()];
  return { page: rule.phase === 'score' ? list.sort(bestFirst) : list, complaint: complaint && `left out: ${complaint}` };
}

/** In words, or empty when nothing was wrong. */
function complaintOf({ entries, strangers, scores }: { entries: number; strangers: number; scores: number }): string {
  return [
    entries && `${entries} entries that are not candidates`,
    strangers && `${strangers} entries of items that it was not given`,
    scores && `${scores} scores that are not finite`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** An item that a rule brings and no source found. */
function stranger({ item, score, sources }: Candidate): Candidate {
  return { item, score: Number.isFinite(score) ? score : 0, sources: sources ?? {} };
}

const addsItems = ({ phase }: Reranker) => phase === 'place' || phase === 'explore';

function remembered(attributesOf: (item: string) => ItemAttributes | undefined): (item: string) => ItemAttributes | undefined {
  const known = new Map<string, ItemAttributes | undefined>();
  return (item) => {
    if (known.has(item)) return known.get(item);
    let attributes: ItemAttributes | undefined;
    try {
      attributes = attributesOf(item) ?? undefined;
    } catch {
      attributes = undefined;
    }
    known.set(item, attributes);
    return attributes;
  };
}
