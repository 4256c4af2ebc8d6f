import { AttuneError, shown } from '../../errors.ts';
import { atOnce } from '../../work/steps.ts';
import { IdMap } from '../id-map.ts';
import { joined, readingSafetensors, type Safetensors, safetensorsSections, type Tensor, type TensorData } from './safetensors.ts';
import { isObject, readHeader } from './safetensors-header.ts';

/** What a model file says besides its tensors. */
export interface ModelFile {
  /** Model family, such as `'als'`. */
  kind: string;
  /** Version of the family's own format, from 1; raised when an older reader would misread the file. */
  formatVersion: number;
  /** Hyper-parameters and training record, as JSON holds them. */
  settings: Record<string, unknown>;
  /** Numbers. */
  tensors: Record<string, Tensor>;
  /** Id maps, stored as `<name>.bytes` and `<name>.ends`. */
  ids: Record<string, IdMap>;
}

/**
 * Writes a model as one safetensors file. Keys of `settings` with undefined are dropped.
 * @throws ERR_BAD_ARGUMENT when a tensor has the name of a part of an id map, or no proper shape.
 */
export function writeModelFile(file: ModelFile): Uint8Array<ArrayBuffer> {
  return joined(modelFileSections(file));
}

/** The same file as its bytes follow each other, so that a large model can be written without a second copy: its tensors are views. */
export function modelFileSections({ kind, formatVersion, settings, tensors, ids }: ModelFile): Uint8Array[] {
  const all = Object.entries(tensors);
  for (const [name, map] of Object.entries(ids)) {
    const { bytes, ends } = map.toColumns();
    all.push([`${name}.bytes`, { data: bytes, shape: [bytes.length] }], [`${name}.ends`, { data: ends, shape: [ends.length] }]);
  }
  const byName = Object.fromEntries(all);
  if (Object.keys(byName).length < all.length) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `Expected no tensor called like a part of the id maps ${Object.keys(ids).join(', ')}.`);
  }
  return safetensorsSections({
    tensors: byName,
    metadata: { format: 'attune', kind, formatVersion: String(formatVersion), settings: JSON.stringify(settings) },
  });
}

/**
 * Reads a model file of one kind. Tensors are views of `bytes` where alignment allows.
 * @param isVerified whether the bytes are part of a model file that was read, and so verified, before
 * @throws ERR_BAD_FILE damaged, truncated or not a model; ERR_WRONG_KIND another kind; ERR_NEWER_FORMAT from a newer attune.
 */
export function readModelFile(bytes: Uint8Array, kind: string, formatVersion: number, isVerified = false): ModelFile {
  return atOnce(readingModelFile(bytes, kind, formatVersion, isVerified));
}

/** The same by steps between which others may work. */
export function* readingModelFile(bytes: Uint8Array, kind: string, formatVersion: number, isVerified = false): Generator<void, ModelFile> {
  const { tensors, metadata } = yield* readingParts(bytes, isVerified);
  if (metadata.format !== 'attune') throw new AttuneError('ERR_BAD_FILE', 'Expected a model file of attune, got another safetensors file.');
  // Without this, a file whose key `checksum` is damaged would go unverified.
  if (metadata.checksum === undefined) throw new AttuneError('ERR_BAD_FILE', 'Expected a model file with a checksum, got one without.');
  if (metadata.kind !== kind) {
    throw new AttuneError(
      'ERR_WRONG_KIND',
      `Expected a model of kind '${kind}', got ${shown(metadata.kind)}. Load it with the class it was saved from.`,
    );
  }
  const version = Number(metadata.formatVersion);
  if (!(Number.isSafeInteger(version) && version >= 1)) {
    throw new AttuneError('ERR_BAD_FILE', `Expected a format version in a model of kind '${kind}', got ${shown(metadata.formatVersion)}.`);
  }
  if (version > formatVersion) {
    throw new AttuneError(
      'ERR_NEWER_FORMAT',
      `Expected format version ${formatVersion} or older of '${kind}', got ${version}. Update attune.`,
    );
  }
  return { kind, formatVersion: version, settings: readSettings(metadata.settings, kind), ...(yield* readingIds(tensors)) };
}

