import { AttuneError, shown } from '../errors.ts';
import { checkIterable } from '../options.ts';
import type { IdMap } from './id-map.ts';
import { type Id, indexOfId } from './ids.ts';

/** A number for each user or item. */
export interface NumericFeature {
  /** What it is. */
  readonly kind: 'numeric';
  /** By dense index; NaN where it is missing. */
  readonly values: Float32Array;
}

/** One of several labels for each user or item. */
export interface CategoricalFeature {
  /** What it is. */
  readonly kind: 'categorical';
  /** Position in {@link labels} by dense index; -1 where it is missing. */
  readonly codes: Int32Array;
  /** The labels, in the order in which they first came. Parts of a split share them, so that codes agree. */
  readonly labels: readonly string[];
}

/** A vector of one length for each user or item. */
export interface VectorFeature {
  /** What it is. */
  readonly kind: 'vector';
  /** Row-major by dense index; a row of NaN where it is missing. */
  readonly values: Float32Array;
  /** Length of a vector. */
  readonly dimensions: number;
}

/** A named column of users or items. */
export type Feature = NumericFeature | CategoricalFeature | VectorFeature;

/** Columns by name. */
export type Features = Readonly<Record<string, Feature>>;

/** The value of one user or item: a number, a label, or a vector. undefined and null (and NaN) say that it is missing. */
export type FeatureValue = number | string | ArrayLike<number> | null | undefined;

/** A column as it is given: values in the order of the ids, a map by id, or a function of the id. All its values are of one kind. */
export type FeatureInput = ArrayLike<FeatureValue> | ReadonlyMap<Id, FeatureValue> | ((id: string) => FeatureValue);

/** Columns to add, by name. */
export interface FeatureInputs {
  /** Columns of users. */
  users?: Readonly<Record<string, FeatureInput>> | undefined;
  /** Columns of items. */
  items?: Readonly<Record<string, FeatureInput>> | undefined;
}

/**
 * Reads columns, one value for each id. Copies.
 * @param of whose columns they are
 * @throws ERR_COLUMN_LENGTH; ERR_UNKNOWN_USER or ERR_UNKNOWN_ITEM for an id of a map that is not there; ERR_BAD_ID; ERR_BAD_VALUE for a
 *   value of another kind than those before it; ERR_BAD_ARGUMENT
 */
export function readFeatures(of: 'users' | 'items', ids: IdMap, inputs: Readonly<Record<string, FeatureInput>> | undefined): Features {
  if (inputs !== undefined && (inputs === null || typeof inputs !== 'object' || Array.isArray(inputs))) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions: expected columns of ${of} by name, got ${shown(inputs)}.`);
  }
  return Object.fromEntries(
    Object.entries(inputs ?? {}).map(([name, input]) => {
      const column = { of, name, ids };
      return [name, encoded(column, valuesOf(column, input))];
    }),
  );
}

/** The columns of some ids, in a new order. */
export function pickFeatures(features: Features, kept: Int32Array): Features {
  return Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, picked(feature, kept)]));
}

function picked(feature: Feature, kept: Int32Array): Feature {
  if (feature.kind === 'categorical') return { ...feature, codes: kept.map((index) => feature.codes[index]) };
  if (feature.kind === 'numeric') return { ...feature, values: Float32Array.from(kept, (index) => feature.values[index]) };
  const { dimensions } = feature;
  const values = new Float32Array(kept.length * dimensions);
  kept.forEach((index, k) => {
    values.set(feature.values.subarray(index * dimensions, (index + 1) * dimensions), k * dimensions);
  });
  return { ...feature, values };
}

/** A column that is being read. */
interface Column {
  of: 'users' | 'items';
  name: string;
  ids: IdMap;
}

const titleOf = ({ of, name }: Column) => `Interactions: column ${shown(name)} of ${of}`;

/** One value for each id. */
function valuesOf(column: Column, input: FeatureInput): FeatureValue[] {
  const { of, ids } = column;
  if (typeof input === 'function') return Array.from(ids, (id) => input(id));
  if (input instanceof Map) return valuesById(column, input);
  const given = input as ArrayLike<FeatureValue> | undefined;
  if (typeof input === 'string' || !Number.isInteger(given?.length)) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `${titleOf(column)}: expected an array, a Map by id, or a function of the id, got ${shown(input)}.`,
    );
  }
  if (given?.length === ids.size) return Array.from(given);
  throw new AttuneError(
    'ERR_COLUMN_LENGTH',
    `${titleOf(column)}: expected ${ids.size} values, one for each of interactions.${of}, got ${given?.length}. Pass a Map by id, or a function of the id.`,
  );
}

function valuesById(column: Column, input: ReadonlyMap<Id, FeatureValue>): FeatureValue[] {
  const { of, ids } = column;
  const values = new Array<FeatureValue>(ids.size).fill(undefined);
  for (const [id, value] of checkIterable(titleOf(column), '[id, value]', input)) {
    const index = indexOfId(ids, id, titleOf(column));
    if (index < 0) {
      throw new AttuneError(
        of === 'users' ? 'ERR_UNKNOWN_USER' : 'ERR_UNKNOWN_ITEM',
        `${titleOf(column)}: expected ids of these interactions, got ${shown(id)}. Leave it out, or pass a function of the id, which is asked for known ids only.`,
      );
    }
    values[index] = value;
  }
  return values;
}

const isMissing = (value: FeatureValue) => value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value));

function encoded(column: Column, values: readonly FeatureValue[]): Feature {
  const first = values.find((value) => !isMissing(value));
  if (typeof first === 'string') return labelled(column, values);
  if (typeof first === 'object' && first !== null && Number.isInteger(first.length)) return stacked(column, values, first.length);
  const numbers = values.map((value, index) => {
    if (isMissing(value)) return Number.NaN;
    return typeof value === 'number' && Number.isFinite(Math.fround(value)) ? value : refuse(column, index, value, 'a finite number');
  });
  return { kind: 'numeric', values: Float32Array.from(numbers) };
}

function labelled(column: Column, values: readonly FeatureValue[]): CategoricalFeature {
  const codes = new Map<string, number>();
  const codeOf = (value: FeatureValue, index: number): number => {
    if (isMissing(value)) return -1;
    if (typeof value !== 'string') return refuse(column, index, value, 'a text, as the values before it');
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    return code;
  };
  return { kind: 'categorical', codes: Int32Array.from(values, codeOf), labels: [...codes.keys()] };
}

function stacked(column: Column, values: readonly FeatureValue[], dimensions: number): VectorFeature {
  const all = new Float32Array(values.length * dimensions).fill(Number.NaN);
  for (const [index, value] of values.entries()) {
    if (isMissing(value)) continue;
    const vector = typeof value === 'object' ? (value as ArrayLike<number>) : undefined;
    const isSound =
      vector?.length === dimensions && Array.prototype.every.call(vector, (x) => Number.isFinite(x) && Number.isFinite(Math.fround(x)));
    if (!vector || !isSound) refuse(column, index, value, `a vector of ${dimensions} finite numbers, as the first`);
    else all.set(vector, index * dimensions);
  }
  return { kind: 'vector', values: all, dimensions };
}

function refuse(column: Column, index: number, value: unknown, expected: string): never {
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `${titleOf(column)}: expected ${expected} for ${shown(column.ids.idAt(index))}, got ${shown(value)}. undefined says that it is missing.`,
  );
}
