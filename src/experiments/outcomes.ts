import { AttuneError, shown } from '../errors.ts';
import { type EventKeys, readEvent } from './events.ts';
import type { Experiment, Exposure } from './experiment.ts';
import type { ReadMetric } from './experiment-metrics.ts';
import type { LeftOutUsers } from './experiment-report.ts';

/** What users of each variant did. */
export interface Outcomes {
  /** By variant, then by metric: one value per user within the window, and before it; users in the same order everywhere. */
  groups: Record<string, Record<string, { values: number[]; before: number[] }>>;
  /** Users that saw one variant, whether or not their window is over. */
  exposed: Record<string, number>;
  /** Exposed users that are not in the groups. */
  leftOut: LeftOutUsers;
}

/** First exposures. */
interface Exposed {
  variant: string;
  timestamp: number;
  several: boolean;
}

/** What an event is worth in a metric. */
interface Worth {
  metric: string;
  timestamp: number;
  value: number;
}

/** Where events come from, and what counts. */
interface EventSource {
  events: Iterable<EventKeys> | AsyncIterable<EventKeys>;
  metrics: Record<string, ReadMetric>;
}

/** Reads the events once and credits each user with those within their window. */
export async function outcomesOf(
  experiment: Pick<Experiment, 'name' | 'variants'>,
  o: EventSource & { windowMs: number; maximumUsers: number | undefined; now: number },
): Promise<Outcomes> {
  const { users, worth } = await read(experiment.name, o);
  const names = Object.keys(o.metrics);
  const variants = Object.keys(experiment.variants);
  const columns = () => Object.fromEntries(names.map((name) => [name, { values: [] as number[], before: [] as number[] }]));
  const groups: Outcomes['groups'] = Object.fromEntries(variants.map((variant) => [variant, columns()]));
  const exposed = Object.fromEntries(variants.map((variant) => [variant, 0]));
  const leftOut = { notYetOver: 0, severalVariants: 0, unknownVariant: 0, afterMaximum: 0 };
  let taken = 0;

  const inOrder = Array.from(users).sort(([a, x], [b, y]) => x.timestamp - y.timestamp || (a < b ? -1 : 1));
  for (const [user, { variant, timestamp, several }] of inOrder) {
    if (several) leftOut.severalVariants++;
    else if (!Object.hasOwn(groups, variant)) leftOut.unknownVariant++;
    else {
      exposed[variant]++;
      if (timestamp + o.windowMs > o.now) {
        leftOut.notYetOver++;
        continue;
      }
      if (taken === o.maximumUsers) {
        leftOut.afterMaximum++;
        continue;
      }
      taken++;
      const own = worth.get(user) ?? [];
      for (const name of names) {
        const { beforeMs = 0, value } = o.metrics[name];
        const sum = (from: number, until: number) => {
          const parts = own.filter((each) => each.metric === name && each.timestamp >= from && each.timestamp < until);
          return value ? parts.reduce((total, part) => total + part.value, 0) : Number(parts.length > 0);
        };
        groups[variant][name].values.push(sum(timestamp, timestamp + o.windowMs));
        groups[variant][name].before.push(beforeMs > 0 ? sum(timestamp - beforeMs, timestamp) : 0);
      }
    }
  }
  return { groups, exposed, leftOut };
}

async function read(experiment: string, { events, metrics }: EventSource) {
  const users = new Map<string, Exposed>();
  const worth = new Map<string, Worth[]>();
  if (typeof events !== 'object' || events === null || !(Symbol.iterator in events || Symbol.asyncIterator in events)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `analyzeExperiment: option 'events' must be a list or a stream of events, got ${shown(events)}.`,
    );
  }
  const definitions = Object.entries(metrics);
  let row = 0;
  for await (const event of events) {
    const counting = definitions.filter(([, definition]) => definition.event.has(event?.type));
    const exposure = event as Partial<Exposure>;
    const exposes = event?.type === 'exposure' && exposure.experiment === experiment;
    const at = row++;
    // Only events that count are validated: a log may contain anything else.
    if (!exposes && counting.length === 0 && typeof event === 'object' && event !== null) continue;
    const { user, timestamp } = readEvent(event, at);
    if (exposes) {
      const before = users.get(user);
      const variant = typeof exposure.variant === 'object' ? '' : String(exposure.variant);
      if (!before) users.set(user, { variant, timestamp, several: false });
      else {
        before.several ||= before.variant !== variant;
        before.timestamp = Math.min(before.timestamp, timestamp);
      }
    }
    for (const [metric, definition] of counting) {
      const one = { metric, timestamp, value: definition.value ? finite(definition.value(event), metric, event) : 1 };
      const own = worth.get(user);
      if (own) own.push(one);
      else worth.set(user, [one]);
    }
  }
  return { users, worth };
}

function finite(value: unknown, metric: string, event: EventKeys): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `analyzeExperiment: expected 'value' of metric '${metric}' to give a finite number, got ${shown(value)} for an event '${event.type}' of user ${shown(event.user)}.`,
  );
}
