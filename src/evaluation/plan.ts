import { IdMap } from '../data/id-map.ts';
import type { Interactions } from '../data/interactions.ts';
import { randomBelow, randomNumbers } from '../numeric/random.ts';

/** The items a model knows, followed by those that occur in the data but that it does not know. */
export class ItemSpace {
  readonly known: IdMap;
  readonly #extra = new IdMap();

  constructor(known: IdMap) {
    this.known = known;
  }

  get size(): number {
    return this.known.size + this.#extra.size;
  }

  /** Dense index; an unknown item gets the next one. */
  indexOf(id: string): number {
    const index = this.known.indexOf(id);
    return index >= 0 ? index : this.known.size + this.#extra.add(id);
  }

  idAt(index: number): string {
    return index < this.known.size ? this.known.idAt(index) : this.#extra.idAt(index - this.known.size);
  }
}

/** Rows of items, as in a Csr; values may be missing. */
export interface ItemRows {
  offsets: Int32Array;
  indices: Int32Array;
}

/** Numbers of users and rows that are not evaluated, by reason. */
export interface LeftOut {
  /** Users of the training data (or of the option `users`) without a test row. */
  withoutTest: number;
  /** Users with test rows whom the model does not know (under `'fold-in'`: who have no known training item). */
  unknownUsers: number;
  /** Users whose test rows are all below `relevantFrom`, not above 0, or already in their training data. */
  nothingRelevant: number;
  /** Users left out because only a sample was asked for. */
  notSampled: number;
  /** Test rows left out because the user has the item in the training data. */
  alreadySeen: number;
}

/** Which users are evaluated, and on which items. */
export interface Plan {
  /** Ids of the users that get a list. */
  ranked: string[];
  /** Relevant items of each of them, in the item space. */
  relevant: ItemRows & { values: Float32Array };
  /** Training items of each of them, in the item space; empty rows under `includeSeen`. */
  seen: ItemRows;
  /** All known users of the test part (after sampling), as indices into `test.users`: for predicted values. */
  known: number[];
  leftOut: LeftOut;
}

/** Options of {@link planEvaluation}. */
export interface PlanOptions {
  train: Interactions | undefined;
  test: Interactions;
  space: ItemSpace;
  /** Items of the training data in the item space. */
  trainItems: Int32Array;
  knows: (user: string) => boolean;
  relevantFrom: number | undefined;
  includeSeen: boolean;
  users: number | ReadonlySet<string> | undefined;
  /** Whether lists are wanted at all; if not, users need no relevant item. */
  lists: boolean;
  seed: number;
}

/** Decides which users are evaluated, and counts why others are not. */
export function planEvaluation(o: PlanOptions): Plan {
  const { train, test, space } = o;
  const testItems = Int32Array.from(test.items, (id) => space.indexOf(id));
  const { offsets, indices, values } = test.byUser;
  const wanted = typeof o.users === 'object' ? o.users : undefined;
  const leftOut: LeftOut = { withoutTest: 0, unknownUsers: 0, nothingRelevant: 0, notSampled: 0, alreadySeen: 0 };
  const seenBy = new Int32Array(space.size); // user + 1
  const relevant = new Rows();
  const gains: number[] = [];
  const seen = new Rows();
  let ranked: number[] = [];
  let known: number[] = [];
  let inTrain = 0;
  for (let u = 0; u < test.userCount; u++) {
    const id = test.users.idAt(u);
    const own = train ? train.users.indexOf(id) : -1;
    if (own >= 0) inTrain++;
    if (wanted && !wanted.has(id)) continue;
    if (!o.knows(id)) {
      leftOut.unknownUsers++;
      continue;
    }
    known.push(u);
    const past = train && own >= 0 && !o.includeSeen ? trainRow(train, own, o.trainItems) : none;
    for (const item of past) seenBy[item] = u + 1;
    const before = relevant.length;
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      const item = testItems[indices[e]];
      if (seenBy[item] === u + 1) leftOut.alreadySeen++;
      else if (values[e] > 0 && (o.relevantFrom === undefined || values[e] >= o.relevantFrom)) {
        relevant.push(item);
        gains.push(values[e]);
      }
    }
    if (relevant.length === before) {
      leftOut.nothingRelevant++;
      continue;
    }
    ranked.push(u);
    relevant.close();
    for (const item of past) seen.push(item);
    seen.close();
  }
  leftOut.withoutTest = wanted ? [...wanted].filter((id) => !test.users.has(id)).length : train ? train.userCount - inTrain : 0;
  if (!o.lists) leftOut.nothingRelevant = 0;
  let plan = { relevant: { ...relevant.columns(), values: Float32Array.from(gains) }, seen: seen.columns() };
  if (typeof o.users === 'number') {
    const pool = o.lists ? ranked : known;
    const places = samplePlaces(pool.length, o.users, o.seed);
    leftOut.notSampled = pool.length - places.length;
    if (o.lists) plan = { relevant: pick(plan.relevant, places), seen: pick(plan.seen, places) };
    known = places.map((at) => pool[at]);
    if (o.lists) ranked = known;
  }
  return { ranked: ranked.map((u) => test.users.idAt(u)), known, leftOut, ...plan };
}

const none = new Int32Array(0);

function trainRow(train: Interactions, user: number, trainItems: Int32Array): Int32Array {
  const { offsets, indices } = train.byUser;
  return indices.slice(offsets[user], offsets[user + 1]).map((item) => trainItems[item]);
}

/** `count` distinct positions below `size`, ascending. */
function samplePlaces(size: number, count: number, seed: number): number[] {
  const places = Int32Array.from({ length: size }, (_, at) => at);
  const random = randomNumbers(seed);
  const taken = Math.min(count, size);
  for (let at = 0; at < taken; at++) {
    const other = at + randomBelow(random, size - at);
    [places[at], places[other]] = [places[other], places[at]];
  }
  return Array.from(places.subarray(0, taken).sort());
}

/** Some rows of many. */
function pick<T extends ItemRows & { values?: Float32Array | undefined }>(rows: T, places: number[]): T {
  const offsets = new Int32Array(places.length + 1);
  places.forEach((row, at) => {
    offsets[at + 1] = offsets[at] + rows.offsets[row + 1] - rows.offsets[row];
  });
  const indices = new Int32Array(offsets[places.length]);
  const values = rows.values && new Float32Array(indices.length);
  places.forEach((row, at) => {
    indices.set(rows.indices.subarray(rows.offsets[row], rows.offsets[row + 1]), offsets[at]);
    if (rows.values) values?.set(rows.values.subarray(rows.offsets[row], rows.offsets[row + 1]), offsets[at]);
  });
  return { offsets, indices, ...(values && { values }) } as T;
}

/** Collects rows one after the other. */
export class Rows {
  readonly #indices: number[] = [];
  readonly #offsets: number[] = [0];

  get length(): number {
    return this.#indices.length;
  }

  push(index: number): void {
    this.#indices.push(index);
  }

  close(): void {
    this.#offsets.push(this.#indices.length);
  }

  columns(): ItemRows {
    return { offsets: Int32Array.from(this.#offsets), indices: Int32Array.from(this.#indices) };
  }
}
