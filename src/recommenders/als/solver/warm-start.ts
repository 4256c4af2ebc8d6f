import type { IdMap } from '../../../data/id-map.ts';
import { AttuneError } from '../../../errors.ts';
import { uniform } from '../../../numeric/random.ts';
import type { AlsModel } from '../model.ts';
import type { AlsSettings } from '../options.ts';

/** The random rows that a fit starts from; the same seed gives the same. Implicit feedback starts near zero, where its loss is flat. */
export function randomStart(count: number, s: AlsSettings): Float32Array {
  return uniform(s.seed, count * s.factors, s.feedback === 'implicit' ? 0.01 : 1 / Math.sqrt(s.factors));
}

/**
 * Item rows to start a fit from: those of an earlier model where it knows the item, random ones elsewhere. Users need no start
 * of their own, since the first thing a fit does is to solve them from the items.
 * @throws ERR_BAD_OPTION when the earlier model has another number of factors
 */
export function warmItems(earlier: AlsModel, items: IdMap, s: AlsSettings): Float32Array {
  const f = s.factors;
  if (earlier.settings.factors !== f) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `AlsRecommender.fit: option 'warmStart' must be a model of ${f} factors, got one of ${earlier.settings.factors}. Make both with the same number of factors.`,
    );
  }
  const start = randomStart(items.size, s);
  for (let i = 0; i < items.size; i++) {
    const known = earlier.items.indexOf(items.idAt(i));
    if (known >= 0) start.set(earlier.itemFactors.subarray(known * f, (known + 1) * f), i * f);
  }
  return start;
}
