import type { EmbedOptions } from '../../contracts/embedder.ts';
import type { Metadata, MetadataValue } from '../../contracts/where.ts';
import { idText } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { takeUntilAborted } from '../../work/until-aborted.ts';
import { type Document, type DocumentFields, type DocumentReader, isWeights } from './documents.ts';

/** Reads items; of several with one id the last stays, at the place of the first. */
export async function readDocuments<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { fields }: DocumentReader<Item>,
  { signal, onProgress }: EmbedOptions,
): Promise<Document[]> {
  if (items === null || typeof items !== 'object' || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `SemanticIndex: expected an iterable or async iterable of items, got ${shown(items)}.`);
  }
  signal?.throwIfAborted();
  const documents = new Map<string, Document>();
  let index = 0;
  const take = (item: Item) => {
    const document = read(fields, item, index++);
    documents.set(document.id, document);
    if (index % 8192 !== 0) return;
    signal?.throwIfAborted();
    onProgress?.({ phase: 'reading', done: index });
  };
  if (Symbol.asyncIterator in items) await takeUntilAborted(items, signal, take);
  else for (const item of items) take(item);
  onProgress?.({ phase: 'reading', done: index, total: index });
  return [...documents.values()];
}

/** @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming the item by its number. */
function read<Item>(fields: Required<DocumentFields<Item>>, item: Item, index: number): Document {
  if (item === null || (typeof item !== 'object' && typeof fields.id !== 'function')) {
    throw new AttuneError('ERR_BAD_ROW', `Item ${index}: expected an object, got ${shown(item)}.`);
  }
  const { id, text, metadata } = fields;
  const get = (field: unknown) => (typeof field === 'function' ? field(item, index) : own(item, field as string));
  const parts = isWeights(text)
    ? Object.keys(text).map((key) => joined(get(key), index))
    : [joined(Array.isArray(text) ? text.map(get) : get(text), index)];
  return {
    id: idOf(get(id), index),
    text: parts.length === 1 ? parts[0] : parts.filter((part) => part !== '').join(' '),
    fields: parts,
    metadata: readMetadata(typeof metadata === 'function' ? metadata(item, index) : pick(item, metadata as readonly string[]), index),
  };
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
