import { bestFirst } from '../answer.ts';
import { reasonOf } from '../deadline.ts';
import type { ReadRequest } from '../request.ts';
import type { Visitor } from '../sources.ts';
import type { Candidate, ItemAttributes, RerankContext, Reranker } from './reranker.ts';

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
}

/** Prepares the rules for one request. Attributes are looked up once per item; an item whose attributes cannot be had has none. */
export function rulesFor(
  settings: { rules: readonly Reranker[]; attributesOf(item: string): ItemAttributes | undefined },
  { exclude, only }: ReadRequest,
  { user, history, seen, context: given }: Visitor,
  { n, includeSeen }: { n: number; includeSeen: boolean },
): Rules {
  const forbidden: ReadonlySet<string> = includeSeen ? exclude : exclude.size === 0 ? seen : new Set([...exclude, ...seen]);
  const attributesOf = remembered(settings.attributesOf);
  const filters = settings.rules.filter(({ phase }) => phase === 'filter');
  const verdicts = new Map<string, boolean>();
  const isAllowed = (item: string): boolean => {
    if (forbidden.has(item) || (only && !only.has(item))) return false;
    let verdict = verdicts.get(item);
    if (verdict === undefined) {
      verdict = filters.every((rule) => passes(rule, item, context));
      verdicts.set(item, verdict);
    }
    return verdict;
  };
  const pinned = settings.rules.flatMap(({ kind, says }) => (kind === 'pin' ? (says?.items ?? []) : []));
  const context: RerankContext = { n, user, history, context: given, pinned: [], attributesOf, isAllowed };
  /** The page after each rule. Candidates passed the filters before. */
  function* steps(candidates: Candidate[], failed: (rule: Reranker, error: unknown) => void): Generator<[Reranker, Candidate[]]> {
    const withPins = { ...context, pinned: pinned.filter(isAllowed) };
    let page = candidates;
    for (const rule of settings.rules) {
      if (rule.phase === 'filter') continue;
      try {
        page = checked(rule, rule.rerank(page, withPins), page, isAllowed);
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
    refusing: (item) => filters.find((rule) => !passes(rule, item, context)),
    removing(item, candidates) {
      for (const [rule, page] of steps(candidates, () => {})) if (!page.some((one) => one.item === item)) return rule;
      return undefined;
    },
    apply(candidates, skipped) {
      let result = candidates;
      const failed = (rule: Reranker, error: unknown) => skipped.push({ source: `rerank: ${rule.kind}`, reason: reasonOf(error) });
      for (const [, page] of steps(candidates, failed)) result = page;
      return result;
    },
  };
}

/** A filter that fails lets through: a page without a rule is better than none. */
function passes(rule: Reranker, item: string, context: RerankContext): boolean {
  try {
    return rule.rerank([{ item, score: 0, sources: {} }], context).length > 0;
  } catch {
    return true;
  }
}

/** What a rule returned, without duplicates, unknown items and invalid scores; sorted when it only changes scores. */
function checked(rule: Reranker, given: Candidate[], before: readonly Candidate[], isAllowed: (item: string) => boolean): Candidate[] {
  if (!Array.isArray(given)) throw new TypeError('expected an array of candidates');
  const known = new Map(before.map((candidate) => [candidate.item, candidate]));
  const page = new Map<string, Candidate>();
  for (const candidate of given) {
    const original = known.get(candidate?.item) ?? (addsItems(rule) && isAllowed(candidate?.item) ? stranger(candidate) : undefined);
    if (!original || page.has(original.item)) continue;
    const score = Number.isFinite(candidate.score) ? candidate.score : original.score;
    const { isPinned, notes, exploration } = candidate;
    page.set(original.item, {
      ...original,
      score,
      ...(isPinned && { isPinned }),
      ...(notes && { notes }),
      ...(exploration && { exploration }),
    });
  }
  const list = [...page.values()];
  return rule.phase === 'score' ? list.sort(bestFirst) : list;
}

/** An item that a rule brings and no source found; undefined when it is none. */
function stranger({ item, score, sources }: Candidate): Candidate | undefined {
  if (typeof item !== 'string' || item === '') return undefined;
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
