import { readId } from '../data/ids.ts';
import { readTime } from '../data/time-column.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, checkIterable, number, optional, readOptions, text } from '../options.ts';
import { type FeatureRow, type FeatureSource, rowsSource } from './feature-source.ts';

/** Features that are kept together: of users, of items, or of anything else with an id. */
export interface FeatureView {
  /** Name of the view. */
  name: string;
  /** What it describes: the field of the asked rows that has the id, such as `'user'` or `'item'`. */
  entity: string;
  /** Column with the id in the source. Default: as `entity`. */
  key?: string | undefined;
  /** Where rows are: an array, a function that reads them, or a source such as `postgresFeatures(pool, { table })`. */
  source: FeatureSource | Iterable<FeatureRow> | (() => Iterable<FeatureRow> | AsyncIterable<FeatureRow>);
  /** Column with the moment from which on values hold. Default `'event_timestamp'`, as Feast has it. */
  timestamp?: string | undefined;
  /** Column with the moment at which a row was written, null for unknown. Of rows of one moment the latest counts. Default: none. */
  created?: string | undefined;
  /** How old values may be, in milliseconds. Default: any age. */
  ttlMs?: number | undefined;
  /** Columns with features. */
  features: readonly string[];
}

/** A row to be completed: the ids that views ask for, and when. */
export interface FeatureQuestion {
  /** When: milliseconds since 1970, a Date, or an ISO 8601 text. */
  readonly timestamp?: number | string | Date | undefined;
  /** Ids by entity. */
  readonly [entity: string]: unknown;
}

/** Values of features by `view:feature`; null where there is none. */
export type FeatureValues = Record<string, unknown>;

/** Features by name and time. */
export interface FeatureStore {
  /** Names of all features, `view:feature`. */
  readonly names: readonly string[];
  /**
   * For training: the values that were known at the time of each row, and none from after it.
   * @param rows with the ids and a `timestamp`
   * @param names which features; default all
   * @throws ERR_BAD_OPTION for an unknown name; ERR_BAD_ID, ERR_BAD_VALUE naming the row (from 0)
   */
  at(rows: Iterable<FeatureQuestion>, names?: readonly string[]): Promise<FeatureValues[]>;
  /** For serving: the newest values, by the same rules, at this moment. */
  now(rows: Iterable<FeatureQuestion>, names?: readonly string[]): Promise<FeatureValues[]>;
}

/**
 * Reads features of users and items by name and time, so that training and serving get the same values: for each row the newest value
 * that is not younger than the row and not older than the view's time to live (a point-in-time join, with the rules of Feast).
 *
 * @throws ERR_BAD_OPTION, ERR_DUPLICATE
 * @example
 * const features = featureStore([{ name: 'items', entity: 'item', source: () => readParquet('items.parquet'), features: ['price'] }]);
 * await features.at([{ item: 'B01', timestamp: 1.7e12 }], ['items:price']);
 */
export function featureStore(views: readonly FeatureView[]): FeatureStore {
  const read = Array.from(checkIterable('featureStore', 'views', views), readView);
  const byName = new Map<string, { view: ReturnType<typeof readView>; feature: string }>();
  for (const view of read) {
    for (const feature of view.features) {
      const name = `${view.name}:${feature}`;
      if (byName.has(name)) throw new AttuneError('ERR_DUPLICATE', `featureStore: there are two features ${shown(name)}.`);
      byName.set(name, { view, feature });
    }
  }
  const all = [...byName.keys()];
  const answer = async (
    owner: string,
    rows: Iterable<FeatureQuestion>,
    names: readonly string[],
    time: (row: FeatureQuestion, k: number) => number,
  ) => {
    const asked = [...checkIterable(owner, 'rows', rows)];
    if (!Array.isArray(names)) throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an array of names, got ${shown(names)}.`);
    const unknown = names.findIndex((name) => !byName.has(name));
    if (unknown >= 0) {
      throw new AttuneError('ERR_BAD_OPTION', `${owner}: there is no feature ${shown(names[unknown])}. There are: ${all.join(', ')}.`);
    }
    const odd = asked.findIndex((row) => row === null || typeof row !== 'object');
    if (odd >= 0) throw new AttuneError('ERR_BAD_ROW', `${owner}: row ${odd}: expected an object, got ${shown(asked[odd])}.`);
    const values: FeatureValues[] = asked.map(() => ({}));
    const times = asked.map(time);
    for (const view of new Set(names.map((name) => byName.get(name)?.view))) {
      if (!view) continue;
      const wanted = names.filter((name) => byName.get(name)?.view === view);
      const moments = asked.map((row, k) => ({ key: readId(row[view.entity], `${owner}: row ${k}: ${view.entity}`), time: times[k] }));
      const found = await view.source.join(moments, view.columns);
      if (!Array.isArray(found) || found.length !== moments.length)
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `${owner}: expected ${moments.length} rows of the source of ${shown(view.name)}, got ${shown(found)}.`,
        );
      found.forEach((row, k) => {
        for (const name of wanted) values[k][name] = row?.[(byName.get(name) as { feature: string }).feature] ?? null;
      });
    }
    return values;
  };
  return {
    names: all,
    at: (rows, names = all) =>
      answer('features.at', rows, names, ({ timestamp }, k) => {
        const time = readTime(timestamp);
        if (time !== undefined && Number.isFinite(time)) return time;
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `features.at: row ${k}: expected milliseconds since 1970 as timestamp, got ${shown(timestamp)}.`,
        );
      }),
    now(rows, names = all) {
      const now = Date.now();
      return answer('features.now', rows, names, () => now);
    },
  };
}

function readView(given: FeatureView) {
  const owner = 'featureStore: view';
  const o = readOptions(owner, given, {
    name: text(),
    entity: text(),
    key: optional(text()),
    source: anything<FeatureView['source']>(),
    timestamp: text({ default: 'event_timestamp' }),
    created: optional(text()),
    ttlMs: number({ default: Number.MAX_VALUE, above: 0 }),
    features: (value, name) => {
      const features = Array.isArray(value) ? value : [];
      if (features.length > 0 && features.every((each) => typeof each === 'string' && each !== '')) return features as string[];
      throw new AttuneError('ERR_BAD_OPTION', `${name} must be names of columns, got ${shown(value)}.`);
    },
  });
  const columns = {
    entity: o.key ?? o.entity,
    timestamp: o.timestamp,
    created: o.created,
    features: o.features,
    ttlMs: o.ttlMs === Number.MAX_VALUE ? Number.POSITIVE_INFINITY : o.ttlMs,
  };
  return { name: o.name, entity: o.entity, features: o.features, columns, source: sourceOf(o.source, o.name) };
}

function sourceOf(source: FeatureView['source'] | undefined, name: string): FeatureSource {
  if (typeof (source as FeatureSource | undefined)?.join === 'function' && !ArrayBuffer.isView(source) && !Array.isArray(source))
    return source as FeatureSource;
  if (typeof source === 'function') return rowsSource(source);
  if (typeof source === 'object' && source !== null && Symbol.iterator in source) {
    // An iterator, such as a generator that runs, can be read once only.
    const isIterator: boolean = source[Symbol.iterator]() === (source as unknown);
    return rowsSource(isIterator ? [...source] : source);
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `featureStore: the source of view ${shown(name)} must be rows, a function that reads them, or a feature source, got ${shown(source)}.`,
  );
}
