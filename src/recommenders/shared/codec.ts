import type { ModelStore } from '../../contracts/model-store.ts';
import type { LoadOptions } from '../../contracts/recommender.ts';
import { handOver, type ModelFile, readingModelFile, writeModelFile } from '../../data/files/model-file.ts';
import { isObject } from '../../data/files/safetensors-header.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, onUnknown, optional, readOptions, threads } from '../../options.ts';
import { readModelStore } from '../../storage/shared/model-names.ts';
import { atOnce } from '../../work/steps.ts';
import type { FittedBase } from './base.ts';
import { baseToFile, readingBase } from './fitted-base.ts';

/** How a family names its files. */
export interface FileFormat {
  /** The model family. */
  kind: string;
  /** From 1; raised when an older reader would misread the file. */
  formatVersion: number;
}

/** What a family adds to what all have. */
export interface FamilyParts {
  /** Options and training record. What says nothing of the model, such as `threads`, is left out, so that bytes do not depend on it. */
  settings: object;
  /** Its own tensors. */
  tensors: ModelFile['tensors'];
  /** Those that stand before the tensors that all families have. Default none. */
  leading?: ModelFile['tensors'];
}

/** A file that was read. */
export interface DecodedModel {
  /** Settings as they were stored, tensors and ids. */
  file: ModelFile;
  /** What every family has. */
  base: FittedBase;
}

/** A model as a file. */
export function encodeModel(format: FileFormat, model: FittedBase, own: FamilyParts): Uint8Array<ArrayBuffer> {
  return writeModelFile(fileOf(format, model, own));
}

/** The parts of that file. */
export function fileOf({ kind, formatVersion }: FileFormat, model: FittedBase, own: FamilyParts): ModelFile {
  const { tensors, ids } = baseToFile(model);
  const { threads: _, ...settings } = own.settings as Record<string, unknown>;
  return { kind, formatVersion, settings, tensors: { ...own.leading, ...tensors, ...own.tensors }, ids };
}

/** The parts of a file that all families have, with the settings as they were stored. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function decodeModel(format: FileFormat, bytes: Uint8Array): DecodedModel {
  return atOnce(decodingModel(format, bytes));
}

/** The same by steps between which others may work. */
export function* decodingModel({ kind, formatVersion }: FileFormat, bytes: Uint8Array): Generator<void, DecodedModel> {
  const file = yield* readingModelFile(bytes, kind, formatVersion);
  return { file, base: yield* readingBase(file) };
}

/**
 * Makes a model from the settings of its file and what a caller wants to be different.
 * @param make reads the settings; options that it refuses are those of a file that this version cannot read
 * @throws ERR_BAD_FILE
 */
export function fromSettings<T>(kind: string, settings: object, make: (settings: never) => T): T {
  try {
    return make(settings as never);
  } catch (cause) {
    if (!(cause instanceof AttuneError && cause.code === 'ERR_BAD_OPTION')) throw cause;
    throw new AttuneError(
      'ERR_BAD_FILE',
      `Expected settings that this version knows in a model of kind '${kind}', got others: ${cause.message} Update attune, or train again.`,
      { cause },
    );
  }
}

/** A model whose training leaves a record. */
interface Trained<Settings, Line> extends FittedBase {
  settings: Settings;
  history: Line[];
}

/** The file of a model with a training record, which keeps no times of a clock. */
export function trainedFile(format: FileFormat, model: Trained<object, { seconds: number }>, tensors: ModelFile['tensors']): ModelFile {
  const history = model.history.map(({ seconds: _, ...rest }) => rest);
  return fileOf(format, model, { settings: { ...model.settings, history }, tensors });
}

/** The inverse of {@link trainedFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function decodeTrained<Settings, Line extends object>(
  format: FileFormat,
  bytes: Uint8Array,
  readSettings: (stored: object) => Settings,
): { file: ModelFile; trained: Trained<Settings, Line & { seconds: number }> } {
  const { file, base } = decodeModel(format, bytes);
  const { history, ...stored } = file.settings;
  const settings = fromSettings(format.kind, stored, readSettings);
  return { file, trained: { ...base, settings, history: recordOf<Line>(format.kind, history) } };
}

/** The training record of a file, without the times of a clock, which files do not keep. A file may have none. @throws ERR_BAD_FILE */
export function recordOf<Line extends object>(kind: string, stored: unknown): (Line & { seconds: number })[] {
  const lines: unknown = stored ?? [];
  if (Array.isArray(lines) && lines.every(isObject)) return lines.map((line) => ({ ...(line as Line), seconds: Number.NaN }));
  const got = Array.isArray(lines) ? `a list with ${shown(lines.find((line) => !isObject(line)))}` : shown(lines);
  throw new AttuneError(
    'ERR_BAD_FILE',
    `Expected a list of iterations as 'history' in a model of kind '${kind}', got ${got}. Restore the file from a copy, or train again.`,
  );
}

/** What a caller may set anew for a stored model; what is not given stays as it was stored. @throws ERR_BAD_OPTION */
export function readLoadOptions<S extends Record<string, Check<unknown>>>(owner: string, options: LoadOptions | undefined, more?: S) {
  const given = readOptions(`${owner}.fromBytes`, options, { threads: optional(threads), onUnknown: optional(onUnknown), ...more });
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The bytes of a stored model: `name` (the newest), `name@3`, `name@alias`. @throws ERR_NOT_FOUND, ERR_BAD_ARGUMENT */
export async function storedBytes(store: ModelStore, reference: string): Promise<Uint8Array> {
  return handOver((await readModelStore(store).get(reference)).bytes);
}
