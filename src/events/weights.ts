import type { StreamEvent } from '../contracts/event-stream.ts';
import { AttuneError, shown } from '../errors.ts';
import { type Check, number } from '../options.ts';

const weight = number({});

/** Checks weights of types. @throws ERR_BAD_OPTION */
export const readWeights: Check<Readonly<Record<string, number>>> = (value, name) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be weights by type of event, such as { view: 1, purchase: 5 }, got ${shown(value)}.`);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) throw new AttuneError('ERR_BAD_OPTION', `${name} must name at least one type of event.`);
  return Object.fromEntries(entries.map(([type, each]) => [type, weight(each, `${name}: '${type}'`)]));
};

/** What an event counts as an interaction; undefined when it is none. */
export function weightOf({ type, item, value = 1 }: StreamEvent, weights: Readonly<Record<string, number>>): number | undefined {
  return item !== undefined && Object.hasOwn(weights, type) ? weights[type] * value : undefined;
}
