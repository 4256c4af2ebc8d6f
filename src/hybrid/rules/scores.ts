import { anything, number, readOptions, text } from '../../options.ts';
import type { ItemAttributes, Reranker } from './reranker.ts';
import { type RuleTarget, readTarget } from './target.ts';

/** Options of {@link boost}. */
export interface BoostOptions extends RuleTarget {
  /** What scores are multiplied by. Above 0; above 1 lifts. */
  factor: number;
}

/**
 * Multiplies the scores of some items. A score below 0, as z-scores can be, is divided, so that a factor above 1 always lifts.
 * @throws ERR_BAD_OPTION
 */
export function boost(options: BoostOptions): Reranker {
  const { where, items, factor } = readOptions('boost', options, {
    ...targetChecks,
    factor: number({ above: 0 }),
  });
  return multiply('boost', factor, where, items);
}

/** Options of {@link bury}. */
export interface BuryOptions extends RuleTarget {
  /** What scores are multiplied by. Above 0, below 1; default 0.5. */
  factor?: number | undefined;
}

/** Lowers the scores of some items: {@link boost} with a factor below 1. @throws ERR_BAD_OPTION */
export function bury(options: BuryOptions): Reranker {
  const { where, items, factor } = readOptions('bury', options, {
    ...targetChecks,
    factor: number({ default: 0.5, above: 0, max: 1 - Number.EPSILON }),
  });
  return multiply('bury', factor, where, items);
}

/** Options of {@link freshness}. */
export interface FreshnessOptions {
  /** The attribute that holds the date: milliseconds since 1970, a Date, or an ISO 8601 text. */
  by: string;
  /** Half-life of an item's freshness in days. Above 0, default 30. */
  halfLifeDays?: number | undefined;
  /** How much an item loses that is not new at all, as a share of its score. From 0 to 1, default 0.3. */
  weight?: number | undefined;
  /** The moment from which ages are counted, in milliseconds since 1970. Default: when the page is made. */
  now?: number | undefined;
}

/**
 * Lowers the scores of what is old: score * (1 - weight + weight * 2^(-age / halfLifeDays)). Later than now is new. An item without a
 * date counts as one half-life old.
 * @throws ERR_BAD_OPTION
 */
export function freshness(options: FreshnessOptions): Reranker {
  const { by, halfLifeDays, weight, now } = readOptions('freshness', options, {
    by: text(),
    halfLifeDays: number({ default: 30, above: 0 }),
    weight: number({ default: 0.3, min: 0, max: 1 }),
    now: (value, name) => (value === undefined ? undefined : number({})(value, name)),
  });
  return {
    kind: 'freshness',
    phase: 'score',
    needsAttributes: true,
    rerank(candidates, { attributesOf }) {
      const moment = now ?? Date.now();
      return candidates.map((candidate) => {
        const time = timeOf(attributesOf(candidate.item), by);
        const age = Number.isNaN(time) ? halfLifeDays : Math.max(0, moment - time) / msPerDay;
        return { ...candidate, score: scaled(candidate.score, 1 - weight + weight * 2 ** (-age / halfLifeDays)) };
      });
    },
  };
}

const msPerDay = 86_400_000;

const targetChecks = { where: anything<RuleTarget['where']>(), items: anything<RuleTarget['items']>() };

function multiply(kind: string, factor: number, where: RuleTarget['where'], items: RuleTarget['items']): Reranker {
  const { meets, needsAttributes, says } = readTarget(kind, where, items);
  return {
    kind,
    phase: 'score',
    needsAttributes,
    says,
    rerank: (candidates, { attributesOf }) =>
      candidates.map((candidate) =>
        meets(candidate.item, attributesOf) ? { ...candidate, score: scaled(candidate.score, factor) } : candidate,
      ),
  };
}

/** Up for a factor above 1, down for one below, whatever the sign of the score. */
export function scaled(score: number, factor: number): number {
  if (score >= 0) return score * factor;
  return score / Math.max(factor, 1e-9);
}

function timeOf(attributes: ItemAttributes | undefined, by: string): number {
  const value = attributes && Object.hasOwn(attributes, by) ? attributes[by] : undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Date.parse(value) : value instanceof Date ? value.getTime() : Number.NaN;
}
