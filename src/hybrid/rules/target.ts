import { compileWhere, type Where } from '../../contracts/where.ts';
import { type Id, readId } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { ItemAttributes, RuleClaim } from './reranker.ts';

/** Which items a rule is about; at least one of both. An item is meant when it is named, or when the condition holds. */
export interface RuleTarget {
  /** Conditions on attributes, as in a search, or a function. */
  where?: Where | ((attributes: ItemAttributes | undefined, item: string) => boolean) | undefined;
  /** Item ids; a number stands for its decimal digits. */
  items?: Iterable<Id> | undefined;
}

/** A target that was read. */
export interface ReadTarget {
  meets(item: string, attributesOf: (item: string) => ItemAttributes | undefined): boolean;
  needsAttributes: boolean;
  says: RuleClaim;
}

/** @throws ERR_BAD_OPTION */
export function readTarget(owner: string, where: RuleTarget['where'], given: RuleTarget['items']): ReadTarget {
  if (where === undefined && given === undefined) {
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: expected 'where' or 'items', got neither. Say which items are meant.`);
  }
  const items = given === undefined ? undefined : readItems(owner, given);
  if (where === undefined)
    return { meets: (item) => items?.has(item) ?? false, needsAttributes: false, says: { items: [...(items ?? [])] } };
  const test = typeof where === 'function' ? where : compileWhere(where, owner);
  if (typeof where !== 'function' && Object.values(where).every((condition) => condition === undefined)) {
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: option 'where' has no condition, so it would mean every item. Give it one.`);
  }
  return {
    meets: (item, attributesOf) => (items?.has(item) ?? false) || test(attributesOf(item), item),
    needsAttributes: typeof where !== 'function',
    says: { items: [...(items ?? [])], ...(typeof where === 'function' ? {} : { where: canonical(where) }) },
  };
}

/** @throws ERR_BAD_OPTION when it is no list of distinct ids, or an empty one; ERR_BAD_ID for a number that is no id. */
export function readItems(owner: string, given: Iterable<Id>): Set<string> {
  const bad = (what: string) => new AttuneError('ERR_BAD_OPTION', `${owner}: option 'items' must be a list of item ids, got ${what}.`);
  if (typeof given === 'string' || typeof given?.[Symbol.iterator] !== 'function') throw bad(shown(given));
  const items = Array.from(given, (id) => (typeof id === 'number' || typeof id === 'bigint' ? readId(id, `${owner}: option 'items'`) : id));
  const wrong = items.findIndex((item) => typeof item !== 'string' || item === '');
  if (wrong >= 0) throw bad(`${shown(items[wrong])} in it`);
  if (items.length === 0) throw bad('an empty one');
  const distinct = new Set(items);
  if (distinct.size === items.length) return distinct;
  throw bad(`${shown(items.find((item, at) => items.indexOf(item) !== at))} twice`);
}

/** The same text for the same conditions, in whatever order they were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).filter(([, condition]) => condition !== undefined);
  return `{${entries
    .map(([key, condition]) => `${JSON.stringify(key)}:${canonical(condition)}`)
    .sort()
    .join()}}`;
}
