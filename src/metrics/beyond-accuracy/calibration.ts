import { shown } from '../../errors.ts';
import { checkIterable, number, readOptions } from '../../options.ts';
import { lookup, type PerItem, type Recommended, readCutList, readList } from '../arguments.ts';

/**
 * How far the mix of categories in a list is from the mix in the user's history: the Kullback-Leibler divergence of Steck (RecSys
 * 2018), sum over categories of p ln(p / ((1 - alpha) q + alpha p)). From 0 (the same mix) to -ln(alpha); smaller is better.
 * An item with several categories counts fractionally in each.
 *
 * @param history the user's items in the training data.
 * @param categories categories of each item, such as genres; items without any are left out.
 * @param options `alpha`: smoothing, above 0 up to 1; default 0.01.
 * @returns NaN when list or history has no categories.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function miscalibration(
  recommended: Recommended,
  history: Recommended,
  categories: PerItem<Iterable<string>>,
  k?: number,
  options: { alpha?: number | undefined } = {},
): number {
  const { alpha } = readOptions('miscalibration', options, { alpha: number({ default: 0.01, above: 0, max: 1 }) });
  const categoriesOf = lookup('miscalibration', categories, 'categories (or a function)');
  const p = mix(readList('miscalibration', history), categoriesOf);
  const q = mix(readCutList('miscalibration', recommended, k), categoriesOf);
  if (p.size === 0 || q.size === 0) return Number.NaN;
  let divergence = 0;
  for (const [category, share] of p) divergence += share * Math.log(share / ((1 - alpha) * (q.get(category) ?? 0) + alpha * share));
  return Math.max(0, divergence);
}

/** Share of each category; the shares add up to 1. */
function mix(list: string[], categoriesOf: (item: string) => Iterable<string> | undefined): Map<string, number> {
  const shares = new Map<string, number>();
  let counted = 0;
  for (const item of list) {
    const own = new Set(checkIterable('miscalibration', `categories of ${shown(item)}`, categoriesOf(item) ?? []));
    if (own.size > 0) counted++;
    for (const category of own) shares.set(category, (shares.get(category) ?? 0) + 1 / own.size);
  }
  for (const [category, share] of shares) shares.set(category, share / counted);
  return shares;
}
