import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInfo, ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { XxHash32 } from '../../numeric/xx-hash.ts';
import { readOptions } from '../../options.ts';
import { checkedModelStore, type UncheckedModelStore } from '../shared/checked-model-store.ts';
import { checkBytes, digits } from '../shared/checksum.ts';
import { inUse, notFound, nothingBefore, readName } from '../shared/model-names.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { AliasLog } from './alias-log.ts';
import { claimVersion, modelFile, type Published, publish, readVersionFile, tombstone, versionsIn } from './versions.ts';
import { discard, entriesOf, io, isMissing, readWhole, removeLeftovers, syncFolder, writeTemporary } from './writing.ts';

/**
 * Keeps models in a folder: `<folder>/<name>/3.safetensors` with `3.json` beside it, and `aliases.jsonl`, the history of the
 * aliases. Several processes may use the folder at once. Every file is written under a temporary name, synced and renamed, so that
 * a killed process leaves the previous state; the next put removes its leftovers. Version numbers are never reused.
 *
 * @param folder made on the first put, with the folders above it
 * @param options `keep`: versions of a name that stay, see {@link ModelStoreOptions}
 * @returns a store whose calls reject with ERR_STORE when the file system refuses, ERR_BAD_FILE when a file was changed from outside
 */
export function fileModelStore(folder: string, options: ModelStoreOptions = {}): ModelStore {
  if (typeof folder !== 'string' || folder === '' || folder.includes('\0')) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `fileModelStore: expected the path of a folder, got ${shown(folder)}.`);
  }
  return checkedModelStore(uncheckedStore(folder), readOptions('fileModelStore', options, modelStoreChecks));
}

function uncheckedStore(folder: string): UncheckedModelStore {
  const folderOf = (name: string) => join(folder, name);
  const putSections = (name: string, sections: readonly Uint8Array[], metadata: Record<string, unknown>) =>
    io(async () => {
      const home = folderOf(name);
      const createdAt = Date.now();
      await mkdir(home, { recursive: true });
      await refuseOtherCase(folder, name);
      await removeLeftovers(home);
      const hash = new XxHash32();
      const temporary = await writeTemporary(home, hashed(sections, hash));
      try {
        const sizeBytes = sections.reduce((sum, { length }) => sum + length, 0);
        const info = { createdAt, sizeBytes, metadata };
        const version = await claimVersion(home);
        await publish(home, version, temporary, { name, version, ...info, checksum: digits(hash.digest()) });
        await syncFolder(folder);
        return { name, version, aliases: [], ...info };
      } catch (error) {
        await discard(temporary);
        throw error;
      }
    });
  return {
    pointsAt: (name, alias) => io(async () => (await AliasLog.read(folderOf(name))).pointsAt(alias).at(-1)),

    put: (name, bytes, metadata) => putSections(name, [bytes], metadata),
    putSections,

    get: (asked) =>
      io(async () => {
        const home = folderOf(asked.name);
        const aliases = await AliasLog.read(home);
        const versions = asked.alias === undefined ? [] : aliases.pointsAt(asked.alias);
        const wanted = asked.version ?? (asked.alias === undefined ? await newest(home) : versions.at(-1));
        const found = wanted === undefined ? undefined : await readVersionFile(home, wanted);
        if (!found) throw notFound(asked);
        return { ...infoOf(found, aliases), bytes: await readModel(home, found) };
      }),

    list: (name) =>
      io(async () => {
        const names = name === undefined ? await namesIn(folder) : [name];
        const lists = await Promise.all(names.map((each) => listOf(folderOf(each))));
        return lists.flat();
      }),

    promote: (name, version, alias) =>
      io(async () => {
        const home = folderOf(name);
        if (!(await readVersionFile(home, version))) throw notFound({ name, version });
        if ((await AliasLog.read(home)).pointsAt(alias).at(-1) === version) return;
        await AliasLog.append(home, { alias, version });
        if (await readVersionFile(home, version)) return;
        await AliasLog.append(home, { alias, back: true }); // deleted by another process in between
        throw notFound({ name, version });
      }),

    rollback: (name, alias) =>
      io(async () => {
        const home = folderOf(name);
        const versions = (await AliasLog.read(home)).pointsAt(alias);
        if (versions.length === 0) throw notFound({ name, alias });
        const before = versions.at(-2);
        if (before === undefined || !(await readVersionFile(home, before))) throw nothingBefore(name, alias, before);
        await AliasLog.append(home, { alias, back: true });
      }),

    delete: (name, version) => io(() => deleteVersion(folderOf(name), name, version)),
  };
}

/** The bytes in pieces, each noted in the checksum before it is written, so that between two pieces other work gets its turn. */
function* hashed(sections: readonly Uint8Array[], hash: XxHash32): Generator<Uint8Array> {
  for (const section of sections) {
    for (let at = 0; at < section.length; at += pieceBytes) {
      const piece = section.subarray(at, at + pieceBytes);
      hash.update(piece);
      yield piece;
    }
  }
}

const pieceBytes = 2 ** 23;

async function deleteVersion(home: string, name: string, version: number): Promise<void> {
  const found = await readVersionFile(home, version);
  if (!found) throw notFound({ name, version });
  const refuseIfUsed = async () => {
    const aliases = (await AliasLog.read(home)).aliasesOf(version);
    if (aliases.length > 0) throw inUse(name, version, aliases);
  };
  await refuseIfUsed();
  const restore = await tombstone(home, found);
  try {
    await refuseIfUsed(); // promoted by another process in between; its second check and this one cannot both miss
  } catch (error) {
    await restore();
    throw error;
  }
  await rm(modelFile(home, version), { force: true });
}

async function listOf(home: string): Promise<ModelInfo[]> {
  const aliases = await AliasLog.read(home);
  const found = await Promise.all((await versionsIn(home)).map((version) => readVersionFile(home, version)));
  return found.flatMap((each) => (each ? [infoOf(each, aliases)] : []));
}

async function newest(home: string): Promise<number | undefined> {
  for (const version of (await versionsIn(home)).sort((a, b) => b - a)) if (await readVersionFile(home, version)) return version;
  return undefined;
}

async function readModel(home: string, facts: Published): Promise<Uint8Array> {
  const { name, version } = facts;
  const bytes = await readWhole(modelFile(home, version)).catch((error) => {
    if (isMissing(error)) throw notFound({ name, version });
    throw error;
  });
  await checkBytes(facts, bytes, `in ${modelFile(home, version)}`);
  return bytes;
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries.filter((entry) => entry.isDirectory() && isName(entry.name)).map((entry) => entry.name);
}

/** On a case-insensitive file system, two models whose names differ in case would share a folder. */
async function refuseOtherCase(folder: string, name: string): Promise<void> {
  const names = (await entriesOf(folder)).map((entry) => entry.name);
  if (names.includes(name)) return;
  const other = names.find((each) => each.toLowerCase() === name.toLowerCase());
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected a model name that differs from ${shown(other)} by more than its case, got ${shown(name)}.`,
  );
}

function isName(name: string): boolean {
  try {
    return readName(name) === name;
  } catch {
    return false;
  }
}

function infoOf({ name, version, createdAt, sizeBytes, metadata }: Published, aliases: AliasLog): ModelInfo {
  return { name, version, aliases: aliases.aliasesOf(version), createdAt, sizeBytes, metadata };
}
