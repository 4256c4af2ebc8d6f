import type { Metadata } from '../../contracts/where.ts';
import { AttuneError, shown } from '../../errors.ts';

/** How to read something from an item: its key, or a function of the item and its number (from 0). */
export type ItemField<Item> = (keyof Item & string) | ((item: Item, index: number) => unknown);

/** What to keep of an item: keys, or a function that makes an object. */
export type MetadataFields<Item> = readonly (keyof Item & string)[] | ((item: Item, index: number) => object | null | undefined);

/**
 * The type of what is kept of an item: the fields that the keys name, or what the function makes. `Otherwise` when the type of the option does
 * not say which of both it is.
 */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export type KeptFields<Item, Fields, Otherwise = any> = [Fields] extends [readonly (infer Key)[]]
  ? {
      /** A field of the item. */
      [Field in Key & string]: Field extends keyof Item ? Item[Field] : unknown;
    }
  : [Fields] extends [(...item: never) => infer Made]
    ? [keyof NonNullable<Made>] extends [never]
      ? Otherwise
      : NonNullable<Made>
    : Otherwise;

/** How items become documents. */
export interface DocumentFields<Item, Fields = MetadataFields<Item>> {
  /** The id: a text that is not empty, or a whole number. Default `'id'`. */
  id?: ItemField<Item> | undefined;
  /**
   * The text: a key, several keys, or a function; lists are joined with a space, what is missing is left out. Keys with weights, such as
   * `{ title: 2, features: 1 }`, are fields: a word in a title then counts twice (BM25F). Default `'text'`.
   */
  text?: ItemField<Item> | readonly (keyof Item & string)[] | { readonly [Key in keyof Item & string]?: number } | undefined;
  /** What to keep for filters and rules: keys, or a function that makes an object. Default nothing. */
  metadata?: Fields | undefined;
}

/** An item as the index takes it in. */
export interface Document {
  id: string;
  text: string;
  /** The text by fields. */
  fields: string[];
  metadata: Metadata;
}

/** What a file can say about fields: their keys; a function is left out. */
export interface FieldNames {
  id?: string;
  text?: string | string[] | Record<string, number>;
  metadata?: string[];
}

/** How items are read as documents; `readDocuments` does it. */
export class DocumentReader<Item> {
  readonly names: FieldNames;
  /** What words of each field of the text count. */
  readonly weights: readonly number[];
  readonly fields: Required<DocumentFields<Item>>;

  /** @throws ERR_BAD_OPTION */
  constructor(fields: DocumentFields<Item>, owner: string) {
    const isKeys = (value: unknown): value is string[] => Array.isArray(value) && value.every((key) => typeof key === 'string');
    const { id = 'id', text = 'text', metadata = [] } = fields;
    const check = (name: string, ok: boolean, value: unknown, expected: string) => {
      if (!ok) throw new AttuneError('ERR_BAD_OPTION', `${owner}: option '${name}' must be ${expected}, got ${shown(value)}.`);
    };
    check('id', typeof id === 'string' || typeof id === 'function', id, 'a key or a function of the item');
    check(
      'text',
      typeof text === 'string' || typeof text === 'function' || (isKeys(text) && text.length > 0) || isWeights(text),
      text,
      'a key, a list of at least one key, keys with weights above 0 such as { title: 2, features: 1 }, or a function of the item',
    );
    check('metadata', typeof metadata === 'function' || isKeys(metadata), metadata, 'a list of keys or a function of the item');
    this.fields = { id, text, metadata } as Required<DocumentFields<Item>>;
    this.weights = isWeights(text) ? Object.values(text) : [1];
    this.names = {
      id: typeof id === 'string' ? id : undefined,
      text: typeof text === 'function' ? undefined : (text as FieldNames['text']),
      metadata: typeof metadata === 'function' ? undefined : [...(metadata as readonly string[])],
    };
  }
}

/** Keys with what words of each count. */
export function isWeights(text: unknown): text is Record<string, number> {
  if (text === null || typeof text !== 'object' || Array.isArray(text)) return false;
  const weights = Object.values(text);
  return weights.length > 0 && weights.every((weight) => typeof weight === 'number' && Number.isFinite(weight) && weight > 0);
}
