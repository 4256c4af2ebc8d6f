import { IdMap } from '../data/id-map.ts';
import { AttuneError } from '../errors.ts';
import { readSafetensors, type Tensor, type TensorData, writeSafetensors } from './safetensors.ts';

/** What a model file says besides its tensors. */
export interface ModelFile {
  /** Model family, such as `'als'`. */
  kind: string;
  /** Version of the family's own format; raised when an older reader would misread the file. */
  formatVersion: number;
  /** Hyper-parameters and training record, as JSON holds them. */
  settings: Record<string, unknown>;
  /** Numbers. */
  tensors: Record<string, Tensor>;
  /** Id maps, stored as `<name>.bytes` and `<name>.ends`. */
  ids: Record<string, IdMap>;
}

/** Writes a model as one safetensors file. Keys of `settings` with undefined are dropped. */
export function writeModelFile({ kind, formatVersion, settings, tensors, ids }: ModelFile): Uint8Array<ArrayBuffer> {
  const all: Record<string, Tensor> = { ...tensors };
  for (const [name, map] of Object.entries(ids)) {
    const { bytes, ends } = map.toColumns();
    all[`${name}.bytes`] = { data: bytes, shape: [bytes.length] };
    all[`${name}.ends`] = { data: ends, shape: [ends.length] };
  }
  return writeSafetensors({
    tensors: all,
    metadata: { format: 'attune', kind, formatVersion: String(formatVersion), settings: JSON.stringify(settings) },
  });
}

/**
 * Reads a model file of one kind.
 * @throws ERR_BAD_FILE damaged, truncated or not a model; ERR_WRONG_KIND another kind; ERR_NEWER_FORMAT from a newer attune.
 */
export function readModelFile(bytes: Uint8Array, kind: string, formatVersion: number): ModelFile {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== 'attune') throw new AttuneError('ERR_BAD_FILE', 'Expected a model file of attune, got another safetensors file.');
  if (metadata.kind !== kind) {
    throw new AttuneError(
      'ERR_WRONG_KIND',
      `Expected a model of kind '${kind}', got '${metadata.kind}'. Load it with the class it was saved from.`,
    );
  }
  const version = Number(metadata.formatVersion);
  if (!(version <= formatVersion)) {
    throw new AttuneError(
      'ERR_NEWER_FORMAT',
      `Expected format version ${formatVersion} or older of '${kind}', got ${metadata.formatVersion}. Update attune.`,
    );
  }
  const ids: Record<string, IdMap> = {};
  const numbers: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.endsWith('.ends') && `${name.slice(0, -5)}.bytes` in tensors) {
      const map = name.slice(0, -5);
      ids[map] = IdMap.fromColumns(tensors[`${map}.bytes`].data as Uint8Array, tensor.data as Int32Array);
    } else if (!(name.endsWith('.bytes') && `${name.slice(0, -6)}.ends` in tensors)) {
      numbers[name] = tensor;
    }
  }
  return { kind, formatVersion: version, settings: JSON.parse(metadata.settings ?? '{}'), tensors: numbers, ids };
}

/** A tensor of a model file, or ERR_BAD_FILE when it is missing or of another type. Copies, so that the file can be freed. */
export function tensorOf<T extends TensorData>(file: ModelFile, name: string, type: new (n: number) => T, length?: number): T {
  const data = file.tensors[name]?.data;
  if (!(data instanceof type) || (length !== undefined && data.length !== length)) {
    throw new AttuneError(
      'ERR_BAD_FILE',
      `Expected tensor '${name}'${length === undefined ? '' : ` of ${length} numbers`} in a model of kind '${file.kind}'.`,
    );
  }
  return data.slice() as T;
}
