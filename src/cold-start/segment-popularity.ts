import { type History, readHistory } from '../contracts/history.ts';
import type { KnownInteraction, Recommendation } from '../contracts/recommender.ts';
import { type Id, idSet, textOf } from '../data/ids.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, callback, checkIterable, checkNamed, integer, number, optional, readOptions } from '../options.ts';
import type { BridgeListOptions } from './bridge/bridge-options.ts';

/** The request that {@link segmentPopularity} receives as a source of a `HybridRanker`. */
export interface SegmentRequest extends BridgeListOptions {
  /** User id. */
  user?: string | undefined;
  /** What the visitor did. */
  history?: History | undefined;
  /** The request's context, such as the country or the page. */
  context?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of {@link segmentPopularity}. */
export interface SegmentPopularityOptions {
  /** Who chose what; rows with a value above 0 count. */
  interactions: Interactions;
  /** The segment in which a row counts, such as the user's country; undefined = in none. */
  segmentOfUser?: ((user: string) => string | undefined) | undefined;
  /** The segment of the visitor. Default: `segmentOfUser` of the user, or undefined. */
  segmentOfRequest?: ((request: SegmentRequest) => string | undefined) | undefined;
  /**
   * Strength of the prior, in rows of all users: its shares are (its rows of the item + prior * share of the item among all)
   * / (its rows + prior), so that a small segment does not follow three rows. From 0, default 100.
   */
  prior?: number | undefined;
  /** Half-life of a row in days. Above 0; default none: all rows count alike. Needs timestamps. */
  halfLifeDays?: number | undefined;
  /** Rows before this moment do not count, in milliseconds since 1970. Needs timestamps. */
  from?: number | undefined;
  /** Rows from this moment on do not count, and ages are counted from it. Default: all, and the newest row. */
  until?: number | undefined;
}

/** Popular items of a segment and a time; made by {@link segmentPopularity}. As a source of a `HybridRanker` it is a popular one. */
export interface SegmentPopularity {
  /** What kind of evidence it uses, as a source. */
  readonly role: 'popular';
  /** Names of the segments that have rows. */
  readonly segments: readonly string[];
  /** The most popular items of a segment, scores being shares of its rows; of all users for an unknown segment or none. @throws ERR_BAD_OPTION */
  top(segment: string | undefined, options?: BridgeListOptions): Recommendation[];
  /** Answers as a source. Items of the history are left out. */
  answer(request: SegmentRequest): Recommendation[];
  /** What a user did, in the interactions it counted; undefined for a user that is not among them. */
  interactionsOf(user: string): KnownInteraction[] | undefined;
}

/**
 * What is popular among people like the visitor and lately, for when nothing else is known of them. A segment is smoothed towards all users
 * (Dirichlet prior), so that it needs no minimum size. It is a snapshot: make another one for new interactions.
 *
 * @throws ERR_BAD_OPTION; ERR_BAD_ARGUMENT when times are asked for and there are none; ERR_EMPTY when no row counts.
 */
export function segmentPopularity(options: SegmentPopularityOptions): SegmentPopularity {
  const o = readOptions('segmentPopularity', options, {
    interactions: anything<Interactions>(),
    segmentOfUser: callback<(user: string) => string | undefined>(),
    segmentOfRequest: callback<(request: SegmentRequest) => string | undefined>(),
    prior: number({ default: 100, min: 0 }),
    halfLifeDays: optional(number({ above: 0 })),
    from: optional(number({})),
    until: optional(number({})),
  });
  if (!o.interactions?.byUser) {
    throw new AttuneError('ERR_BAD_OPTION', `segmentPopularity: option 'interactions' must be Interactions, got ${shown(o.interactions)}.`);
  }
  const { all, parts } = count(o.interactions, o);
  if (all.total === 0) {
    throw new AttuneError('ERR_EMPTY', "segmentPopularity: expected rows with a value above 0 between 'from' and 'until', got none.");
  }
  const { items } = o.interactions;
  const shareOf = ({ weights, total }: Counts) => {
    const shares = all.weights.map((weight, item) => (weights[item] + (o.prior * weight) / all.total) / (total + o.prior));
    const order = [...shares.keys()].filter((item) => shares[item] > 0);
    return order.sort((a, b) => shares[b] - shares[a] || a - b).map((item) => ({ item: items.idAt(item), score: shares[item] }));
  };
  const lists = new Map(Array.from(parts, ([segment, counts]) => [segment, shareOf(counts)]));
  const fallback = shareOf(all);
  const source: SegmentPopularity = {
    role: 'popular',
    segments: [...lists.keys()].sort(),
    top(segment, options = {}) {
      const { n, exclude, only } = readOptions('segmentPopularity.top', options, listChecks);
      const never = idSet(exclude ?? [], "segmentPopularity.top: option 'exclude'");
      const wanted = only && idSet(only, "segmentPopularity.top: option 'only'");
      const list = (segment === undefined ? undefined : lists.get(segment)) ?? fallback;
      const result: Recommendation[] = [];
      for (const entry of list) {
        if (result.length >= n) break;
        if (!never.has(entry.item) && (!wanted || wanted.has(entry.item))) result.push({ ...entry });
      }
      return result;
    },
    answer(request) {
      const owner = 'segmentPopularity.answer';
      const { history = [], n, exclude = [], only, ...rest } = checkNamed(owner, 'a request', request);
      const user = rest.user === undefined ? undefined : textOf(rest.user, `${owner}: user`);
      const segment = o.segmentOfRequest ? o.segmentOfRequest(request) : user === undefined ? undefined : o.segmentOfUser?.(user);
      const seen = readHistory(owner, history).map(({ item }) => item);
      return source.top(segment, { n, only, exclude: [...checkIterable(`${owner}: exclude`, 'item ids', exclude), ...seen] });
    },
    interactionsOf(user) {
      const row = o.interactions.users.indexOf(user);
      if (row < 0) return undefined;
      const { offsets, indices, values } = o.interactions.byUser;
      const own = indices.subarray(offsets[row], offsets[row + 1]);
      return Array.from(own, (item, k) => ({ item: items.idAt(item), value: values[offsets[row] + k] }));
    },
  };
  return source;
}

interface Counts {
  /** By item. */
  weights: Float64Array;
  total: number;
}

const msPerDay = 86_400_000;

const listChecks = {
  n: integer({ default: 10, min: 0 }),
  exclude: anything<Iterable<Id> | undefined>(),
  only: anything<Iterable<Id> | undefined>(),
};

function count(
  { userIndices, itemIndices, values, timestamps, users, itemCount }: Interactions,
  o: Pick<SegmentPopularityOptions, 'segmentOfUser' | 'halfLifeDays' | 'from' | 'until'>,
): { all: Counts; parts: Map<string, Counts> } {
  if (!timestamps && (o.halfLifeDays !== undefined || o.from !== undefined || o.until !== undefined)) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      "segmentPopularity: options 'halfLifeDays', 'from' and 'until' need interactions with timestamps. Name their column with the option 'timestamp' of Interactions.from.",
    );
  }
  const empty = (): Counts => ({ weights: new Float64Array(itemCount), total: 0 });
  const all = empty();
  const parts = new Map<string, Counts>();
  const segments = Array.from(users, (user) => o.segmentOfUser?.(user));
  const now = o.until ?? timestamps?.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) ?? 0;
  for (let row = 0; row < values.length; row++) {
    const time = timestamps?.[row] ?? 0;
    if (!(values[row] > 0) || (o.from !== undefined && time < o.from) || (o.until !== undefined && time >= o.until)) continue;
    const weight = o.halfLifeDays === undefined ? 1 : 2 ** (-Math.max(0, now - time) / (o.halfLifeDays * msPerDay));
    const segment = segments[userIndices[row]];
    const counted = [all];
    if (segment !== undefined) {
      const own = parts.get(segment) ?? empty();
      parts.set(segment, own);
      counted.push(own);
    }
    for (const one of counted) {
      one.weights[itemIndices[row]] += weight;
      one.total += weight;
    }
  }
  return { all, parts };
}