/** The kind of a model file, from its header alone. @throws ERR_BAD_FILE when it is no model of attune */
export function kindOf(bytes: Uint8Array): string {
  const { format, kind } = headerOf(bytes).metadata;
  if (format === 'attune' && kind) return kind;
  throw new AttuneError('ERR_BAD_FILE', 'Expected a model file of attune, got another safetensors file.');
}

/** No model has a tensor of a type without an array here, so such a type is a damaged one. */
function unreadable(cause: unknown): unknown {
  if (!(cause instanceof AttuneError && cause.code === 'ERR_NOT_SUPPORTED')) return cause;
  return new AttuneError('ERR_BAD_FILE', `Expected a model file of attune, got one that is damaged, or no model. ${cause.message}`, {
    cause,
  });
}

function* readingParts(bytes: Uint8Array, isVerified: boolean): Generator<void, Safetensors> {
  try {
    return yield* readingSafetensors(bytes, isVerified);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function headerOf(bytes: Uint8Array): ReturnType<typeof readHeader> {
  try {
    return readHeader(bytes);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** Files that nobody but their model holds. */
const handedOver = new WeakSet<ArrayBufferLike>();

/**
 * Says that these bytes, which a store has just read, belong to the model that is made of them: its tensors are then views of them instead of
 * copies, so that a large model is in memory once.
 */
export function handOver(bytes: Uint8Array): Uint8Array {
  if (bytes.length === bytes.buffer.byteLength) handedOver.add(bytes.buffer);
  return bytes;
}

/**
 * A tensor of a model file, or ERR_BAD_FILE when it is missing or of another type. A copy, which the caller of `fromBytes` cannot change and
 * with which the file can be freed; a view of a file that was handed over.
 */
export function tensorOf<T extends TensorData>(file: ModelFile, name: string, type: new (n: number) => T, length?: number): T {
  const data = viewOf(file, name, type, length);
  return kept(data);
}

/** Numbers of a file that a model keeps. */
function kept<T extends TensorData>(data: T): T {
  return handedOver.has(data.buffer) ? data : (data.slice() as T);
}

/** The same as a view of the file, for what reads it at once and keeps nothing of it. */
export function viewOf<T extends TensorData>(file: ModelFile, name: string, type: new (n: number) => T, length?: number): T {
  const data = Object.hasOwn(file.tensors, name) ? file.tensors[name].data : undefined;
  if (data instanceof type && (length === undefined || data.length === length)) return data;
  throw new AttuneError(
    'ERR_BAD_FILE',
    `Expected tensor '${name}'${length === undefined ? '' : ` of ${length} numbers`} in a model of kind '${file.kind}'.`,
  );
}

function readSettings(text: string | undefined, kind: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(text ?? '');
    if (isObject(settings)) return settings;
  } catch {
    // not JSON
  }
  throw new AttuneError('ERR_BAD_FILE', `Expected settings as a JSON object in a model of kind '${kind}', got ${shown(text)}.`);
}

/** Takes the id maps out of the tensors, by steps. */
function* readingIds(all: Record<string, Tensor>): Generator<void, Pick<ModelFile, 'tensors' | 'ids'>> {
  const numbers = new Map(Object.entries(all));
  const ids: [string, IdMap][] = [];
  for (const [name, ends] of Object.entries(all)) {
    const map = name.endsWith('.ends') ? name.slice(0, -'.ends'.length) : undefined;
    const bytes = map === undefined ? undefined : numbers.get(`${map}.bytes`);
    if (map === undefined || !bytes) continue;
    if (!(bytes.data instanceof Uint8Array && ends.data instanceof Int32Array)) {
      throw new AttuneError('ERR_BAD_FILE', `Expected the ids '${map}' as bytes with 32-bit ends.`);
    }
    ids.push([map, yield* IdMap.readingColumns(kept(bytes.data), kept(ends.data))]);
    numbers.delete(name);
    numbers.delete(`${map}.bytes`);
  }
  return { tensors: Object.fromEntries(numbers), ids: Object.fromEntries(ids) };
}
