import type { ContentIndex } from '../../contracts/content-index.ts';
import { type Csr, csrFromCoordinates } from '../../data/csr.ts';
import { IdMap } from '../../data/id-map.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, optional } from '../../options.ts';
import type { FittedBase } from './base.ts';

/** Where vectors of contents come from: a `SemanticIndex`, or anything with these two. */
export type ItemFeatures = Pick<ContentIndex, 'items' | 'vectorOf'>;

/** What is known of an item, such as `{ brand: 'GE', category: ['parts', 'filters'] }`. Numbers and flags count as words. */
export type AttributesOf = (item: string) => Readonly<Record<string, unknown>> | undefined;

/** Where features come from, as options of a caller. */
export interface FeatureSources {
  /** Vectors of the contents of items. */
  itemFeatures?: ItemFeatures | undefined;
  /** Attributes of an item. */
  itemAttributes?: AttributesOf | undefined;
}

/** Checks of {@link FeatureSources}. */
export const featureChecks = {
  itemFeatures: optional((value: unknown, name: string): ItemFeatures => {
    const given = value as Partial<ItemFeatures> | null;
    const items: unknown = given?.items;
    const isList = typeof items === 'object' && typeof (items as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';
    if (typeof given?.vectorOf === 'function' && isList) return given as ItemFeatures;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a SemanticIndex, or { items, vectorOf(item) }, got ${shown(value)}.`);
  }),
  itemAttributes: callback<AttributesOf>() as Check<AttributesOf | undefined>,
};

/** What is known of items beside their interactions. */
export interface Features {
  /** Items with interactions, then those that are only in the index. */
  items: IdMap;
  /** items x `dimensions`, a multiple of 8; zeros where there is no vector. Empty without an index. */
  texts: Float32Array;
  /** Columns of `texts`. */
  dimensions: number;
  /** items x attributes; the values of a row add up to 1. */
  attributes: Csr;
}

/** Reads them once, for the items of a fit. @param owner whose fit it is, for messages. @throws ERR_BAD_VALUE for vectors of different lengths or with numbers that are none */
export function readFeatures(owner: string, known: IdMap, { itemFeatures, itemAttributes }: FeatureSources): Features {
  const items = new IdMap(known);
  if (itemFeatures) for (const id of itemFeatures.items) items.add(id);
  return { items, ...textsOf(owner, items, itemFeatures), attributes: attributesOf(items, itemAttributes) };
}

function textsOf(owner: string, items: IdMap, index: ItemFeatures | undefined): Pick<Features, 'texts' | 'dimensions'> {
  const vectors = index ? Array.from(items, (id) => index.vectorOf(id)) : [];
  const length = vectors.find((vector) => vector !== undefined)?.length ?? 0;
  const dimensions = 8 * Math.ceil(length / 8);
  const texts = new Float32Array(dimensions * items.size);
  vectors.forEach((vector, item) => {
    if (vector === undefined) return;
    texts.set(Float32Array.from(vector), item * dimensions);
    let square = 0;
    for (let e = 0; e < vector.length; e++) square += vector[e] ** 2;
    if (vector.length === length && Number.isFinite(square)) return;
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `${owner}: expected vectors of ${length} finite numbers from itemFeatures, got another one for item '${items.idAt(item)}'.`,
    );
  });
  return { texts, dimensions };
}

function attributesOf(items: IdMap, read: AttributesOf | undefined): Csr {
  const words = new Map<string, number>();
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  [...items].forEach((id, item) => {
    const own = new Set<string>();
    for (const [name, value] of Object.entries(read?.(id) ?? {})) {
      for (const word of Array.isArray(value) ? value : [value]) if (word !== undefined && word !== null) own.add(`${name}\0${word}`);
    }
    for (const word of own) {
      const column = words.get(word) ?? words.size;
      words.set(word, column);
      rows.push(item);
      columns.push(column);
      values.push(1 / own.size);
    }
  });
  return csrFromCoordinates(items.size, words.size, Int32Array.from(rows), Int32Array.from(columns), Float32Array.from(values));
}

/** Nothing but ids. */
export function withoutFeatures(items: IdMap): Features {
  const none = new Int32Array(0);
  return {
    items,
    texts: new Float32Array(0),
    dimensions: 0,
    attributes: csrFromCoordinates(items.size, 0, none, none, new Float32Array(0)),
  };
}

/** Ids and rows with the items that only features know. */
export function widened<Base extends FittedBase>(base: Base, { items }: Features): Base {
  return { ...base, items, byUser: { ...base.byUser, columns: items.size } };
}
