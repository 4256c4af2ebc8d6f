import { AttuneError, shown } from '../errors.ts';
import type { AnalyzeOptions, LoggedEvent, ReadMetric } from './analyze.ts';
import type { Experiment } from './experiment.ts';

/** What users of each variant did. */
export interface Outcomes {
  /** By variant, then by metric: one value a user during their time, and before it; users in the same order everywhere. */
  groups: Record<string, Record<string, { values: number[]; before: number[] }>>;
  /** Users that saw one variant, whether their time is over or not. */
  exposed: Record<string, number>;
  /** Exposed users that are not in the groups. */
  leftOut: {
    /** Their time is not over. */
    notYetOver: number;
    /** They saw more than one variant. */
    severalVariants: number;
    /** They saw a variant that the experiment does not have. */
    unknownVariant: number;
    /** They came after the first `maximumUsers`. */
    afterMaximum: number;
  };
}

/** First exposures. */
interface Exposed {
  variant: string;
  time: number;
  several: boolean;
}

/** What an event is worth in a metric. */
interface Worth {
  metric: string;
  time: number;
  value: number;
}

/** Reads the events once, and gives each user what they did in time. */
export async function outcomesOf(
  experiment: Pick<Experiment, 'name' | 'variants'>,
  o: Pick<AnalyzeOptions, 'events' | 'windowMs' | 'maximumUsers'> & { metrics: Record<string, ReadMetric>; now: number },
): Promise<Outcomes> {
  const { users, worth } = await read(experiment.name, o);
  const names = Object.keys(o.metrics);
  const variants = Object.keys(experiment.variants);
  const columns = () => Object.fromEntries(names.map((name) => [name, { values: [] as number[], before: [] as number[] }]));
  const groups: Outcomes['groups'] = Object.fromEntries(variants.map((variant) => [variant, columns()]));
  const exposed = Object.fromEntries(variants.map((variant) => [variant, 0]));
  const leftOut = { notYetOver: 0, severalVariants: 0, unknownVariant: 0, afterMaximum: 0 };
  let taken = 0;

  const inOrder = Array.from(users).sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1));
  for (const [user, { variant, time, several }] of inOrder) {
    if (several) leftOut.severalVariants++;
    else if (!Object.hasOwn(groups, variant)) leftOut.unknownVariant++;
    else {
      exposed[variant]++;
      if (time + o.windowMs > o.now) {
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
          const parts = own.filter((each) => each.metric === name && each.time >= from && each.time < until);
          return value ? parts.reduce((total, part) => total + part.value, 0) : Number(parts.length > 0);
        };
        groups[variant][name].values.push(sum(time, time + o.windowMs));
        groups[variant][name].before.push(beforeMs > 0 ? sum(time - beforeMs, time) : 0);
      }
    }
  }
  return { groups, exposed, leftOut };
}

async function read(experiment: string, { events, metrics }: { events: AnalyzeOptions['events']; metrics: Record<string, ReadMetric> }) {
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
    const exposes = event?.type === 'exposure' && event.experiment === experiment;
    if (exposes || counting.length > 0 || typeof event !== 'object' || event === null) check(event, row);
    row++;
    const { user, time } = event;
    if (exposes) {
      const before = users.get(user);
      const variant = String(event.variant);
      if (!before) users.set(user, { variant, time, several: false });
      else {
        before.several ||= before.variant !== variant;
        before.time = Math.min(before.time, time);
      }
    }
    for (const [metric, definition] of counting) {
      const one = { metric, time, value: definition.value ? finite(definition.value(event), metric, event) : 1 };
      const own = worth.get(user);
      if (own) own.push(one);
      else worth.set(user, [one]);
    }
  }
  return { users, worth };
}

/** Only what counts is checked: a log may hold anything else beside it. */
function check(event: LoggedEvent, row: number): void {
  if (typeof event !== 'object' || event === null) {
    throw new AttuneError('ERR_BAD_ROW', `analyzeExperiment: event ${row}: expected an object { user, type, time }, got ${shown(event)}.`);
  }
  if (typeof event.user !== 'string' || event.user === '') {
    throw new AttuneError('ERR_BAD_ID', `analyzeExperiment: event ${row}: expected a user id that is not empty, got ${shown(event.user)}.`);
  }
  if (!Number.isFinite(event.time)) {
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `analyzeExperiment: event ${row}: expected a time in milliseconds since 1970, got ${shown(event.time)}. Convert it first.`,
    );
  }
}

function finite(value: unknown, metric: string, event: LoggedEvent): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `analyzeExperiment: expected 'value' of metric '${metric}' to give a finite number, got ${shown(value)} for an event '${event.type}' of user ${shown(event.user)}.`,
  );
}
