import { type Id, idText } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';

/** One list that a user saw, and what they did with it. Ids that are numbers stand for their digits; what comes back has text. */
export interface ClickSession<I extends Id = Id> {
  /** What the list answered. Default: all lists answer the same. */
  query?: string | undefined;
  /** Ids of what was shown, from the top. */
  items: readonly I[];
  /** Which of them were clicked. */
  clicked: readonly I[];
  /** Which of the clicked ones were bought. When omitted, conversions are unknown. */
  converted?: readonly I[] | undefined;
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
export const pairKey = (query: string, item: Id): string => `${query}\0${item}`;

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

/** A session with its ids as text. */
interface ReadSession {
  query: string | undefined;
  items: string[];
  clicked: string[];
  converted: string[] | undefined;
}

function check(session: ClickSession, at: number): ReadSession {
  const bad = (expected: string, got: unknown) =>
    new AttuneError(
      'ERR_BAD_ROW',
      `Session ${at}: expected ${expected}, got ${shown(got)}. A session is { query, items, clicked, converted }.`,
    );
  if (typeof session !== 'object' || session === null) throw bad('an object', session);
  const { query, converted } = session;
  if (query !== undefined && typeof query !== 'string') throw bad('a query that is text', query);
  const items = textsOf(session.items);
  if (!items) throw bad('items as a list of ids (text or whole numbers)', session.items);
  const shownItems = new Set(items);
  if (shownItems.size < items.length) throw bad('each item once', items);
  const within = (part: unknown, whole: ReadonlySet<string>) => {
    const ids = textsOf(part);
    return ids?.every((item) => whole.has(item)) ? ids : undefined;
  };
  const clicked = within(session.clicked, shownItems);
  if (!clicked) throw bad('clicked ones among the items', session.clicked);
  const bought = converted === undefined ? undefined : within(converted, new Set(clicked));
  if (converted !== undefined && !bought) throw bad('converted ones among the clicked', converted);
  return { query, items, clicked, converted: bought };
}

function textsOf(ids: unknown): string[] | undefined {
  if (!Array.isArray(ids)) return undefined;
  const texts = ids.map((id) => (id === '' ? id : idText(id)));
  return texts.includes(undefined) ? undefined : texts;
}

function indexOf(index: Map<string, number>, key: string): number {
  let at = index.get(key);
  if (at === undefined) {
    at = index.size;
    index.set(key, at);
  }
  return at;
}
