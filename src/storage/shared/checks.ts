import type {
  EventFilter,
  FirstOrLast,
  InteractionSelection,
  PutInteractionsOptions,
  PutOptions,
  RowListOptions,
  RowPage,
  RowPageOptions,
  RowSource,
} from '../../contracts/data-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { anything, checkIterable, choice, flag, integer, number, optional, readOptions, workOptions } from '../../options.ts';
import { lookupKey } from './rows.ts';

/** The rows requested of a page. */
export interface PageRequest {
  limit: number;
  offset: number;
  /** Only rows after this position, a number of 64 bits. */
  after?: string | undefined;
}

/** Checks the options of `page`. @throws ERR_BAD_OPTION */
export function readPage(options: RowPageOptions | undefined): PageRequest {
  const o = readOptions('page', options, {
    limit: integer({ default: 100, min: 1 }),
    offset: integer({ default: 0, min: 0 }),
    after: anything<string | undefined>(),
  });
  const isPosition = typeof o.after === 'string' && /^-?\d{1,19}$/.test(o.after) && BigInt.asIntN(64, BigInt(o.after)) === BigInt(o.after);
  if (o.after !== undefined && !isPosition) {
    throw new AttuneError('ERR_BAD_OPTION', `page: option 'after' must be the 'next' of another page, got ${shown(o.after)}.`);
  }
  return o;
}

/** A page from up to `limit` + 1 rows; the extra row means that there is a next page. */
export function pageOf<Row>(rows: { place: number | string; row: Row }[], limit: number): RowPage<Row> {
  const page: RowPage<Row> = { rows: rows.slice(0, limit).map((entry) => entry.row) };
  if (rows.length > limit) page.next = String(rows[limit - 1].place);
  return page;
}

/** Checks the options of the lists of one user or item. @throws ERR_BAD_OPTION */
export function readList(options: RowListOptions | undefined): { newestFirst: boolean; limit: number | undefined } {
  return readOptions('ofUser, ofItem', options, listChecks);
}

/** A filter of events: one of the types and a user, or undefined for any, and a time from `since` to before `until`. */
export interface EventCondition {
  user?: string | undefined;
  types: string[] | undefined;
  since: number;
  until: number;
}

/** Checks a filter of events. @throws ERR_BAD_OPTION */
export function readFilter(filter: EventFilter | undefined): EventCondition {
  const o = readOptions('events', filter, filterChecks);
  // A text that no row can have is a user without events.
  const user = o.user === undefined ? undefined : (lookupKey(o.user, 'events: user') ?? '');
  return { user, types: o.type, since: o.since, until: o.until };
}

/** Checks what `events.ofUser` takes. @throws ERR_BAD_OPTION */
export function readFilteredList(options: (RowListOptions & EventFilter) | undefined) {
  const o = readOptions('events.ofUser', options, { ...listChecks, ...filterChecks });
  return { newestFirst: o.newestFirst, limit: o.limit, types: o.type, since: o.since, until: o.until };
}

/** Checks the options of `products.putMany`. @throws ERR_BAD_OPTION */
export function readPut(options: PutOptions | undefined) {
  return readOptions('products.putMany', options, workOptions);
}

/** Checks the options of `interactions.putMany`. @throws ERR_BAD_OPTION */
export function readPutInteractions(options: PutInteractionsOptions | undefined) {
  return readOptions('interactions.putMany', options, {
    unknownProducts: choice(['reject', 'stub'], 'reject'),
    onConflict: choice(['replace', 'newest', 'sum'], 'replace'),
    ...workOptions,
  });
}

/** Checks what a delete was given, and turns it into one of its forms. @throws ERR_BAD_ARGUMENT */
export function firstOrLast(what: unknown): FirstOrLast | undefined {
  if (what === null || typeof what !== 'object' || Symbol.iterator in what) return undefined;
  const keys = Object.keys(what);
  if (keys.length !== 1 || (keys[0] !== 'first' && keys[0] !== 'last')) return undefined;
  const count = (what as Record<string, unknown>)[keys[0]];
  if (Number.isInteger(count) && (count as number) >= 0) return what as FirstOrLast;
  throw new AttuneError('ERR_BAD_ARGUMENT', `delete: expected a whole number from 0 as '${keys[0]}', got ${shown(count)}.`);
}

