import { AttuneError, shown } from '../../errors.ts';
import type { Reranker, RerankerLike, RerankPhase } from './reranker.ts';

const phases: readonly RerankPhase[] = ['filter', 'score', 'select', 'place', 'explore'];

/**
 * Reads the rules of a ranker: sorts them by phase and refuses those that contradict each other, because which of them wins would be
 * seen on the page only.
 * @throws ERR_BAD_OPTION
 */
export function readRules(given: readonly RerankerLike[], hasAttributes: boolean): Reranker[] {
  const rules = Array.from(given, (rule, at): Reranker => {
    if (typeof rule === 'function') return { kind: `function ${at + 1}`, rerank: rule };
    if (typeof rule?.rerank === 'function' && phases.includes(rule.phase ?? 'select')) return rule;
    throw refusal(`expected number ${at + 1} to be a re-ranker such as limitPer('brand', 3), got ${shown(rule)}`);
  });
  for (const { kind, needsAttributes } of rules) {
    if (needsAttributes && !hasAttributes) {
      throw refusal(`${kind} looks at attributes of items, but the ranker has none; pass attributes: index, or (item) => ({ brand, ... })`);
    }
  }
  refuseTwice(rules, 'limitPer', ({ says }) => [says?.limits]);
  refuseTwice(rules, 'pin', ({ says }) => says?.items ?? []);
  refuseTwice(rules, 'pin', positionsOf, 'position ');
  refuseTwice(rules, 'diversify', () => ['']);
  refuseTwice(rules, 'calibrate', () => ['']);
  refuseTwice(rules, 'exploration', ({ says }) => says?.positions ?? [], 'position ');
  refuseBoth(rules, 'pin', 'exclude');
  refuseBoth(rules, 'boost', 'exclude');
  refuseBoth(rules, 'bury', 'exclude');
  refuseBoth(rules, 'boost', 'bury');
  refuseBoth(rules, 'pin', 'bury');
  refuseBoth(rules, 'exploration', 'exclude');
  refuseBoth(rules, 'exploration', 'bury');
  refuseBoth(rules, 'exploration', 'pin');
  refuseBoth(rules, 'diversify', 'calibrate');
  return phases.flatMap((phase) => rules.filter((rule) => (rule.phase ?? 'select') === phase));
}

/** Two rules of one kind must not claim the same thing. */
function refuseTwice(rules: readonly Reranker[], kind: string, claims: (rule: Reranker) => readonly unknown[], what = ''): void {
  const seen = new Set<unknown>();
  for (const rule of rules.filter((one) => one.kind === kind)) {
    for (const claim of claims(rule)) {
      if (seen.has(claim)) throw refusal(`${kind} occurs twice${claim === '' ? '' : ` for ${what}${shown(claim)}`}; keep one of them`);
      seen.add(claim);
    }
  }
}

/** Rules of two kinds must not name the same item or the same condition. */
function refuseBoth(rules: readonly Reranker[], one: string, other: string): void {
  for (const a of rules.filter(({ kind }) => kind === one)) {
    for (const b of rules.filter(({ kind }) => kind === other)) {
      const item = a.says?.items?.find((id) => b.says?.items?.includes(id));
      if (item !== undefined) throw refusal(`${one} and ${other} both name item ${shown(item)}; keep one of them`);
      if (a.says?.where !== undefined && a.says.where === b.says?.where) {
        throw refusal(`${one} and ${other} both mean items where ${a.says.where}; keep one of them`);
      }
      const position = positionsOf(a).find((place) => positionsOf(b).includes(place));
      if (position !== undefined) throw refusal(`${one} and ${other} both want position ${position}; move one of them`);
      if (a.says?.orders !== undefined && a.says.orders === b.says?.orders) {
        throw refusal(`${one} and ${other} both order by ${shown(a.says.orders)}, one for difference and one for a mix; keep one of them`);
      }
    }
  }
}

/** The places that a rule claims. */
function positionsOf({ says }: Reranker): readonly number[] {
  return says?.positions ?? (says?.position === undefined ? [] : (says.items ?? []).map((_, k) => (says.position as number) + k));
}

function refusal(what: string): AttuneError {
  return new AttuneError('ERR_BAD_OPTION', `HybridRanker: option 'rerank': ${what}.`);
}
