import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export const reviews = Array.from({ length: 20 }, (_, k) => ({
  user_id: `A${k % 4}`,
  parent_asin: `B${k % 5}`,
  rating: 1 + (k % 5),
  sort_timestamp: 1.6e12 + k,
}));

writeFileSync('reviews.jsonl.gz', gzipSync(reviews.map((review) => JSON.stringify(review)).join('\n')));
writeFileSync('ratings.csv', 'user,item,stars\nA1,B1,5\nA2,B1,4\n');
