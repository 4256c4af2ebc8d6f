import { readWhere } from '../contracts/where.ts';
import { AttuneError, shown } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import type { SearchFilter } from './semantic-options.ts';

/** A filter that has been checked. */
export interface Filter {
  tests: ReturnType<typeof readWhere>;
  exclude: Iterable<string> | undefined;
  only: Iterable<string> | undefined;
}

/** @param kept the fields that an index keeps; undefined when a function chose them. @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION */
export function readFilter(owner: string, { where, exclude, only }: SearchFilter, kept: readonly string[] | undefined): Filter {
  for (const [name, ids] of Object.entries({ exclude, only })) {
    if (ids === undefined || (typeof ids !== 'string' && typeof ids?.[Symbol.iterator] === 'function')) continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an array or another iterable of ids as '${name}', got ${shown(ids)}.`);
  }
  const tests = readWhere(where, owner);
  const missing = kept && tests.find(({ field }) => !kept.includes(field));
  if (!missing) return { tests, exclude, only };
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${owner}: where.${missing.field} is not kept by this index, which keeps ${kept?.map(shown).join(', ') || 'nothing'}. Name it in the option 'metadata' of build.`,
  );
}

/** A mark a key, or undefined when all may come. */
export function allowedKeys(
  catalogue: Catalogue,
  { tests, exclude, only }: Filter,
  leaveOut: readonly number[] = [],
): Uint8Array | undefined {
  if (tests.length === 0 && !exclude && !only && leaveOut.length === 0) return undefined;
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
