import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';

/** One list that somebody saw, and what they did with it. */
export interface ClickSession {
  /** What the list answered. Default: all lists answer the same. */
  query?: string;
  /** What was shown, from the top. */
  items: readonly string[];
  /** Which of them were clicked. */
  clicked: readonly string[];
  /** Which of the clicked ones were bought. Left out, nothing is known of conversions. */
  converted?: readonly string[];
}

/** Sessions in columns: a pair is an item under a query. */
export interface SessionColumns {
  /** Where each session begins in `pairs` and `clicks`; one more than sessions. */
  offsets: Int32Array;
  pairs: Int32Array;
  clicks: Uint8Array;
  /** 1 bought, 0 not; only where clicked, and where the session says. 2 = unknown. */
  conversions: Uint8Array;
  /** Query of each session. */
  queries: Int32Array;
  /** Query of each pair. */
  queryOf: Int32Array;
  pairIndex: Map<string, number>;
  queryIndex: Map<string, number>;
  /** Longest list. */
  depth: number;
}

/** The key of a pair. */
export const pairKey = (query: string, item: string): string => `${query}\0${item}`;

/** @throws ERR_BAD_ROW naming the session; ERR_EMPTY; ERR_BAD_ARGUMENT */
export function columnsOf(sessions: Iterable<ClickSession>, known?: Pick<SessionColumns, 'pairIndex' | 'queryIndex'>): SessionColumns {
  checkIterable('A click model', 'sessions { items, clicked }', sessions);
  const offsets = [0];
  const pairs: number[] = [];
  const clicks: number[] = [];
  const conversions: number[] = [];
  const queries: number[] = [];
  const queryOf: number[] = [];
  const pairIndex = new Map(known?.pairIndex);
  const queryIndex = new Map(known?.queryIndex);
  let depth = 0;
  for (const session of sessions) {
    const { query = '', items, clicked, converted } = check(session, offsets.length - 1);
    const q = indexOf(queryIndex, query);
    queries.push(q);
    const [wasClicked, wasBought] = [new Set(clicked), new Set(converted)];
    for (const item of items) {
      const pair = indexOf(pairIndex, pairKey(query, item));
      queryOf[pair] = q;
      pairs.push(pair);
      clicks.push(wasClicked.has(item) ? 1 : 0);
      conversions.push(converted && wasClicked.has(item) ? Number(wasBought.has(item)) : 2);
    }
    depth = Math.max(depth, items.length);
    offsets.push(pairs.length);
  }
  if (pairs.length === 0) throw new AttuneError('ERR_EMPTY', 'Expected sessions with something shown, got none.');
  return {
    offsets: Int32Array.from(offsets),
    pairs: Int32Array.from(pairs),
    clicks: Uint8Array.from(clicks),
    conversions: Uint8Array.from(conversions),
    queries: Int32Array.from(queries),
    queryOf: Int32Array.from(queryOf),
    pairIndex,
    queryIndex,
    depth,
  };
}

function check(session: ClickSession, at: number): ClickSession {
  const bad = (expected: string, got: unknown) =>
    new AttuneError(
      'ERR_BAD_ROW',
      `Session ${at}: expected ${expected}, got ${shown(got)}. A session is { query, items, clicked, converted }.`,
    );
  if (typeof session !== 'object' || session === null) throw bad('an object', session);
  const { query, items, clicked, converted } = session;
  if (query !== undefined && typeof query !== 'string') throw bad('a query that is text', query);
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) throw bad('items as a list of ids', items);
  const shownItems = new Set(items);
  if (shownItems.size < items.length) throw bad('each item once', items);
  const within = (part: unknown, whole: ReadonlySet<string>) => Array.isArray(part) && part.every((item) => whole.has(item));
  if (!within(clicked, shownItems)) throw bad('clicked ones among the items', clicked);
  if (converted !== undefined && !within(converted, new Set(clicked))) throw bad('converted ones among the clicked', converted);
  return session;
}

function indexOf(index: Map<string, number>, key: string): number {
  let at = index.get(key);
  if (at === undefined) {
    at = index.size;
    index.set(key, at);
  }
  return at;
}
