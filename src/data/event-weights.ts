import { AttuneError, shown } from '../errors.ts';
import { readOptions } from '../options.ts';
import { fieldOption } from './fields.ts';
import type { Field } from './interactions-options.ts';

/** Options of {@link eventWeights}. */
export interface EventWeightsOptions<Row = Record<string, unknown>> {
  /** The kind of an event: a key of a row, or a function of it. Default `'event'`. */
  event?: Field<Row> | undefined;
}

/**
 * Values of events by their kind, for the option `value` of `Interactions.from`: a purchase says more than a view, and a dislike speaks against
 * an item. Which models read the size of values and what they do with those below 0 says docs/learning-from-events.md.
 *
 * A row whose kind has no weight is a bad row: give it the weight 0 to keep it as known and no more, or leave it out with `onBadRow: 'skip'`.
 *
 * @param weights a number by kind of event
 * @throws ERR_BAD_OPTION without weights, or for one that is no finite number
 * @example
 * const train = await Interactions.from(events, { value: eventWeights({ view: 1, cart: 3, purchase: 10, dislike: -2 }), duplicates: 'sum' });
 */
export function eventWeights<Row = Record<string, unknown>>(
  weights: Readonly<Record<string, number>>,
  options: EventWeightsOptions<Row> = {},
): (row: Row, index: number) => number | undefined {
  const { event } = readOptions('eventWeights', options, { event: fieldOption('event') });
  const entries = weights !== null && typeof weights === 'object' ? Object.entries(weights) : [];
  const wrong = entries.find(([, weight]) => typeof weight !== 'number' || !Number.isFinite(weight));
  if (entries.length === 0 || wrong) {
    const got = wrong ? `${shown(wrong[1])} for ${shown(wrong[0])}` : shown(weights);
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `eventWeights: expected a finite number by kind of event, such as { view: 1, purchase: 10 }, got ${got}.`,
    );
  }
  const byKind = new Map(entries);
  return (row, index) => {
    if (typeof row !== 'object' || row === null)
      throw new AttuneError('ERR_BAD_ROW', `Row ${index}: expected an object, got ${shown(row)}.`);
    const kind = event(row, index);
    const weight = typeof kind === 'object' ? undefined : byKind.get(String(kind));
    if (weight !== undefined) return weight;
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `Row ${index}: expected one of the events ${[...byKind.keys()].map(shown).join(', ')}, got ${shown(kind)}. Give it a weight, 0 for one that says nothing, or pass onBadRow: 'skip'.`,
    );
  };
}
