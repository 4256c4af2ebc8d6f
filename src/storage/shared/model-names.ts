import type { ModelStore } from '../../contracts/model-store.ts';
import { AttuneError, shown } from '../../errors.ts';

/** What a reference asks for: the newest version, a version, or an alias. */
export interface ModelReference {
  /** Name of the model. */
  name: string;
  /** Version, when the reference names one. */
  version?: number;
  /** Alias, when the reference names one. */
  alias?: string;
}

/** Letters, digits, `.`, `_`, `-`; starts with a letter or digit, does not end with `.`. So it is also a safe name of a folder. */
const word = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/;
/** Names that are devices on Windows, with or without an ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Checks a model's name, which is also safe as the name of a file. @throws ERR_BAD_ARGUMENT */
export function readName(name: unknown): string {
  if (typeof name === 'string' && word.test(name) && !device.test(name)) return name;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected a model name of up to 100 letters, digits, '.', '_' and '-' that starts with a letter or digit, got ${shown(name)}.`,
  );
}

/** Checks an alias; one of digits alone would read as a version. @throws ERR_BAD_ARGUMENT */
export function readAlias(alias: unknown): string {
  if (typeof alias === 'string' && word.test(alias) && !/^\d+$/.test(alias)) return alias;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected an alias of letters, digits, '.', '_' and '-' that is not a number, such as 'production', got ${shown(alias)}.`,
  );
}

/** Checks a version. @throws ERR_BAD_ARGUMENT */
export function readVersion(version: unknown): number {
  if (Number.isSafeInteger(version) && (version as number) >= 1) return version as number;
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected a version, a whole number from 1, got ${shown(version)}.`);
}

/** Parses `name`, `name@3` or `name@alias`. @throws ERR_BAD_ARGUMENT */
export function readReference(reference: unknown): ModelReference {
  if (typeof reference !== 'string') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `Expected 'name', 'name@3' or 'name@alias', got ${shown(reference)}.`);
  }
  const at = reference.indexOf('@');
  if (at < 0) return { name: readName(reference) };
  const name = readName(reference.slice(0, at));
  const rest = reference.slice(at + 1);
  return /^\d+$/.test(rest) ? { name, version: readVersion(Number(rest)) } : { name, alias: readAlias(rest) };
}

/** Checks what models are saved to and loaded from. @throws ERR_BAD_ARGUMENT */
export function readModelStore(store: ModelStore): ModelStore {
  if (typeof store?.put === 'function' && typeof store.get === 'function') return store;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected a model store such as memoryModelStore() or fileModelStore('models'), got ${shown(store)}.`,
  );
}

/** Checks the bytes of a model. @throws ERR_BAD_ARGUMENT */
export function readModelBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  const got = bytes instanceof Uint8Array ? 'none' : shown(bytes);
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected the bytes of a model as a Uint8Array, got ${got}.`);
}

/** What a caller says about a version, as JSON holds it. @throws ERR_BAD_ARGUMENT */
export function readMetadata(metadata: unknown): Record<string, unknown> {
  if (metadata === undefined) return {};
  try {
    const copy = JSON.parse(JSON.stringify(metadata));
    if (copy !== null && typeof copy === 'object' && !Array.isArray(copy)) return copy;
  } catch {
    // circular, or a bigint
  }
  throw new AttuneError('ERR_BAD_ARGUMENT', `Expected metadata to be an object that JSON holds, got ${shown(metadata)}.`);
}

/** The error for a missing name, version or alias. */
export function notFound({ name, version, alias }: ModelReference): AttuneError {
  const what =
    version !== undefined ? `version ${version} of '${name}'` : alias !== undefined ? `alias '${name}@${alias}'` : `model '${name}'`;
  return new AttuneError('ERR_NOT_FOUND', `Expected ${what} in the store, got nothing. list('${name}') says what there is.`);
}

/** The error for an alias without a previous version. */
export function nothingBefore(name: string, alias: string, version?: number): AttuneError {
  const got = version === undefined ? 'it never pointed anywhere else' : `version ${version}, which has been deleted`;
  return new AttuneError(
    'ERR_NOT_FOUND',
    `Expected a version before the last promote of '${name}@${alias}', got none: ${got}. Promote one.`,
  );
}

/** The error for a version that an alias points at. */
export function inUse(name: string, version: number, aliases: string[]): AttuneError {
  return new AttuneError(
    'ERR_IN_USE',
    `Expected a version without an alias, but ${aliases.map((alias) => `'${alias}'`).join(', ')} points at version ${version} of '${name}'. Promote another version first.`,
  );
}

/** By name, then by version. */
export function byNameAndVersion(a: { name: string; version: number }, b: typeof a): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.version - b.version;
}
