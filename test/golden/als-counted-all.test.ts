import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AlsRecommender, Interactions, type Recommendation } from 'attune';
import { describe, expect, it } from 'vitest';

// Files of a version whose regularization counted implicit values of 0 and below as well, with its answers.
const { rows, more, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'files/als-counted-all.json'), 'utf8'));
const load = (file: string) => AlsRecommender.fromBytes(gunzipSync(Buffer.from(file, 'base64')));

describe.each(Object.entries(cases) as [string, Record<'file', string> & Record<'stored' | 'folded' | 'updated', Recommendation[]>][])(
  'a file whose regularization by %s counted all values',
  (scaling, { file, stored, folded, updated }) => {
    it('gives the lists that it gave, to stored users and to visitors', () => {
      const als = load(file);
      expect(als.recommend('u1', { n: 5 })).toEqual(stored);
      expect(als.recommendFor(als.interactionsOf('u1'), { n: 5 })).toEqual(folded);
      expect(als.explain('u1', stored[0].item).contributions.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(stored[0].score, 5);
    });
    it('is updated as it was, also after it has been saved again', async () => {
      for (const als of [load(file), AlsRecommender.fromBytes(load(file).toBytes())]) {
        await als.partialFit(await Interactions.from(more));
        expect(als.recommend('u1', { n: 5 })).toEqual(updated);
      }
    });
    it('differs from a file of today, which counts positive values and says so', async () => {
      const als = await new AlsRecommender({
        factors: 4,
        iterations: 5,
        regularizationScaling: scaling as 'count',
        regularization: 0.5,
        seed: 1,
      }).fit(await Interactions.from(rows));
      const again = AlsRecommender.fromBytes(als.toBytes());
      const folded = again.recommendFor(again.interactionsOf('u1'), { n: 5 });
      als.recommend('u1', { n: 5 }).forEach(({ item, score }, k) => {
        expect(folded[k].item).toBe(item);
        expect(folded[k].score).toBeCloseTo(score, 5);
      });
      expect(als.recommend('u1', { n: 5 })).not.toEqual(stored);
    });
  },
);
