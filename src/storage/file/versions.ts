import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelInfo } from '../../contracts/model-store.ts';
import { AttuneError } from '../../errors.ts';
import { entriesOf, isGone, isMissing, moveTo, replaceFile, type Writer, writer, writeSynced } from './writing.ts';

/** What `3.json` records about an existing version. */
export type Published = Omit<ModelInfo, 'aliases'> & { checksum?: string | undefined };

/**
 * The life cycle of `3.json`: created by the one process that claims the number; replaced by the version's facts when the model is in
 * place; finally it records that the version is deleted. It is never removed, so that no number is reused.
 */
type VersionFile = Published | { state: 'claimed' | 'deleted'; by: Writer };

/** Claims the next number. Exclusive creation of the file ensures that only one process wins. */
export async function claimVersion(home: string): Promise<number> {
  await finishForTheDead(home);
  for (let version = Math.max(0, ...(await versionsIn(home))) + 1; ; version++) {
    try {
      await writeSynced(versionFile(home, version), stateText('claimed'), 'wx');
      return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Puts the model in place, then publishes it; until then it is invisible. */
export async function publish(home: string, version: number, temporary: string, info: Published): Promise<void> {
  try {
    await moveTo(temporary, modelFile(home, version));
    await replaceFile(versionFile(home, version), factsText(info));
  } catch (error) {
    await removeModel(home, version).catch(() => {}); // the first failure is the one to report
    throw error;
  }
}

/** Marks a version as deleted. @returns a function that undoes it while the model still exists */
export async function tombstone(home: string, info: Published): Promise<() => Promise<void>> {
  await replaceFile(versionFile(home, info.version), stateText('deleted'));
  return () => replaceFile(versionFile(home, info.version), factsText(info));
}

/** Deletes a model that is no longer visible. */
export async function removeModel(home: string, version: number): Promise<void> {
  await replaceFile(versionFile(home, version), stateText('deleted'));
  await rm(modelFile(home, version), { force: true });
}

/** An existing version, or undefined. @throws ERR_BAD_FILE when its file was changed from outside */
export async function readVersionFile(home: string, version: number): Promise<Published | undefined> {
  const file = await readFacts(home, version);
  return file && 'sizeBytes' in file ? file : undefined;
}

/** Every number ever claimed. A model whose `.json` was removed by hand keeps its number. */
export async function versionsIn(home: string): Promise<number[]> {
  const versions = new Set<number>();
  for (const { name } of await entriesOf(home)) {
    const [, number] = /^([1-9]\d{0,14})\.(?:json|safetensors)$/.exec(name) ?? [];
    if (number) versions.add(Number(number));
  }
  return [...versions].sort((a, b) => a - b);
}

/** Removes invisible models left by a put or a delete whose process was killed. */
async function finishForTheDead(home: string): Promise<void> {
  const models = new Set((await entriesOf(home)).map((entry) => entry.name));
  for (const version of await versionsIn(home)) {
    const file = await readFacts(home, version).catch(() => undefined);
    if (!file || !('state' in file) || !isGone(file.by)) continue;
    if (file.state === 'claimed' || models.has(basename(modelFile(home, version)))) await removeModel(home, version);
  }
}

async function readFacts(home: string, version: number): Promise<VersionFile | undefined> {
  const path = versionFile(home, version);
  const text = await readFile(path, 'utf8').catch((error) => {
    if (isMissing(error)) return '';
    throw error;
  });
  if (text === '') return undefined; // missing, or claimed a moment ago
  try {
    const file = JSON.parse(text);
    if ((file.state === 'claimed' || file.state === 'deleted') && isObject(file.by)) return file;
    if (file.version === version && Number.isSafeInteger(file.sizeBytes) && Number.isFinite(file.createdAt) && isObject(file.metadata))
      return file;
  } catch {
    // as below
  }
  throw new AttuneError('ERR_BAD_FILE', `Expected the facts of version ${version} in ${path}, got something else. Restore it from a copy.`);
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function stateText(state: 'claimed' | 'deleted'): string {
  return JSON.stringify({ state, by: writer() });
}

function factsText(info: Published): string {
  return `${JSON.stringify(info, undefined, 2)}\n`;
}

/** The path of a version's model. */
export function modelFile(home: string, version: number): string {
  return join(home, `${version}.safetensors`);
}

function versionFile(home: string, version: number): string {
  return join(home, `${version}.json`);
}
