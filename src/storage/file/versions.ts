import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelInfo } from '../../contracts/model-store.ts';
import { AttuneError } from '../../errors.ts';
import { entriesOf, isGone, isMissing, moveTo, replaceFile, type Writer, writer, writeSynced } from './writing.ts';

/** What `3.json` records about an existing version. */
export type Published = Omit<ModelInfo, 'aliases'> & { checksum?: string | undefined };

/**
 * The life cycle of `3.json`: created by the one process that claims the number; replaced by the version's facts when the model is in
 * place; finally it records that the version is deleted. Where a stream publishes all day that record goes as well, once there are
 * `retained` later numbers; see `claim` for why no number is used twice.
 */
type VersionFile = Published | { state: 'claimed' | 'deleted'; by: Writer };

/** Records of deleted versions stay until there are so many later numbers. */
const retained = 100;
/** A number so far behind the newest may have been used and forgotten. */
const stale = 50;

/** Claims the next number. */
export async function claimVersion(home: string): Promise<number> {
  await finishForTheDead(home);
  for (;;) {
    const version = Math.max(0, ...(await versionsIn(home))) + 1;
    if (await claim(home, version)) return version;
  }
}

/**
 * Claims a number, unless another process has it, or had it. Exclusive creation of the file ensures that only one process has it now. Had it
 * been used and its record removed since this process looked for the newest number, there would be `retained` later ones, and the newest of
 * all is never removed: so one look after the creation is enough to know. `stale` is less than `retained`, because a folder that is read while
 * files in it are replaced may seem to lack some.
 */
export async function claim(home: string, version: number): Promise<boolean> {
  try {
    await writeSynced(versionFile(home, version), stateText('claimed'), 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  if (Math.max(...(await versionsIn(home))) - version < stale) return true;
  await rm(versionFile(home, version), { force: true });
  return false;
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

/** The numbers of all versions that are there, or of whose deletion there is a record. A model whose `.json` was removed by hand keeps its number. */
export async function versionsIn(home: string): Promise<number[]> {
  const versions = new Set<number>();
  for (const { name } of await entriesOf(home)) {
    const [, number] = /^([1-9]\d{0,14})\.(?:json|safetensors)$/.exec(name) ?? [];
    if (number) versions.add(Number(number));
  }
  return [...versions].sort((a, b) => a - b);
}

/** Removes invisible models left by a put or a delete whose process was killed, and records of what was deleted long ago. */
async function finishForTheDead(home: string): Promise<void> {
  const models = new Set((await entriesOf(home)).map((entry) => entry.name));
  const versions = await versionsIn(home);
  for (const version of versions) {
    const file = await readFacts(home, version).catch(() => undefined);
    if (!file || !('state' in file)) continue;
    const wasDeleted = file.state === 'deleted' && !models.has(basename(modelFile(home, version)));
    if (wasDeleted) {
      // Looked for again behind the record: a delete that is undone has not removed the model yet.
      const forgotten = (versions.at(-1) as number) - version >= retained && !(await exists(modelFile(home, version)));
      if (forgotten) await rm(versionFile(home, version), { force: true });
    } else if (isGone(file.by)) await removeModel(home, version);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => !isMissing(error),
  );
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
