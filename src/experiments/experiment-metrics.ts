import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, number, optional, readOptions } from '../options.ts';
import type { EventKeys, LoggedEvent } from './events.ts';

/** What is measured for each user. */
export interface ExperimentMetric<E extends EventKeys = LoggedEvent> {
  /** Which events count. */
  event: string | readonly string[];
  /**
   * What one of them is worth; a user's value is their sum, such as revenue. Default: a user has converted (1) when there is one, else not (0).
   */
  value?: ((event: E) => number) | undefined;
  /** Which way is better. Default `'higher'`. */
  better?: 'higher' | 'lower' | undefined;
  /** Makes it a guardrail metric: it need not improve, but must be shown not to be worse by this share of the control's mean. */
  margin?: number | undefined;
  /** Removes differences between users that existed before ({@link cuped}), by the same metric in this many milliseconds before their exposure. */
  beforeMs?: number | undefined;
}

/** A metric once checked. */
export interface ReadMetric {
  event: ReadonlySet<string>;
  value: ((event: EventKeys) => number) | undefined;
  better: 'higher' | 'lower';
  margin: number | undefined;
  beforeMs: number | undefined;
}

/** Checks metrics by name. @throws ERR_BAD_OPTION */
export function readMetrics(value: unknown, name: string): Record<string, ReadMetric> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name} must name at least one metric, such as { conversion: { event: 'purchase' } }, got ${shown(value)}.`,
    );
  }
  const read = entries.map(([key, metric]) => {
    const { event, ...rest } = readOptions(`${name}, '${key}'`, metric, {
      event: anything<string | readonly string[]>(),
      value: callback<(event: EventKeys) => number>(),
      better: choice(['higher', 'lower'], 'higher'),
      margin: optional(number({ above: 0 })),
      beforeMs: optional(number({ above: 0 })),
    });
    const types = typeof event === 'string' ? [event] : Array.isArray(event) ? event : [];
    if (types.length > 0 && types.every((type) => typeof type === 'string' && type !== '')) {
      return [key, { event: new Set<string>(types), ...rest }] as const;
    }
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name}, '${key}': option 'event' must be a type of event or a list of them, got ${shown(event)}.`,
    );
  });
  return Object.fromEntries(read);
}
