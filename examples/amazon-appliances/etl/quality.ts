import type { EtlSummary } from './run.ts';

/**
 * A rule that a load should keep. `most` is the largest share of rows that may break it; what breaks a rule of rows is left out anyway, so a failed
 * rule says that something is wrong with the file and not with a row.
 */
export type QualityRule = { name: string; most: number } & (
  | { check: 'required' | 'range' | 'unique' | 'readable' /** Reasons in the rejects file. */; reasons: readonly string[] }
  /** Ratings of products without metadata. */
  | { check: 'reference' }
  /** How far a figure is from that of the last load, as a share of it. */
  | { check: 'drift'; figure: keyof Figures }
);

/** What loads are compared by. */
export interface Figures {
  ratings: number;
  users: number;
  products: number;
  meanRating: number;
}

export interface QualityResult {
  name: string;
  check: QualityRule['check'];
  /** Share of rows that break the rule, or of change; undefined when there is nothing to compare with. */
  share: number | undefined;
  most: number;
  passed: boolean;
}

export interface QualityReport {
  passed: boolean;
  results: QualityResult[];
  figures: Figures;
  before?: Figures;
  /** Ratings by value, ascending. */
  histogram: [value: number, ratings: number][];
  rejects: Record<string, number>;
}

/** What the example expects of a load. */
export const qualityRules: readonly QualityRule[] = [
  { name: 'lines are rows', check: 'readable', reasons: ['not a row: expected a JSON object'], most: 0.001 },
  { name: 'a review names a user', check: 'required', reasons: ['no user', 'user id cannot be part of an address'], most: 0.001 },
  { name: 'a review names a product', check: 'required', reasons: ['no product', 'product id cannot be part of an address'], most: 0.001 },
  { name: 'a review has a rating', check: 'required', reasons: ['no rating'], most: 0.01 },
  { name: 'ratings are from 1 to 5', check: 'range', reasons: ['rating is not a number from 1 to 5'], most: 0.001 },
  { name: 'times can be read', check: 'range', reasons: ['time cannot be read'], most: 0.001 },
  { name: 'one rating per user and product', check: 'unique', reasons: ['superseded by a newer rating of the same pair'], most: 0.1 },
  { name: 'rated products have metadata', check: 'reference', most: 0.05 },
  { name: 'as many ratings as before', check: 'drift', figure: 'ratings', most: 0.2 },
  { name: 'as many users as before', check: 'drift', figure: 'users', most: 0.2 },
  { name: 'as many products as before', check: 'drift', figure: 'products', most: 0.2 },
  { name: 'the mean rating of before', check: 'drift', figure: 'meanRating', most: 0.05 },
];

/** Holds a load against rules, and against the load before it. */
export function checkQuality(
  summary: EtlSummary,
  histogram: [number, number][],
  before: Figures | undefined,
  rules: readonly QualityRule[] = qualityRules,
): QualityReport {
  const figures = {
    ratings: summary.reviews.kept,
    users: summary.users,
    products: summary.products.kept,
    meanRating: summary.meanRating,
  };
  const results = rules.map((rule): QualityResult => {
    const share = shareOf(rule, summary, figures, before);
    return { name: rule.name, check: rule.check, share, most: rule.most, passed: share === undefined || share <= rule.most };
  });
  return {
    passed: results.every(({ passed }) => passed),
    results,
    figures,
    ...(before && { before }),
    histogram,
    rejects: summary.rejects,
  };
}

function shareOf(rule: QualityRule, summary: EtlSummary, figures: Figures, before: Figures | undefined): number | undefined {
  if (rule.check === 'drift')
    return before && before[rule.figure] > 0 ? Math.abs(figures[rule.figure] / before[rule.figure] - 1) : undefined;
  if (rule.check === 'reference') {
    if (summary.products.rows === 0) return undefined; // no metadata were given
    const rejected = summary.rejects['product without metadata'] ?? 0;
    return rejected > 0 ? rejected / summary.reviews.rows : summary.products.stubs / summary.ratedProducts;
  }
  const broken = rule.reasons.reduce((sum, reason) => sum + (summary.rejects[reason] ?? 0), 0);
  return summary.reviews.rows > 0 ? broken / summary.reviews.rows : undefined;
}
