import { type Id, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { xxHash32 } from '../numeric/xx-hash.ts';
import { type Check, number, optional, readOptions, text } from '../options.ts';
import { readShares } from './shares.ts';

/** Options of {@link experiment}. */
export interface ExperimentOptions<V extends string = string> {
  /** Names it in exposures. */
  name: string;
  /** The share of each variant; together 1. The first is the control unless the analysis says otherwise. */
  variants: Readonly<Record<V, number>>;
  /** What users are hashed with. Another salt is another division of the users. Default the name. */
  salt?: string | undefined;
  /** The share of all users that take part, from 0 to 1. Default 1. When it is raised later, existing participants keep their variants. */
  traffic?: number | undefined;
  /** Where exposures go, such as the `events` of a data store. Only `expose` needs it. */
  events?: ExposureSink | undefined;
}

/** What takes exposures: the `events` of every data store does. */
export interface ExposureSink {
  /** Appends one event. */
  append(event: Exposure): unknown;
}

/** The event recorded when a user sees a variant. */
export interface Exposure {
  /** Who. */
  user: string;
  /** Always `'exposure'`. */
  type: 'exposure';
  /** When, in milliseconds since 1970. */
  timestamp: number;
  /** Name of the experiment. */
  experiment: string;
  /** Which variant. */
  variant: string;
  /** Anything else that JSON holds; allowed by stores. */
  [field: string]: unknown;
}

/** Assigns users to variants, and records who has seen what. */
export interface Experiment<V extends string = string> {
  /** Names it in exposures. */
  readonly name: string;
  /** The share of each variant. */
  readonly variants: Readonly<Record<V, number>>;
  /** The variant of a user, or undefined for one who does not take part. A number given as an id stands for its digits. The same on every machine and in every version of attune. */
  variantOf(user: Id): V | undefined;
  /**
   * The variant of a user who is about to see it; appends an exposure the first time. Call it where the variants differ, not before: users
   * who cannot notice a difference only dilute it. A failed append rejects, and is tried again with the next call.
   * @param timestamp milliseconds since 1970. Default now.
   * @throws ERR_NOT_SUPPORTED without the option `events`.
   */
  expose(user: Id, timestamp?: number): Promise<V | undefined>;
}

/**
 * Makes an experiment. A user's variant is a function of the salt and the id alone (xxHash32 of `salt NUL id`, as a share of 2^32), so there
 * is nothing to store, and experiments with different salts divide users independently.
 *
 * @throws ERR_BAD_OPTION when shares are not positive or do not add up to 1.
 */
export function experiment<V extends string>(options: ExperimentOptions<V>): Experiment<V> {
  const o = readOptions('experiment', options, {
    name: text(),
    variants: readShares,
    salt: optional(text()),
    traffic: number({ default: 1, min: 0, max: 1 }),
    events: exposureSink,
  });
  const salt = o.salt ?? o.name;
  const variants = o.variants as Record<V, number>;
  const names = Object.keys(variants) as V[];
  const exposed = new Map<string, Promise<unknown>>();

  const variantOf = (id: Id): V | undefined => {
    const user = readId(id, `experiment '${o.name}'`);
    if (o.traffic < 1 && share(`${salt}\0traffic\0${user}`) >= o.traffic) return undefined;
    const at = share(`${salt}\0${user}`);
    let end = 0;
    for (const name of names) if (at < (end += variants[name])) return name;
    return names.at(-1); // rounding: shares may add up to slightly less than 1
  };

  return {
    name: o.name,
    variants: Object.freeze({ ...variants }),
    variantOf,
    async expose(id, timestamp = Date.now()) {
      const user = readId(id, `experiment '${o.name}'`);
      if (!Number.isFinite(timestamp)) {
        throw new AttuneError(
          'ERR_BAD_ARGUMENT',
          `experiment '${o.name}': expected the time in milliseconds since 1970, got ${shown(timestamp)}.`,
        );
      }
      const variant = variantOf(user);
      const { events } = o;
      if (!events) {
        throw new AttuneError('ERR_NOT_SUPPORTED', `experiment '${o.name}': expose needs the option 'events', such as store.events.`);
      }
      if (variant === undefined) return undefined;
      if (!exposed.has(user)) {
        const event: Exposure = { user, type: 'exposure', timestamp, experiment: o.name, variant };
        const appended = (async () => events.append(event))();
        exposed.set(user, appended);
        appended.catch(() => exposed.delete(user));
      }
      await exposed.get(user);
      return variant;
    },
  };
}

const exposureSink: Check<ExposureSink | undefined> = (value, name) => {
  if (value === undefined || typeof (value as ExposureSink | null)?.append === 'function') return value as ExposureSink | undefined;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must have a method append, such as store.events, got ${shown(value)}.`);
};

const encoder = new TextEncoder();

/** A deterministic number in [0, 1) for a text. */
function share(text: string): number {
  return xxHash32(encoder.encode(text)) / 2 ** 32;
}
