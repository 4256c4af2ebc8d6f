import type { Csr } from '../../data/csr.ts';
import { AttuneError, shown } from '../../errors.ts';
import { isVector } from '../../numeric/is-vector.ts';

/** Lists of many users in dense indices, as `recommendMany` returns them: list u is `items[offsets[u]..offsets[u + 1])`, best first. */
export interface ListColumns {
  /** One more than there are lists. */
  readonly offsets: Int32Array;
  /** Dense item indices. */
  readonly items: Int32Array;
}

/** What is relevant to each user, rows in the order of the lists. A `Csr` fits. */
export interface RelevantColumns {
  /** One more than there are lists. */
  readonly offsets: Int32Array;
  /** Dense item indices, distinct within a row. */
  readonly indices: Int32Array;
  /** Their gains; <= 0 is not relevant. */
  readonly values: ArrayLike<number>;
}

/** Checks lists of dense indices below `itemCount`. @throws ERR_BAD_ARGUMENT */
export function checkLists(metric: string, lists: ListColumns, itemCount = Number.POSITIVE_INFINITY): void {
  const { offsets, items } = (lists ?? {}) as Partial<ListColumns>;
  if (isIndices(items, itemCount) && isOffsets(offsets, items.length)) return;
  throw bad(
    metric,
    `lists as { offsets, items } of dense indices${itemCount < Number.POSITIVE_INFINITY ? ` below ${itemCount}` : ''}`,
    lists,
  );
}

/** Checks what is relevant to the users of as many lists. @throws ERR_BAD_ARGUMENT, ERR_COLUMN_LENGTH */
export function checkRelevant(metric: string, relevant: RelevantColumns, lists: ListColumns, itemCount: number): void {
  const { offsets, indices, values } = (relevant ?? {}) as Partial<RelevantColumns>;
  const isSound = isIndices(indices, itemCount) && isOffsets(offsets, indices.length) && isNumbers(values, indices.length);
  if (!isSound) throw bad(metric, `relevant items as { offsets, indices, values } of dense indices below ${itemCount}`, relevant);
  if (offsets.length === lists.offsets.length) return;
  throw new AttuneError(
    'ERR_COLUMN_LENGTH',
    `${metric}: expected as many rows of relevant items as lists, got ${offsets.length - 1} and ${lists.offsets.length - 1}.`,
  );
}

/** Checks the cuts. @throws ERR_BAD_ARGUMENT */
export function checkCuts(metric: string, k: readonly number[]): void {
  if (!Array.isArray(k) || !isIndices(k, Number.POSITIVE_INFINITY) || k.includes(0)) throw bad(metric, 'whole numbers from 1 as k', k);
}

/** Checks a number for each of `length` things, or of more. @throws ERR_BAD_ARGUMENT */
export function checkNumbers(metric: string, what: string, values: ArrayLike<number>, length: number): void {
  if (!isNumbers(values, length)) throw bad(metric, `a finite number for each of ${length} items as ${what}`, values);
}

/** Checks a sparse matrix. @throws ERR_BAD_ARGUMENT */
export function checkCsr(metric: string, what: string, matrix: Csr): void {
  const { rows, columns, offsets, indices } = (matrix ?? {}) as Partial<Csr>;
  const isSized = isIndices([rows, columns], 2 ** 31) && offsets?.length === (rows as number) + 1;
  if (!isSized || !isIndices(indices, columns as number) || !isOffsets(offsets, indices.length))
    throw bad(metric, `a Csr as ${what}`, matrix);
}

function bad(metric: string, what: string, got: unknown): AttuneError {
  return new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected ${what}, got ${shown(got)}.`);
}

function isNumbers(list: unknown, atLeast = 0): list is ArrayLike<number> {
  return isVector(list) && list.length >= atLeast;
}

function isIndices(list: unknown, below: number): list is ArrayLike<number> {
  if (!isVector(list)) return false;
  for (let k = 0; k < list.length; k++) if (!(list[k] >= 0 && list[k] < below && Number.isInteger(list[k]))) return false;
  return true;
}

function isOffsets(list: unknown, end: number): list is ArrayLike<number> {
  if (!isIndices(list, end + 1) || list.length === 0) return false;
  for (let k = 1; k < list.length; k++) if (list[k] < list[k - 1]) return false;
  return true;
}
