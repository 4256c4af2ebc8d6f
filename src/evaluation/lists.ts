import type { HistoryEntry } from '../contracts/history.ts';
import type { Recommender } from '../contracts/recommender.ts';
import { type Id, idText, indexOfId } from '../data/ids.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import type { ListColumns } from '../metrics/columnar/measure-lists.ts';
import { randomBelow, randomNumbers } from '../numeric/random.ts';
import { checkIterable, type Progress } from '../options.ts';
import { yieldNow } from '../work/yield-now.ts';
import { type ItemRows, type ItemSpace, type Plan, Rows } from './plan.ts';
import { byHistory } from './visiting-order.ts';

/** The request passed to a function that acts as a recommender. */
export interface ListRequest {
  /** Maximum number of items. */
  n: number;
  /** Items the user already has; they are removed from the answer, so skip them before counting to `n`. */
  exclude: readonly string[];
  /** Rank these and no others; undefined = all. */
  only: readonly string[] | undefined;
}

/** Anything that ranks: a page builder, a remote service, a mixture. Best first. */
export type ListFunction = (user: string, request: ListRequest) => RankedItems | Promise<RankedItems>;

/** Ids, or objects with one, best first. */
export type RankedItems = Iterable<
  | Id
  | {
      /** Item id. */
      readonly item: Id;
    }
>;

/** What {@link evaluate} needs of a recommender. */
export type EvaluableRecommender = Pick<Recommender, 'users' | 'items' | 'recommendMany' | 'recommendFor' | 'score'>;

/** What is ranked for each user: all items, all relevant ones among a number of random others, or those a function names (plus the relevant). */
export type Candidates =
  | 'all'
  | {
      /** How many random items that are not relevant. */
      negatives: number;
    }
  | ((user: string) => Iterable<Id>);

/** Options of {@link collectLists}. */
export interface CollectOptions {
  source: EvaluableRecommender | ListFunction;
  plan: Plan;
  space: ItemSpace;
  train: Interactions | undefined;
  n: number;
  candidates: Candidates;
  includeSeen: boolean;
  foldIn: boolean;
  seed: number;
  signal: AbortSignal | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
}

/** The lists of all planned users, and how many items each was chosen from. */
export interface CollectedLists {
  lists: ListColumns;
  candidates: Int32Array;
}

/** Requests the lists in chunks; between chunks it yields to the event loop and checks the signal. */
export async function collectLists(o: CollectOptions): Promise<CollectedLists> {
  const { plan, space, signal } = o;
  const chunk = typeof o.source === 'function' ? 32 : 256;
  const total = plan.ranked.length;
  // Functions are asked in the order of the users, as they may remember what they were asked.
  const order = typeof o.source !== 'function' && o.train ? byHistory(plan.ranked, o.train) : Int32Array.from(plan.ranked.keys());
  const rows = new Rows();
  const candidates = new Int32Array(total);
  let yielded = performance.now();
  for (let start = 0; start < total; start += chunk) {
    if (performance.now() - yielded > 25) {
      await yieldNow();
      yielded = performance.now();
    }
    signal?.throwIfAborted();
    const users = [...order.subarray(start, start + chunk)];
    const only = users.map((user) => candidatesOf(user, o));
    const lists = await ask(users, only, o);
    for (const [k, user] of users.entries()) {
      for (let place = 0; place < lists[k].length; place++) rows.push(lists[k][place]);
      rows.close();
      candidates[user] = candidateCount(user, only[k], o);
    }
    o.onProgress?.({ phase: 'evaluating', done: start + users.length, total });
  }
  signal?.throwIfAborted();
  const { offsets, indices } = inPlace(rows.columns(), order);
  if (offsets[total] > 0 && indices.some((item) => item < 0 || item >= space.size)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', 'evaluate: recommendMany returned an item index outside of its own items.');
  }
  return { lists: { offsets, items: indices }, candidates };
}

/** Row k of the result is the row that was made for user k. @param order the users whose rows they are */
function inPlace(rows: ItemRows, order: Int32Array): ItemRows {
  const offsets = new Int32Array(rows.offsets.length);
  order.forEach((user, k) => {
    offsets[user + 1] = rows.offsets[k + 1] - rows.offsets[k];
  });
  for (let user = 0; user < order.length; user++) offsets[user + 1] += offsets[user];
  const indices = new Int32Array(rows.indices.length);
  order.forEach((user, k) => {
    indices.set(rows.indices.subarray(rows.offsets[k], rows.offsets[k + 1]), offsets[user]);
  });
  return { offsets, indices };
}

