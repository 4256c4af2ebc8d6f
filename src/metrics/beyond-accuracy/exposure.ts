import { AttuneError } from '../../errors.ts';
import { checkIterable, number, optional, readOptions } from '../../options.ts';
import { type Recommended, readCount, readCutList } from '../arguments.ts';

/**
 * The part of the catalogue that occurs in at least one list. From 0 to 1. Ge, Delgado-Battenfeld & Jannach, RecSys 2010.
 *
 * @param lists one list per user, best first.
 * @param items size of the catalogue.
 * @param k where lists are cut; default their lengths.
 * @throws ERR_DUPLICATE when an item occurs twice in one list; ERR_BAD_ARGUMENT, also when the lists hold more items than the catalogue.
 */
export function coverage(lists: Iterable<Recommended>, items: number, k?: number): number {
  return exposures('coverage', lists, items, k, undefined).length / items;
}

/**
 * How unequally the lists treat the catalogue: the Gini index of how often each item occurs; items that never occur count as 0.
 * From 0 (all alike) to 1 - 1 / items (always the same one). Fleder & Hosanagar, Management Science 55(5), 2009; LensKit's ListGini.
 *
 * @param lists one list per user, best first.
 * @param items size of the catalogue.
 * @param k where lists are cut; default their lengths.
 * @param options `patience`: a place counts patience^(rank - 1) instead of 1 (LensKit's ExposureGini at 0.85); from 0 to 1, default 1.
 * @returns NaN when all lists are empty.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function gini(lists: Iterable<Recommended>, items: number, k?: number, options: { patience?: number | undefined } = {}): number {
  const { patience } = readOptions('gini', options, { patience: optional(number({ min: 0, max: 1 })) });
  return giniOf(exposures('gini', lists, items, k, patience), items);
}

/** The Gini index of amounts, to which as many zeros are added as are missing to `items`. Sorts `amounts`. */
export function giniOf(amounts: Float64Array, items: number): number {
  amounts.sort();
  let sum = 0;
  let weighted = 0;
  for (let at = 0; at < amounts.length; at++) {
    const rank = items - amounts.length + at + 1;
    sum += amounts[at];
    weighted += (2 * rank - items - 1) * amounts[at];
  }
  return weighted / (items * sum);
}

/** How much each item that occurs is shown, in no order. */
function exposures(metric: string, lists: Iterable<Recommended>, items: number, k: number | undefined, patience = 1): Float64Array {
  readCount(metric, items, 'the size of the catalogue');
  const amounts = new Map<string, number>();
  for (const list of checkIterable(metric, 'lists', lists)) {
    readCutList(metric, list, k).forEach((item, at) => {
      amounts.set(item, (amounts.get(item) ?? 0) + patience ** at);
    });
  }
  if (amounts.size > items) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${metric}: the lists hold ${amounts.size} items, but the catalogue is said to have ${items}.`,
    );
  }
  return Float64Array.from(amounts.values());
}
