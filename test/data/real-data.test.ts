import { Interactions } from 'attune';
import { readCsv, readJsonLines } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../support/shared-data.ts';

/** Name, rows, users, items, distinct pairs; counted by other programs. */
const reviews = [
  ['amazon-small-5core-2018/Magazine_Subscriptions_5.jsonl.gz', 2375, 348, 157, 2302],
  ['amazon-appliances-2018/Appliances_5.jsonl.gz', 2277, 47, 48, 183],
] as const;

describe('real files', () => {
  it.for(reviews)('%s has %d rows of %d users and %d items in %d pairs', async ([name, rows, users, items, pairs], { skip }) => {
    const path = sharedData(name) ?? skip(`no ${name} under ATTUNE_DATA`);
    let count = 0;
    for await (const batch of readJsonLines(path).batches()) count += batch.length;
    const data = await Interactions.from(readJsonLines(path), {
      user: 'reviewerID',
      item: 'asin',
      value: 'overall',
      timestamp: (row) => Number(row.unixReviewTime) * 1000,
    });
    expect([count, data.userCount, data.itemCount, data.size]).toEqual([rows, users, items, pairs]);
  });

  it('amazon-in-appliances has 9,576 rows with prices in rupees', async ({ skip }) => {
    const path = sharedData('amazon-in-appliances/all_appliances.csv.gz') ?? skip('no amazon-in-appliances under ATTUNE_DATA');
    const rows: Record<string, string>[] = [];
    for await (const row of readCsv(path)) rows.push(row);
    expect(rows.length).toBe(9576);
    expect(rows[0]).toMatchObject({ main_category: 'appliances', no_of_ratings: '1,28,941', actual_price: '₹1,245' });
    expect(new Set(rows.map((row) => /\/dp\/([A-Z0-9]{10})/.exec(row.link)?.[1])).size).toBe(8717);
  });
});