/** Lists of a chunk in the item space, without anything of the training data. */
async function ask(users: number[], only: (string[] | undefined)[], o: CollectOptions): Promise<ArrayLike<number>[]> {
  const { source, plan, n, includeSeen } = o;
  if (typeof source === 'function') {
    const answers = users.map(async (user, k) =>
      toIndices(await source(plan.ranked[user], { n, exclude: seenIds(user, o), only: only[k] }), user, o),
    );
    return Promise.all(answers);
  }
  if (o.foldIn) {
    return users.map((user, k) => {
      const options = { n, includeSeen, only: only[k], onUnknown: 'throw' as const, ...(!includeSeen && { exclude: seenIds(user, o) }) };
      return toIndices(source.recommendFor(historyOf(plan.ranked[user], o), options), user, o);
    });
  }
  const manyOf = (part: number[], exclude?: (user: string) => string[]) => {
    const ids = part.map((k) => plan.ranked[users[k]]);
    const onlyOf = new Map(ids.map((id, at) => [id, only[part[at]]]));
    const restrict = only[0] === undefined ? {} : { only: (id: string) => onlyOf.get(id) as string[] };
    return source.recommendMany(ids, { n, includeSeen, onUnknown: 'throw', ...restrict, ...(exclude && { exclude }) });
  };
  const all = users.map((_, k) => k);
  const batch = manyOf(all);
  const lists = all.map((k) => batch.items.subarray(batch.offsets[k], batch.offsets[k + 1]));
  // A model fitted on `train` leaves out what was seen by itself. One fitted on less does not, and is asked again, with the ids.
  const again = all.filter((k) => intersects(lists[k], seenOf(users[k], o)));
  if (again.length > 0) {
    const index = new Map(again.map((k) => [plan.ranked[users[k]], users[k]]));
    const second = manyOf(again, (id) => seenIds(index.get(id) as number, o));
    for (const [at, k] of again.entries()) lists[k] = second.items.subarray(second.offsets[at], second.offsets[at + 1]);
  }
  return lists;
}

/** What may be ranked, when it is not everything. */
function candidatesOf(user: number, o: CollectOptions): string[] | undefined {
  const { plan, space, candidates } = o;
  if (candidates === 'all') return undefined;
  const relevant = plan.relevant.indices.subarray(plan.relevant.offsets[user], plan.relevant.offsets[user + 1]);
  const chosen = new Set<number>(relevant);
  if (typeof candidates === 'function') {
    for (const id of checkIterable("evaluate: option 'candidates'", 'item ids', candidates(plan.ranked[user]))) {
      const item = indexOfId(space.known, id, "evaluate: option 'candidates'");
      if (item >= 0) chosen.add(item);
    }
  } else {
    for (const item of negatives(user, candidates.negatives, chosen, o)) chosen.add(item);
  }
  return Array.from(chosen, (item) => space.idAt(item));
}

/** Random items that are neither relevant nor seen; the same for every model with these items in this order. */
function negatives(user: number, count: number, relevant: ReadonlySet<number>, o: CollectOptions): Set<number> {
  const { space, seed } = o;
  const taboo = new Set<number>([...relevant, ...seenOf(user, o)]);
  let free = space.known.size;
  for (const item of taboo) if (item < space.known.size) free--;
  const random = randomNumbers(seed + Math.imul(user + 1, 0x9e3779b1));
  const drawn = new Set<number>();
  if (free <= count * 2) {
    const pool: number[] = [];
    for (let item = 0; item < space.known.size; item++) if (!taboo.has(item)) pool.push(item);
    while (drawn.size < Math.min(count, free)) drawn.add(pool[randomBelow(random, pool.length)]);
    return drawn;
  }
  while (drawn.size < count) {
    const item = randomBelow(random, space.known.size);
    if (!taboo.has(item)) drawn.add(item);
  }
  return drawn;
}

/** The number of items that a list was chosen from, including relevant ones that the model cannot return. */
function candidateCount(user: number, only: string[] | undefined, o: CollectOptions): number {
  const { plan, space } = o;
  const seen = seenOf(user, o);
  if (only) {
    const taboo = new Set(seen);
    return only.reduce((count, id) => (taboo.has(space.indexOf(id)) ? count : count + 1), 0);
  }
  let count = space.known.size;
  for (const item of seen) if (item < space.known.size) count--;
  for (let e = plan.relevant.offsets[user]; e < plan.relevant.offsets[user + 1]; e++) {
    if (plan.relevant.indices[e] >= space.known.size) count++;
  }
  return count;
}

function toIndices(answer: RankedItems, user: number, o: CollectOptions): number[] {
  checkIterable('evaluate', 'ranked items from the function', answer);
  const list: number[] = [];
  const seen = new Set(seenOf(user, o));
  for (const entry of answer) {
    const id = idText(typeof entry === 'object' ? entry?.item : entry);
    if (id === undefined) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `evaluate: expected item ids or objects with 'item' in a list, got ${shown(entry)}.`);
    }
    const index = o.space.indexOf(id);
    if (!seen.has(index) && list.length < o.n) list.push(index);
  }
  return list;
}

/** In the order of time, which counts for models of sequences. */
function historyOf(id: string, { train }: CollectOptions): HistoryEntry[] {
  const user = train ? train.users.indexOf(id) : -1;
  if (!train || user < 0) return [];
  const { offsets, items, values, timestamps } = train.sequences;
  return Array.from({ length: offsets[user + 1] - offsets[user] }, (_, k) => {
    const at = offsets[user] + k;
    return { item: train.items.idAt(items[at]), value: values[at], ...(timestamps && { timestamp: timestamps[at] }) };
  });
}

function seenOf(user: number, { plan }: CollectOptions): Int32Array {
  return plan.seen.indices.subarray(plan.seen.offsets[user], plan.seen.offsets[user + 1]);
}

function seenIds(user: number, o: CollectOptions): string[] {
  return Array.from(seenOf(user, o), (item) => o.space.idAt(item));
}

function intersects(list: Int32Array, seen: Int32Array): boolean {
  if (seen.length === 0 || list.length === 0) return false;
  if (list.length * seen.length < 4096) return list.some((item) => seen.includes(item));
  const set = new Set(seen);
  return list.some((item) => set.has(item));
}
