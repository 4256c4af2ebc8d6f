import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSample } from '../../examples/amazon-appliances/sample/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

const make = async (name: string, seed: number, scale = 0.01) => {
  const reviews = join(folder, `${name}-reviews.jsonl.gz`);
  const products = join(folder, `${name}-meta.jsonl.gz`);
  const summary = await writeSample({ reviews, products, scale, seed });
  return { reviews, products, summary };
};
const rows = (file: string) =>
  gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('the generated sample', () => {
  let sample: Awaited<ReturnType<typeof make>>;
  beforeAll(async () => {
    sample = await make('a', 7);
  });

  it('has the same bytes for the same seed, and others for another', async () => {
    const again = await make('b', 7);
    expect(digest(again.reviews)).toBe(digest(sample.reviews));
    expect(digest(again.products)).toBe(digest(sample.products));
    expect(digest((await make('c', 8)).reviews)).not.toBe(digest(sample.reviews));
  });

  it('carries no trace of the machine in its gzip header', () => {
    for (const file of [sample.reviews, sample.products]) {
      const header = readFileSync(file);
      expect([...header.subarray(4, 8)]).toEqual([0, 0, 0, 0]); // time
      expect(header[9]).toBe(255); // operating system: unknown
    }
  });

  it('has the fields of the 2023 files, in their types', () => {
    const [review] = rows(sample.reviews);
    expect(Object.keys(review).sort()).toEqual(
      ['asin', 'helpful_vote', 'images', 'parent_asin', 'rating', 'text', 'timestamp', 'title', 'user_id', 'verified_purchase'].sort(),
    );
    expect(review.user_id).toMatch(/^A[A-Z2-7]{27}$/);
    expect(review.parent_asin).toMatch(/^B0[0-9A-Z]{8}$/);
    const [product] = rows(sample.products);
    expect(Object.keys(product).sort()).toEqual(
      [
        'average_rating',
        'bought_together',
        'categories',
        'description',
        'details',
        'features',
        'images',
        'main_category',
        'parent_asin',
        'price',
        'rating_number',
        'store',
        'title',
        'videos',
      ].sort(),
    );
  });

  it('is shaped like the real set: 1.19 ratings per user, mean 4.23, a long tail', () => {
    const reviews = rows(sample.reviews);
    expect(reviews.length).toBe(20_167);
    const perUser = new Map<string, number>();
    const perItem = new Map<string, number>();
    for (const { user_id, parent_asin } of reviews) {
      perUser.set(user_id, (perUser.get(user_id) ?? 0) + 1);
      perItem.set(parent_asin, (perItem.get(parent_asin) ?? 0) + 1);
    }
    expect(reviews.length / perUser.size).toBeGreaterThan(1.17);
    expect(reviews.length / perUser.size).toBeLessThan(1.21);
    expect(sample.summary.meanRating).toBeGreaterThan(4.18);
    expect(sample.summary.meanRating).toBeLessThan(4.28);
    // Zipf: log(count) falls about linearly with log(rank) over the middle of the list.
    const counts = [...perItem.values()].sort((a, b) => b - a);
    const slope = Math.log(counts[19] / counts[199]) / Math.log(20 / 200);
    expect(slope).toBeLessThan(-0.5);
    expect(slope).toBeGreaterThan(-1.2);
  });

  it('has no user who rates a product twice, and rates only products that are there', () => {
    const known = new Set(rows(sample.products).map((product) => product.parent_asin));
    const pairs = new Set<string>();
    for (const { user_id, parent_asin } of rows(sample.reviews)) {
      expect(known.has(parent_asin)).toBe(true);
      pairs.add(`${user_id}/${parent_asin}`);
    }
    expect(pairs.size).toBe(sample.summary.ratings);
    expect(known.size).toBe(sample.summary.products);
  });

  it('reads like a catalogue: whole, varied titles and prices by kind', () => {
    const products = rows(sample.products);
    const titles = products.map((product) => product.title as string);
    expect(new Set(titles).size / titles.length).toBeGreaterThan(0.97);
    for (const title of titles) {
      expect(title).toMatch(/^\S.{11,}\S$/);
      expect(title).not.toMatch(/\{|undefined|null|NaN| {2}|,,| ,|\(\)|\b(\w+) \1\b|with with|with for/);
    }
    const kinds = new Set(products.map((product) => product.categories.join('/')));
    expect(kinds.size).toBeGreaterThan(60);
    const price = (noun: RegExp) => {
      const prices = products
        .filter((product) => noun.test(product.title) && product.price !== null)
        .map((product) => product.price as number);
      return prices.reduce((sum, one) => sum + one, 0) / prices.length;
    };
    expect(price(/French Door Refrigerator/)).toBeGreaterThan(1300);
    expect(price(/Water Filter/)).toBeLessThan(60);
  });

  it('lets people who own a make come back for it', () => {
    const store = new Map(
      rows(sample.products).map((product) => [product.parent_asin, product.details['Compatible Models']?.split(' ')[0] ?? product.store]),
    );
    const byUser = new Map<string, string[]>();
    for (const { user_id, parent_asin } of rows(sample.reviews))
      byUser.set(user_id, [...(byUser.get(user_id) ?? []), store.get(parent_asin) as string]);
    let same = 0;
    let pairs = 0;
    for (const makes of byUser.values()) {
      for (let k = 1; k < makes.length; k++, pairs++) if (makes[k] === makes[k - 1]) same++;
    }
    expect(same / pairs).toBeGreaterThan(0.3); // two random ratings share a make 3 times in 100
  });
});
