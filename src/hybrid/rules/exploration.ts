import type { Bandit } from '../../cold-start/bandits/bandit.ts';
import { AttuneError, shown } from '../../errors.ts';
import { anything, callback, integer, readOptions } from '../../options.ts';
import type { Candidate, RerankContext, Reranker } from './reranker.ts';
import { type RuleTarget, readTarget } from './target.ts';

/** Options of {@link exploration}. */
export interface ExplorationOptions extends RuleTarget {
  /** Chooses what to try: `thompsonSampling()`, `epsilonGreedy()`, `linUcb()`. Report the outcome with `update`. */
  bandit: Bandit;
  /** Places of the page that are reserved, from 1, such as `[4, 9]`. Those behind the end of a page are not used. */
  positions: readonly number[];
  /** How many items the bandit may choose among, the best ones by score, named ones first. From 1, default 50. */
  arms?: number | undefined;
  /** Numbers that describe an item on this page, for `linUcb`. */
  context?: ((item: string, page: RerankContext) => ArrayLike<number>) | undefined;
}

/**
 * Reserves places for items about which little is known, chosen by a bandit: those named by `items`, found by a source or not, and found ones
 * that meet `where`; without both, whatever was found but would not be on the page. Items already ahead of the place, pinned ones, and what
 * the request excludes are never chosen. `exploration` of such an item on the page has the propensity of the choice, so that `offPolicyValue`
 * can judge other policies by a log of pages. Places are filled one after the other, each propensity given those before. A bandit goes on
 * from page to page, so that the same seed and the same pages give the same choices.
 * @throws ERR_BAD_OPTION
 */
export function exploration(options: ExplorationOptions): Reranker {
  const o = readOptions('exploration', options, {
    where: anything<RuleTarget['where']>(),
    items: anything<RuleTarget['items']>(),
    bandit: banditOption,
    positions: positionsOption,
    arms: integer({ default: 50, min: 1 }),
    context: callback<NonNullable<ExplorationOptions['context']>>(),
  });
  const isAimed = o.where !== undefined || o.items !== undefined;
  const target = isAimed ? readTarget('exploration', o.where, o.items) : undefined;
  const { items: named, where } = target?.says ?? {};
  return {
    kind: 'exploration',
    phase: 'explore',
    needsAttributes: target?.needsAttributes ?? false,
    says: { positions: o.positions, ...(named && { items: named }), ...(where !== undefined && { where }) },
    rerank(candidates, page) {
      const pool = poolOf(candidates, page, named ?? [], target && ((item) => target.meets(item, page.attributesOf)));
      const fixed = new Map<number, Candidate>();
      candidates.forEach((candidate, at) => {
        if (candidate.isPinned) fixed.set(at, candidate);
      });
      let list = [...candidates];
      for (const position of o.positions) {
        if (position > Math.min(page.n, list.length + 1) || fixed.has(position - 1)) continue;
        const ahead = new Set(list.slice(0, position - 1).map(({ item }) => item));
        const open = pool.filter(({ item }) => !ahead.has(item)).slice(0, o.arms);
        if (open.length === 0) continue;
        const arms = open.map(({ item }) => item);
        const { context } = o;
        const choice = o.bandit.choose(arms, {
          n: 1,
          propensities: true,
          ...(context && { context: (item: string) => context(item, page) }),
        })[0];
        const chosen = open.find(({ item }) => item === choice?.item);
        if (!chosen) continue;
        const { kind } = o.bandit;
        fixed.set(position - 1, {
          ...chosen,
          notes: [...(chosen.notes ?? []), { text: 'New to you: tell us what you think', kind: 'explored' }],
          exploration: { bandit: kind, propensity: choice.propensity, arms },
        });
        list = placed(list, fixed);
      }
      return list;
    },
  };
}

/** What may be tried, named items first, then the best ones. */
function poolOf(
  candidates: readonly Candidate[],
  { n, isAllowed }: RerankContext,
  named: readonly string[],
  meets: ((item: string) => boolean) | undefined,
): Candidate[] {
  const found = new Map(candidates.map((candidate) => [candidate.item, candidate]));
  const first = named.filter(isAllowed).map((item): Candidate => found.get(item) ?? { item, score: 0, sources: {} });
  const rest = candidates.filter(({ item }, at) => !named.includes(item) && (meets ? meets(item) : at >= n));
  return [...first, ...rest].filter(({ isPinned }) => !isPinned);
}

/** Some candidates at their places, the others around them in their order. */
function placed(list: readonly Candidate[], fixed: ReadonlyMap<number, Candidate>): Candidate[] {
  const taken = new Set(Array.from(fixed.values(), ({ item }) => item));
  const others = list.filter(({ item }) => !taken.has(item));
  const result: Candidate[] = [];
  for (let at = 0; others.length > 0 || result.length < list.length; at++) {
    const next = fixed.get(at) ?? others.shift();
    if (next) result.push(next);
    else break;
  }
  const missing = [...fixed.values()].filter(({ item }) => !result.some((one) => one.item === item));
  return [...result, ...missing];
}

function banditOption(value: unknown, name: string): Bandit {
  if (typeof (value as Bandit | undefined)?.choose === 'function') return value as Bandit;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a bandit such as thompsonSampling(), got ${shown(value)}.`);
}

function positionsOption(value: unknown, name: string): number[] {
  const ok = Array.isArray(value) && value.length > 0 && value.every((place) => Number.isInteger(place) && place >= 1);
  if (ok && new Set(value).size === value.length) return [...(value as number[])].sort((a, b) => a - b);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a list of different whole numbers from 1, such as [4, 9], got ${shown(value)}.`);
}
