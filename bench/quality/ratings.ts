import { join } from 'node:path';
import { Interactions, type Split, type SplitOptions, split } from 'attune';
import { gzLines } from '../support/data.ts';

/** Reads a data set that has no test part of its own, and cuts one off. */
type Reader = (folder: string) => { train: Interactions; test: Interactions };

/** Reviews of Amazon in the format of 2018; several of a pair count once. */
export const amazonReviews =
  (file: string): Reader =>
  (folder) => {
    const rows = gzLines(join(folder, file)).map((line) => {
      const { reviewerID, asin, overall, unixReviewTime } = JSON.parse(line);
      return [reviewerID, asin, overall, unixReviewTime];
    });
    return cut(rows, { strategy: 'leave-last-out' });
  };

/** Ratings of films, lines of user, item, stars and seconds. */
export const filmRatings =
  (file: string, mark: string): Reader =>
  (folder) => {
    const rows = gzLines(join(folder, file)).map((line) => line.split(mark));
    return cut(
      rows.filter(([, , stars]) => Number(stars) > 0),
      { strategy: 'per-user', testFraction: 0.2, seed: 1 },
    );
  };

function cut(rows: string[][], how: SplitOptions) {
  const all = Interactions.fromColumns({
    users: rows.map(([user]) => user),
    items: rows.map(([, item]) => item),
    values: Float32Array.from(rows, ([, , value]) => Number(value)),
    timestamps: Float64Array.from(rows, ([, , , seconds]) => 1000 * Number(seconds)),
  });
  const { train, test } = split(all, how) as Split;
  return { train, test };
}
