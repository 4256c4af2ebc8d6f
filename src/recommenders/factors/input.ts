import type { Factors } from '../../contracts/recommender.ts';
import { isInteractions } from '../../data/check-interactions.ts';
import { type Csr, csrFromCoordinates } from '../../data/csr.ts';
import { readValue } from '../../data/fields.ts';
import { IdMap } from '../../data/id-map.ts';
import { type Id, readId } from '../../data/ids.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';
import type { Biases } from './biases.ts';

/** A matrix of factors in the order of its ids: row-major numbers, or with their shape. */
export type FactorMatrix = Float32Array | Factors;

/** Something that a user did. */
export interface FactorHistoryRow {
  /** User id. */
  user: Id;
  /** Item id. */
  item: Id;
  /** Rating, count or weight. Default 1. */
  value?: number | undefined;
}

/** Factors that were trained elsewhere. Arrays are copied. */
export interface FactorInput {
  /** One id per row of `userFactors`. */
  userIds: Iterable<Id>;
  /** One id per row of `itemFactors`. */
  itemIds: Iterable<Id>;
  /** users x factors. May be left out when there is a `history`: users are then made from what they did, as visitors are. */
  userFactors?: FactorMatrix | undefined;
  /** items x factors; 1 to 1024 factors. */
  itemFactors: FactorMatrix;
  /** One number per user that is added to each of the user's scores. Default 0. */
  userBiases?: ArrayLike<number> | undefined;
  /** One number per item that is added to each of its scores. Default 0. */
  itemBiases?: ArrayLike<number> | undefined;
  /** Added to every score, such as the mean rating. Default 0. */
  globalBias?: number | undefined;
  /**
   * What users did: `Interactions`, or rows of `{ user, item, value }`. Needed to leave out what a user has seen. Rows of users and items
   * that have no ids above are ignored. Of a repeated pair the last row counts.
   */
  history?: Interactions | Iterable<FactorHistoryRow> | undefined;
}

/** The same, checked and copied. */
export interface ReadFactors {
  users: IdMap;
  items: IdMap;
  byUser: Csr;
  /** Number of factors. */
  factors: number;
  userFactors: Float32Array | undefined;
  itemFactors: Float32Array;
  biases: Biases | undefined;
}

/** The names of {@link FactorInput}. */
export const factorInputNames = [
  'userIds',
  'itemIds',
  'userFactors',
  'itemFactors',
  'userBiases',
  'itemBiases',
  'globalBias',
  'history',
] as const satisfies (keyof FactorInput)[];

/**
 * Reads factors that were trained elsewhere.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_DUPLICATE for a repeated id, ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_EMPTY
 */
export function readFactors(owner: string, input: FactorInput): ReadFactors {
  if (typeof input !== 'object' || input === null) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected { userIds, itemIds, userFactors, itemFactors }, got ${shown(input)}.`);
  }
  const users = readIds(owner, 'userIds', input.userIds);
  const items = readIds(owner, 'itemIds', input.itemIds);
  if (items.size === 0) throw new AttuneError('ERR_EMPTY', `${owner}: expected at least one item, got none.`);
  const item = readMatrix(owner, 'itemFactors', input.itemFactors, items);
  const user = input.userFactors === undefined ? undefined : readMatrix(owner, 'userFactors', input.userFactors, users, item.columns);
  const byUser = readHistoryOf(owner, input.history, users, items);
  if (!user && byUser.indices.length === 0 && users.size > 0) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected userFactors, or a history to make them from, got neither.`);
  }
  const hasBiases = input.userBiases !== undefined || input.itemBiases !== undefined || input.globalBias !== undefined;
  const global = input.globalBias ?? 0;
  if (typeof global !== 'number' || !Number.isFinite(Math.fround(global))) {
    throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected a finite number as globalBias, got ${shown(global)}.`);
  }
  const biases = hasBiases
    ? {
        global,
        users: readColumn(owner, 'userBiases', input.userBiases, users),
        items: readColumn(owner, 'itemBiases', input.itemBiases, items),
      }
    : undefined;
  const read = { users, items, byUser, factors: item.columns, userFactors: user?.data, itemFactors: item.data, biases };
  checkScores(owner, read);
  return read;
}

/**
 * A score is at most the product of the norms of its rows and the sum of its biases. What the largest ones make must be a float32; so must
 * the product of two items, which `similarItems` takes, and of two users.
 * @throws ERR_NUMERIC
 */
function checkScores(owner: string, { factors, userFactors, itemFactors, biases }: ReadFactors): void {
  const largest = Math.max(largestNorm(itemFactors, factors), userFactors ? largestNorm(userFactors, factors) : 0);
  const added = biases ? Math.abs(biases.global) + largestNorm(biases.users, 1) + largestNorm(biases.items, 1) : 0;
  if (Number.isFinite(Math.fround(largest * largest + added))) return;
  throw new AttuneError(
    'ERR_NUMERIC',
    `${owner}: expected factors whose products are finite in float32, got rows with a norm of up to ${largest.toPrecision(3)}. Scale the factors down; the order of items stays the same when all user factors, or all item factors and biases, are divided by one number.`,
  );
}

function largestNorm(rows: Float32Array, columns: number): number {
  let largest = 0;
  for (let start = 0; start < rows.length; start += columns) {
    let sum = 0;
    for (let e = start; e < start + columns; e++) sum += rows[e] * rows[e];
    if (sum > largest) largest = sum;
  }
  return Math.sqrt(largest);
}

function readIds(owner: string, name: string, given: Iterable<Id>): IdMap {
  const ids = new IdMap();
  let row = 0;
  for (const id of checkIterable(owner, `ids as ${name}`, given)) {
    const text = readId(id, `${owner}: row ${row} of ${name}`);
    if (ids.add(text) !== row) {
      throw new AttuneError(
        'ERR_DUPLICATE',
        `${owner}: expected each id of ${name} once, got ${shown(text)} again in row ${row}. Keep one row of factors per id.`,
      );
    }
    row++;
  }
  return ids;
}

function readMatrix(
  owner: string,
  name: string,
  given: FactorMatrix,
  ids: IdMap,
  columns?: number,
): { data: Float32Array; columns: number } {
  const data = given instanceof Float32Array ? given : given?.data;
  if (!(data instanceof Float32Array)) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${owner}: expected a Float32Array or { data, rows, columns } as ${name}, got ${shown(given)}. Copy other numbers with Float32Array.from.`,
    );
  }
  const shape = given instanceof Float32Array ? undefined : given;
  const width = shape ? shape.columns : (columns ?? data.length / ids.size);
  const rightShape = Number.isInteger(width) && (shape === undefined || shape.rows === ids.size) && data.length === ids.size * width;
  if (!rightShape || (columns !== undefined && width !== columns)) {
    const got = shape ? `${shown(shape.rows)} x ${shown(shape.columns)} in ${data.length} numbers` : `${data.length} numbers`;
    throw new AttuneError(
      'ERR_COLUMN_LENGTH',
      `${owner}: expected ${ids.size} rows of ${columns ?? 'equally many'} factors as ${name}, one per id, got ${got}.`,
    );
  }
  if (width < 1 || width > 1024) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected 1 to 1024 factors per row of ${name}, got ${width}.`);
  }
  checkFinite(owner, name, data, ids, width);
  return { data: data.slice(), columns: width };
}

function readColumn(owner: string, name: string, given: ArrayLike<number> | undefined, ids: IdMap): Float32Array {
  if (given === undefined) return new Float32Array(ids.size);
  if (given === null || typeof given !== 'object' || given.length !== ids.size) {
    throw new AttuneError('ERR_COLUMN_LENGTH', `${owner}: expected ${ids.size} numbers as ${name}, one per id, got ${given?.length}.`);
  }
  checkFinite(owner, name, given, ids, 1);
  return Float32Array.from(given);
}

function checkFinite(owner: string, name: string, data: ArrayLike<number>, ids: IdMap, columns: number): void {
  for (let e = 0; e < data.length; e++) {
    if (typeof data[e] === 'number' && Number.isFinite(Math.fround(data[e]))) continue;
    const id = shown(ids.idAt(Math.floor(e / columns)));
    throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected finite numbers as ${name}, got ${shown(data[e])} for ${id}.`);
  }
}

