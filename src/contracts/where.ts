import { numberOfText } from '../data/number-text.ts';
import { AttuneError, shown, shownWhole } from '../errors.ts';
import { isRecord } from '../options.ts';

/** A value that metadata can hold: what JSON can. */
export type MetadataValue = string | number | boolean | null | MetadataValue[] | { [key: string]: MetadataValue };

/** What is kept of an item in addition to its text, for filters and rules. */
export type Metadata = { [field: string]: MetadataValue };

/** A value that a filter compares with. `null` means that the field is missing. */
export type WhereValue = string | number | boolean | null;

/**
 * A condition on one field. A value: the field equals it. A list: it equals one of them. `{ min, max }`: it is a number (or a text
 * in alphabetical order) within, both inclusive. `{ contains }`: it is a list with this value in it, or a text with this text in it,
 * upper and lower case alike. A field that holds a list equals a value when one of its entries does.
 */
export type Condition = WhereValue | readonly WhereValue[] | Range<number | string> | Contains<string | number | boolean>;

/** Bounds, both inclusive; one of them is enough. */
export interface Range<Bound> {
  /** Not below. */
  min?: Bound | undefined;
  /** Not above. */
  max?: Bound | undefined;
}

/** A part of what a field holds. */
export interface Contains<Part> {
  /** An entry of a list, or a part of a text. */
  contains?: Part | undefined;
}

/**
 * Conditions by field; all must hold. A field with `undefined` is no condition, nor is one whose bounds are all `undefined`.
 *
 * `Kept` is the type of what is kept of an item: a misspelt field, or a range of numbers on a text, then does not compile. Without it any
 * field may be named.
 */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export type Where<Kept = any> = {
  /** The condition on a field. */
  readonly [Field in keyof Kept]?: ConditionOn<Kept[Field]> | undefined;
};

/** The conditions that a field of this type can meet. */
export type ConditionOn<Value> = unknown extends Value
  ? Condition
  :
      | ScalarOf<Value>
      | null
      | readonly (ScalarOf<Value> | null)[]
      | RangeOn<Value>
      | (Value extends readonly (infer Entry)[] ? Contains<ScalarOf<Entry>> : Value extends string ? Contains<string> : never);

/** What a value, or an entry of a list, is compared with. Literal types are widened: a form gives any text. */
export type ScalarOf<Value> = unknown extends Value
  ? string | number | boolean
  : Value extends string | Date
    ? string
    : Value extends number
      ? number
      : Value extends boolean
        ? boolean
        : Value extends readonly (infer Entry)[]
          ? ScalarOf<Entry>
          : never;

/** The bounds that a value can have: none where it has no order. */
export type RangeOn<Value> = Value extends string | Date ? Range<string> : Value extends number ? Range<number> : never;

/** A condition that has been read. */
export interface WhereTest {
  field: string;
  test: (value: unknown) => boolean;
  /** The type that alone can meet it; undefined when several can, or when it is none of a number's business. */
  compares?: 'number' | 'string' | undefined;
  /** Whether it is a range. */
  isRange?: boolean;
  /** The bounds of a range of text. */
  textBounds?: readonly string[];
}

/**
 * Turns conditions into tests of single values.
 * @throws ERR_BAD_OPTION for a condition of none of the four kinds.
 */
export function readWhere(where: Where | undefined, owner: string): WhereTest[] {
  if (where === undefined) return [];
  if (!isRecord(where)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'where' must be an object such as { brand: ['A', 'B'], price: { max: 30 } }, got ${shown(where)}.`,
    );
  }
  return conditionsOf(where).map(([field, condition]) => {
    const test = testOf(condition, `${owner}: where.${field}`);
    const { min, max } = (isObject(condition) ? condition : {}) as { min?: unknown; max?: unknown };
    if (min === undefined && max === undefined) return { field, test, compares: comparedType(condition) };
    const textBounds = [min, max].filter((bound) => typeof bound === 'string');
    return { field, test, compares: textBounds.length > 0 ? 'string' : 'number', isRange: true, textBounds };
  });
}

/** The conditions that say something, by field: a search form leaves `{ max: undefined }` where nothing was entered. */
export function conditionsOf(where: Where): [field: string, condition: Condition][] {
  return Object.entries(where).filter((entry): entry is [string, Condition] => {
    const condition: unknown = entry[1];
    if (condition === undefined || condition === null || typeof condition !== 'object' || Array.isArray(condition))
      return condition !== undefined;
    const given = Object.entries(condition);
    return given.length === 0 || given.some(([part, value]) => value !== undefined || !parts.has(part));
  });
}

const parts = new Set(['min', 'max', 'contains']);

/** The same as one function of an item's metadata, for rules outside an index. */
export function compileWhere(where: Where, owner = 'where'): (metadata: Readonly<Record<string, unknown>> | undefined) => boolean {
  const tests = readWhere(where, owner);
  return (metadata) => tests.every(({ field, test }) => test(metadata && Object.hasOwn(metadata, field) ? metadata[field] : undefined));
}

function testOf(condition: Condition, name: string): (value: unknown) => boolean {
  if (isPlain(condition)) return equals([condition]);
  if (Array.isArray(condition)) {
    if (condition.every(isPlain)) return equals(condition);
  } else if (typeof condition === 'object') {
    const given = condition as { min?: unknown; max?: unknown; contains?: unknown };
    const keys = Object.keys(condition).filter((key) => given[key as 'min'] !== undefined || !parts.has(key));
    if (keys.length === 1 && keys[0] === 'contains' && isPlain(given.contains) && given.contains !== null) return contains(given.contains);
    if (keys.length > 0 && keys.every((key) => key === 'min' || key === 'max') && isBound(given.min) && isBound(given.max))
      return within(given.min, given.max);
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be a value, a list of values, { min, max } with numbers or texts, or { contains: value }, got ${shownWhole(condition)}.`,
  );
}

/** Numbers, or text that could be meant as numbers: what a column of the other type would quietly miss. */
function comparedType(condition: Condition): WhereTest['compares'] {
  const values = Object.values(isObject(condition) ? condition : [condition].flat()).filter((value) => value !== undefined);
  if (values.every((value) => typeof value === 'number')) return 'number';
  return values.every((value) => typeof value === 'string' && numberOfText(value) !== undefined) ? 'string' : undefined;
}

function isObject(condition: Condition): condition is Range<number | string> | Contains<string | number | boolean> {
  return typeof condition === 'object' && condition !== null && !Array.isArray(condition);
}

function equals(wanted: readonly WhereValue[]): (value: unknown) => boolean {
  const set = new Set<unknown>(wanted);
  return (value) => set.has(value ?? null) || (Array.isArray(value) && value.some((entry) => set.has(entry)));
}

function within(min: number | string | undefined, max: number | string | undefined): (value: unknown) => boolean {
  const type = typeof (min ?? max);
  // biome-ignore lint/suspicious/noExplicitAny: both sides are of one type, numbers or texts.
  return (value: any) => typeof value === type && (min === undefined || value >= min) && (max === undefined || value <= max);
}

function contains(wanted: string | number | boolean): (value: unknown) => boolean {
  const small = typeof wanted === 'string' ? wanted.toLowerCase() : undefined;
  return (value) =>
    Array.isArray(value) ? value.includes(wanted) : typeof value === 'string' && small !== undefined && value.toLowerCase().includes(small);
}

function isPlain(value: unknown): value is WhereValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function isBound(value: unknown): value is number | string | undefined {
  return value === undefined || typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
}
