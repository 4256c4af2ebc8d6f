import { describe, expect, it } from 'vitest';
import { checkQuality, type QualityRule, qualityRules } from '../../examples/amazon-appliances/etl/quality.ts';
import { qualityHtml } from '../../examples/amazon-appliances/etl/quality-page.ts';
import { readFieldNames, readRating } from '../../examples/amazon-appliances/etl/review.ts';
import type { EtlSummary } from '../../examples/amazon-appliances/etl/run.ts';

const summary = (more: Partial<EtlSummary> = {}): EtlSummary => ({
  reviews: { rows: 1000, superseded: 0, notSampled: 0, tooFew: 0, kept: 1000 },
  products: { rows: 100, duplicates: 0, repairedTitles: 0, unreadablePrices: 0, stubs: 0, kept: 100 },
  users: 800,
  ratedProducts: 100,
  meanRating: 4.2,
  rejects: {},
  brokenRules: [],
  ...more,
});
const broken = (load: EtlSummary, before?: Parameters<typeof checkQuality>[2], rules?: readonly QualityRule[]) =>
  checkQuality(load, [[5, 1000]], before, rules)
    .results.filter(({ passed }) => !passed)
    .map(({ name }) => name);

describe('the report of data quality', () => {
  it('passes a clean load, the first one too', () => {
    expect(broken(summary())).toEqual([]);
    expect(broken(summary(), checkQuality(summary(), [], undefined).figures)).toEqual([]);
  });

  it('fails each kind of rule by the share of rows that break it', () => {
    expect(broken(summary({ rejects: { 'no user': 2 } }))).toEqual(['a review names a user']);
    expect(broken(summary({ rejects: { 'no user': 1 } }))).toEqual([]);
    expect(broken(summary({ rejects: { 'rating is not a number from 1 to 5': 50 } }))).toEqual(['ratings are from 1 to 5']);
    expect(broken(summary({ rejects: { 'superseded by a newer rating of the same pair': 101 } }))).toEqual([
      'one rating per user and product',
    ]);
    expect(broken(summary({ products: { ...summary().products, stubs: 6 } }))).toEqual(['rated products have metadata']);
  });

  it('notices a load that is unlike the one before', () => {
    const before = { ratings: 2000, users: 800, products: 100, meanRating: 3.2 };
    expect(broken(summary(), before)).toEqual(['as many ratings as before', 'the mean rating of before']);
  });

  it('takes other rules, and draws a page', () => {
    const strict: QualityRule[] = qualityRules.map((rule) => ({ ...rule, most: 0 }));
    expect(broken(summary({ rejects: { 'no rating': 1 } }), undefined, strict)).toEqual(['a review has a rating']);
    const html = qualityHtml(
      checkQuality(
        summary({ rejects: { '<b>': 3 } }),
        [
          [1, 10],
          [5, 990],
        ],
        undefined,
      ),
    );
    expect(html).toContain('<svg');
    expect(html).toContain('&lt;b&gt;');
    expect(html).not.toContain('<b>');
  });
});

describe('columns by other names', () => {
  it('are read as the fields they stand for', () => {
    const columns = readFieldNames('user=buyer, item=sku,value=grade,time=when');
    expect(readRating({ buyer: 'u', sku: 'p', grade: '4', when: 1_600_000_000 }, columns)).toMatchObject({
      user: 'u',
      item: 'p',
      value: 4,
      timestamp: 1.6e12,
    });
    expect(readRating({ user_id: 'u', asin: 'p', rating: 4 }, columns)).toBe('no user');
  });

  it('are refused when they name no field', () => {
    expect(() => readFieldNames('buyer=user')).toThrow(/user=COLUMN/);
    expect(() => readFieldNames('user')).toThrow(/user=COLUMN/);
  });
});
