import { readWhere, type WhereTest } from '../../contracts/where.ts';
import { type Id, readId } from '../../data/ids.ts';
import { numberOfText } from '../../data/number-text.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { SearchFilter } from '../semantic-options.ts';

/** A filter that has been checked. */
export interface Filter {
  tests: readonly WhereTest[];
  exclude: readonly string[] | undefined;
  only: readonly string[] | undefined;
}

/**
 * @param kept the fields that an index keeps; undefined when a function chose them.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_BAD_OPTION
 */
export function readFilter(
  owner: string,
  { where, exclude, only }: SearchFilter,
  catalogue: Catalogue,
  kept: readonly string[] | undefined,
): Filter {
  const filter = {
    tests: readWhere(where, owner),
    exclude: exclude == null ? undefined : readIds(owner, 'exclude', exclude),
    only: only == null ? undefined : readIds(owner, 'only', only),
  };
  const missing = kept && filter.tests.find(({ field }) => !kept.includes(field));
  if (missing) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: where.${missing.field} is not kept by this index, which keeps ${kept?.map(shown).join(', ') || 'nothing'}. Name it in the option 'metadata' of build.`,
    );
  }
  for (const test of filter.tests) refuseOtherType(owner, test, catalogue);
  return filter;
}

/**
 * A list of ids as text. Text that is no id of anything is passed on: it is unknown like any other.
 * @throws ERR_BAD_ARGUMENT when it is not a list; ERR_BAD_ID for an entry that is neither text nor a whole number.
 */
export function readIds(owner: string, name: string, ids: Iterable<Id>): string[] {
  checkIterable(owner, `ids as '${name}'`, ids);
  return Array.from(ids, (id) => (typeof id === 'string' ? id : readId(id, `${owner}: ${name}`)));
}

/** One flag per key, or undefined when all are allowed. */
export function allowedKeys(
  catalogue: Catalogue,
  { tests, exclude, only }: Filter,
  leaveOut: readonly number[] = [],
): Uint8Array | undefined {
  if (tests.length === 0 && !exclude?.length && !only && leaveOut.length === 0) return undefined;
  const allowed = catalogue.matching(tests);
  if (only) {
    const listed = new Uint8Array(allowed.length);
    for (const id of only) if (catalogue.keyOf(id) >= 0) listed[catalogue.keyOf(id)] = 1;
    for (let key = 0; key < allowed.length; key++) allowed[key] &= listed[key];
  }
  for (const id of exclude ?? []) if (catalogue.keyOf(id) >= 0) allowed[catalogue.keyOf(id)] = 0;
  for (const key of leaveOut) allowed[key] = 0;
  return allowed;
}

/**
 * Prices that came as text, compared with numbers, would silently match nothing; and vice versa.
 * @throws ERR_BAD_OPTION
 */
function refuseOtherType(owner: string, { field, compares, isRange, textBounds = [] }: WhereTest, catalogue: Catalogue): void {
  const misplaced = catalogue.misplaced(field, textBounds);
  if (misplaced !== undefined) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: where.${field} compares text by the alphabet, but this index keeps text that holds numbers, such as ${shown(misplaced)}. ${keepNumbers(field)}, and pass numbers.`,
    );
  }
  if (!compares) return;
  const other = catalogue.otherType(field, compares, isRange);
  if (other === undefined) return;
  const kept = compares === 'string' ? 'numbers' : numberOfText(String(other)) === undefined ? 'text' : 'text that holds numbers';
  const [asked, advice] = compares === 'number' ? ['numbers', keepNumbers(field)] : ['text', 'Pass a number'];
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${owner}: where.${field} compares with ${asked}, but this index keeps ${kept}, such as ${shown(other)}. ${advice}.`,
  );
}

const keepNumbers = (field: string) => `Keep numbers: metadata: (item) => ({ ${field}: Number(item.${field}) })`;

/** Text as a field to rank by would silently leave every item in its place. @throws ERR_BAD_OPTION */
export function checkNumbers(owner: string, option: string, field: string, catalogue: Catalogue): void {
  const text = catalogue.otherType(field, 'number', true);
  if (text === undefined) return;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${owner}: option '${option}' must be a field with numbers, but ${shown(field)} has text, such as ${shown(text)}. ${keepNumbers(field)}.`,
  );
}