/** The texts of ids to look up; texts that no row can have are left out. @throws ERR_BAD_ID for what is neither text nor a whole number */
export function lookupKeys(ids: Iterable<unknown>, what: string): string[] {
  return Array.from(ids, (id) => lookupKey(id, what)).filter((id) => id !== undefined);
}

/** Whether rows come as a stream. @throws ERR_BAD_ARGUMENT when they cannot be iterated at all. */
export function isStream<Row>(rows: RowSource<Row>): rows is AsyncIterable<Row> {
  if (rows !== null && typeof rows === 'object' && Symbol.asyncIterator in rows) return true;
  checkIterable('putMany', 'rows', rows as Iterable<Row>);
  return false;
}

/** What to delete: all rows of a user, an item or a pair, or the row with a number. */
export type SelectedRow =
  | { by: 'user' | 'item'; values: [id: string] }
  | { by: 'pair'; values: [user: string, item: string] }
  | { by: 'id'; values: [id: number] };

/** Reads the whole selection before anything is deleted; ids that cannot exist are left out. @throws ERR_BAD_ARGUMENT */
export function selectedRows(what: InteractionSelection): SelectedRow[] {
  if (firstOrLast(what)) return [];
  if (what !== null && typeof what === 'object') {
    const byId = (by: 'user' | 'item', ids: Iterable<unknown>) => {
      return lookupKeys(checkIterable('delete', `ids as '${by}s'`, ids), `delete: ${by}s`).map((id): SelectedRow => ({ by, values: [id] }));
    };
    if ('users' in what) return byId('user', what.users);
    if ('items' in what) return byId('item', what.items);
    if ('ids' in what)
      return Array.from(checkIterable('delete', "numbers as 'ids'", what.ids), (id) => ({ by: 'id', values: [rowNumber(id)] }));
    if ('pairs' in what) {
      return [...checkIterable('delete', "rows { user, item } as 'pairs'", what.pairs)].flatMap((pair): SelectedRow[] => {
        const [user, item] = [lookupKey(pair?.user, 'delete: user of a pair'), lookupKey(pair?.item, 'delete: item of a pair')];
        return user === undefined || item === undefined ? [] : [{ by: 'pair', values: [user, item] }];
      });
    }
  }
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `delete: expected { pairs }, { users }, { items }, { ids }, { first } or { last }, got ${shown(what)}.`,
  );
}

function rowNumber(id: unknown): number {
  if (Number.isSafeInteger(id)) return id as number;
  throw new AttuneError('ERR_BAD_ID', `delete: ids: expected the number of a row, got ${shown(id)}.`);
}

/** Checks what `transaction` was given. @throws ERR_BAD_ARGUMENT */
export function readWork<F>(work: F): F {
  if (typeof work === 'function') return work;
  throw new AttuneError('ERR_BAD_ARGUMENT', `transaction: expected a function of the store, got ${shown(work)}.`);
}

const listChecks = {
  newestFirst: flag(false),
  limit: optional(integer({ min: 0 })),
};

const filterChecks = {
  user: anything<unknown>(),
  type: optional((value: unknown, name: string): string[] => {
    const types = Array.isArray(value) ? value : [value];
    for (const type of types) {
      if (typeof type !== 'string') throw new AttuneError('ERR_BAD_OPTION', `${name} must be a text or several, got ${shown(type)}.`);
    }
    return types;
  }),
  since: number({ default: Number.MIN_SAFE_INTEGER }),
  until: number({ default: Number.MAX_SAFE_INTEGER }),
};

/** Checks a position and the name of its source. @throws ERR_BAD_ARGUMENT */
export function readPosition(source: unknown, position?: unknown): string {
  if (typeof source !== 'string' || source === '' || source.includes('\0')) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `positions: expected the name of a source, got ${shown(source)}.`);
  }
  if (position === undefined || (Number.isSafeInteger(position) && (position as number) >= 0)) return source;
  throw new AttuneError('ERR_BAD_ARGUMENT', `positions: expected a whole number from 0, got ${shown(position)}.`);
}
