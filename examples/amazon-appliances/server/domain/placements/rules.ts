import { boost, bury, exclude, limitPer, type Metadata, pin, type RerankerLike, type Where } from 'attune';
import { compileWhere } from 'attune/authoring';
import { ShopError } from '../errors.ts';
import { checkConditions, productFields } from '../where.ts';
import type { PlacementRule, Recipe } from './definition.ts';

/** @throws when a rule looks at something that no product has, so that it would change nothing, or leave nothing over */
export function checkRule(rule: PlacementRule): void {
  if ('where' in rule && rule.where) checkConditions(rule.where, productFields, `${rule.type}: where`);
  if (rule.type === 'limit' && !Object.hasOwn(productFields, rule.per))
    throw new ShopError('ERR_VALIDATION', `limit: per: expected one of ${Object.keys(productFields).join(', ')}, got '${rule.per}'.`);
}

/** How far rotation moves a product: by at most a fifth of its score. */
const rotationShare = 0.2;

/**
 * The rules of a recipe, for a ranker.
 * @param period number of the time in which rotation shows the same
 * @param isKnown whether the shop has a product; the place of a pinned one that it has not goes to the next
 * @throws ERR_BAD_OPTION for rules that lack something
 */
export function rulesOf(
  { rules, rotation_minutes }: Recipe,
  period: number,
  isKnown: (id: string) => boolean = () => true,
): RerankerLike[] {
  const all: RerankerLike[] = rules.flatMap((rule) => {
    if (rule.type !== 'pin') return ruleOf(rule);
    const items = rule.items.filter(isKnown);
    return items.length > 0 ? pin({ items, position: rule.position }) : [];
  });
  if (rotation_minutes > 0) all.push(rotate(period));
  return all;
}

function ruleOf(rule: Exclude<PlacementRule, { type: 'pin' }>): RerankerLike {
  if (rule.type === 'limit') return limitPer(rule.per, rule.max);
  const where = rule.where as Where | undefined;
  if (rule.type === 'filter') return onlyWhere(where as Where);
  const target = { where, items: rule.items };
  if (rule.type === 'exclude') return exclude(target);
  return rule.type === 'boost' ? boost({ ...target, factor: rule.factor ?? 1.5 }) : bury({ ...target, factor: rule.factor });
}

/** Shows nothing else: excludes what does not meet the condition. */
function onlyWhere(where: Where): RerankerLike {
  const meets = compileWhere(where, 'filter');
  return exclude({ where: (attributes) => attributes === undefined || !meets(attributes as Metadata) });
}

/** Other products of nearly the same score come first in each period; the same ones during a period. */
function rotate(period: number): RerankerLike {
  return {
    kind: 'rotate',
    phase: 'score',
    rerank: (candidates) => candidates.map((it) => ({ ...it, score: it.score * (1 - rotationShare * shareOf(`${period} ${it.item}`)) })),
  };
}

/** A number from 0 to 1 that looks random but is the same for the same text (FNV-1a, with a final mix). */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
