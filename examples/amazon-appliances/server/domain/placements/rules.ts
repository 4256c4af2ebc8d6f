import { boost, bury, exclude, limitPer, type Metadata, pin, type RerankerLike, type Where } from 'attune';
import { compileWhere } from 'attune/authoring';
import type { PlacementRule, Recipe } from './definition.ts';

/** How far rotation moves a product: by at most a fifth of its score. */
const rotationShare = 0.2;

/** The rules of a recipe, for a ranker. @throws ERR_BAD_OPTION for rules that contradict each other or lack something */
export function rulesOf({ rules, rotation_minutes }: Recipe, minute: number): RerankerLike[] {
  const all: RerankerLike[] = rules.map(ruleOf);
  if (rotation_minutes > 0) all.push(rotate(Math.floor(minute / rotation_minutes)));
  return all;
}

function ruleOf(rule: PlacementRule): RerankerLike {
  if (rule.type === 'pin') return pin({ items: rule.items, position: rule.position });
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
