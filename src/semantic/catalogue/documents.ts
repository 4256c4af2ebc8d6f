import type { EmbedOptions } from '../../contracts/embedder.ts';
import type { Metadata, MetadataValue } from '../../contracts/where.ts';
import { idText } from '../../data/ids.ts';
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

/** Reads items as documents. */
export class DocumentReader<Item> {
  readonly names: FieldNames;
  /** What words of each field of the text count. */
  readonly weights: readonly number[];
  readonly #fields: DocumentFields<Item>;

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
      typeof text === 'string' || typeof text === 'function' || isKeys(text) || isWeights(text),
      text,
      'a key, a list of keys, keys with weights above 0 such as { title: 2, features: 1 }, or a function of the item',
    );
    check('metadata', typeof metadata === 'function' || isKeys(metadata), metadata, 'a list of keys or a function of the item');
    this.#fields = { id, text, metadata } as DocumentFields<Item>;
    this.weights = isWeights(text) ? Object.values(text) : [1];
    this.names = {
      id: typeof id === 'string' ? id : undefined,
      text: typeof text === 'function' ? undefined : (text as FieldNames['text']),
      metadata: typeof metadata === 'function' ? undefined : [...(metadata as readonly string[])],
    };
  }

  /** @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming the item by its number. */
  read(item: Item, index: number): Document {
    if (item === null || (typeof item !== 'object' && typeof this.#fields.id !== 'function')) {
      throw new AttuneError('ERR_BAD_ROW', `Item ${index}: expected an object, got ${shown(item)}.`);
    }
    const { id, text, metadata } = this.#fields as Required<DocumentFields<Item>>;
    const get = (field: unknown) => (typeof field === 'function' ? field(item, index) : own(item, field as string));
    const fields = isWeights(text)
      ? Object.keys(text).map((key) => joined(get(key), index))
      : [joined(Array.isArray(text) ? text.map(get) : get(text), index)];
    return {
      id: idOf(get(id), index),
      text: fields.length === 1 ? fields[0] : fields.filter((field) => field !== '').join(' '),
      fields,
      metadata: readMetadata(typeof metadata === 'function' ? metadata(item, index) : pick(item, metadata as readonly string[]), index),
    };
  }
}

/** Reads items; of several with one id the last stays, at the place of the first. */
export async function readDocuments<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  reader: DocumentReader<Item>,
  { signal, onProgress }: EmbedOptions,
): Promise<Document[]> {
  if (items === null || typeof items !== 'object' || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `SemanticIndex: expected an iterable or async iterable of items, got ${shown(items)}.`);
  }
  signal?.throwIfAborted();
  const documents = new Map<string, Document>();
  let index = 0;
  const take = (item: Item) => {
    const document = reader.read(item, index++);
    documents.set(document.id, document);
    if (index % 8192 !== 0) return;
    signal?.throwIfAborted();
    onProgress?.({ phase: 'reading', done: index });
  };
  if (Symbol.asyncIterator in items) for await (const item of items) take(item);
  else for (const item of items) take(item);
  onProgress?.({ phase: 'reading', done: index, total: index });
  return [...documents.values()];
}

function isWeights(text: unknown): text is Record<string, number> {
  if (text === null || typeof text !== 'object' || Array.isArray(text)) return false;
  const weights = Object.values(text);
  return weights.length > 0 && weights.every((weight) => typeof weight === 'number' && Number.isFinite(weight) && weight > 0);
}

function own(item: unknown, key: string): unknown {
  return Object.hasOwn(item as object, key) ? (item as Record<string, unknown>)[key] : undefined;
}

function idOf(value: unknown, index: number): string {
  const id = idText(value);
  if (id !== undefined) return id;
  throw new AttuneError(
    'ERR_BAD_ID',
    `Item ${index}: expected a non-empty id, got ${shown(value)}. Name its key with the option 'id', or drop the item.`,
  );
}

function joined(value: unknown, index: number): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value))
    return value
      .map((part) => joined(part, index))
      .filter((part) => part !== '')
      .join(' ');
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Item ${index}: expected a text or a list of texts, got ${shown(value)}. Pick the texts with a function as option 'text'.`,
  );
}

function pick(item: unknown, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, own(item, key)]));
}

/** A copy of what JSON can hold; fields without a value are dropped. */
function readMetadata(given: unknown, index: number): Metadata {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new AttuneError('ERR_BAD_VALUE', `Item ${index}: expected an object of metadata, got ${shown(given)}.`);
  }
  const metadata: Metadata = {};
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      define(metadata, field, value);
      continue;
    }
    try {
      const copy = JSON.parse(JSON.stringify(value) ?? 'null') as MetadataValue;
      if (copy !== null) define(metadata, field, copy);
    } catch (cause) {
      throw new AttuneError('ERR_BAD_VALUE', `Item ${index}: expected metadata that JSON can hold, got ${shown(value)} as '${field}'.`, {
        cause,
      });
    }
  }
  return metadata;
}

/** Assignment to `__proto__` would be lost, or worse. */
function define(metadata: Metadata, field: string, value: MetadataValue): void {
  if (field === '__proto__') Object.defineProperty(metadata, field, { value, enumerable: true, configurable: true, writable: true });
  else metadata[field] = value;
}