/** What known users did with known items. */
interface KnownRows {
  u: number[];
  i: number[];
  v: number[];
  /** Number of rows that were given, and one of them. */
  given: number;
  example: readonly [user: string, item: string] | undefined;
}

/** The rows of known users and items. */
function readHistoryOf(owner: string, given: FactorInput['history'], users: IdMap, items: IdMap): Csr {
  const known =
    given === undefined ? undefined : isInteractions(given) ? knownOf(given, users, items) : readRows(owner, given, users, items);
  if (known?.example && known.v.length === 0) {
    const [user, item] = known.example;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${owner}: expected a history of these users and items, got ${known.given} rows none of which has both ids, such as user ${shown(user)} and item ${shown(item)}.`,
    );
  }
  const { u, i, v } = known ?? { u: [], i: [], v: [] };
  return csrFromCoordinates(users.size, items.size, Int32Array.from(u), Int32Array.from(i), Float32Array.from(v));
}

function knownOf(given: Interactions, users: IdMap, items: IdMap): KnownRows {
  const userTo = Int32Array.from(given.users, (id) => users.indexOf(id));
  const itemTo = Int32Array.from(given.items, (id) => items.indexOf(id));
  const rows: KnownRows = { u: [], i: [], v: [], given: given.values.length, example: undefined };
  if (rows.given > 0) rows.example = [given.users.idAt(0), given.items.idAt(0)];
  for (let row = 0; row < rows.given; row++) {
    const u = userTo[given.userIndices[row]];
    const i = itemTo[given.itemIndices[row]];
    if (u < 0 || i < 0) continue;
    rows.u.push(u);
    rows.i.push(i);
    rows.v.push(given.values[row]);
  }
  return rows;
}

/** Not as `Interactions`, whose readers of columns, times and repeated rows a page that loads a model does without. */
function readRows(owner: string, given: Iterable<FactorHistoryRow>, users: IdMap, items: IdMap): KnownRows {
  const rows: KnownRows = { u: [], i: [], v: [], given: 0, example: undefined };
  const places = new Map<number, Map<number, number>>(); // by user, then by item
  for (const row of checkIterable(owner, '{ user, item, value } rows as history', given)) {
    const user = readId(row?.user, `${owner}: user in row ${rows.given} of the history`);
    const item = readId(row?.item, `${owner}: item in row ${rows.given} of the history`);
    const value = readValue(row.value ?? 1, rows.given++, true);
    rows.example ??= [user, item];
    const u = users.indexOf(user);
    const i = items.indexOf(item);
    if (u < 0 || i < 0) continue;
    const own = places.get(u) ?? new Map<number, number>();
    const place = own.get(i) ?? rows.v.length;
    places.set(u, own.set(i, place));
    rows.u[place] = u;
    rows.i[place] = i;
    rows.v[place] = value;
  }
  return rows;
}
