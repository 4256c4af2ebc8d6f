import type { AnswerCache } from '../contracts/cache.ts';
import type { DataStore, EventStore } from '../contracts/data-store.ts';
import type { ModelInfo, ModelStore } from '../contracts/model-store.ts';
import { kindOf, type ModelFile, readModelFile, writeModelFile } from '../data/files/model-file.ts';
import { IdMap } from '../data/id-map.ts';
import { type Id, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { type Check, checkNamed, readOptions } from '../options.ts';
import { AlsRecommender } from './als/als.ts';
import { loadRecommender } from './load-recommender.ts';

/** Where a user is to be forgotten; each may be one or several. */
export interface ForgetUserPlaces {
  /** Interactions, and events with them. */
  data?: DataStore<never> | DataStore | readonly DataStore[] | undefined;
  /** Models; every version that has the user is replaced. */
  models?: ModelStore | readonly ModelStore[] | undefined;
  /** Answers. */
  caches?: AnswerCache | readonly AnswerCache[] | undefined;
  /** Events kept elsewhere than in `data`. */
  events?: Pick<EventStore, 'delete'> | readonly Pick<EventStore, 'delete'>[] | undefined;
}

/** A version of a model that had the user, and the one that took its place. */
export interface ReplacedModel {
  /** Name of the model. */
  name: string;
  /** The version that is gone. */
  version: number;
  /** The same without the user; its aliases point at it. */
  replacedBy: number;
  /** Those aliases. */
  aliases: string[];
}

/** What went. */
export interface ForgottenUser {
  /** The user. */
  user: string;
  /** Number of interactions. */
  interactions: number;
  /** Number of events. */
  events: number;
  /** Versions of models. */
  models: ReplacedModel[];
  /** Number of answers in caches. */
  answers: number;
}

/**
 * Forgets a user everywhere: interactions, events, models, answers. A model with the user is put again without, as the next version, and the old one deleted; versions of the
 * same name that came after it follow, so that their order stays, and aliases move along, so that who watches them loads the new one. From an ALS model the user's factors, history and biases are removed; in
 * other families the id becomes a random one that nobody knows, without a history. Finally stores rewrite their files (`purge`), which takes as
 * long as copying them. What is beyond: backups, the write-ahead log of PostgreSQL and the append-only file of Redis, until those are rewritten.
 *
 * Calling it again does the rest after a failure.
 * @throws ERR_BAD_ID; ERR_BAD_OPTION, before anything is forgotten, for a place that is none; ERR_STORE of the first store that refuses
 */
export async function forgetUser(user: Id, places: ForgetUserPlaces): Promise<ForgottenUser> {
  const id = readId(user, 'user');
  const o = readOptions('forgetUser', checkNamed('forgetUser', 'places', places), {
    data: placesWith<DataStore>('transaction'),
    events: placesWith<Pick<EventStore, 'delete'>>('delete'),
    models: placesWith<ModelStore>('list'),
    caches: placesWith<AnswerCache>('forget'),
  });
  const report: ForgottenUser = { user: id, interactions: 0, events: 0, models: [], answers: 0 };
  for (const data of o.data) {
    await data.transaction(async (inside) => {
      report.interactions += await inside.interactions.delete({ users: [id] });
      report.events += await inside.events.delete({ user: id });
    });
    await data.purge?.();
  }
  for (const events of o.events) report.events += await events.delete({ user: id });
  for (const models of o.models) {
    const replaced = await forgetInModels(models, id);
    report.models.push(...replaced);
    await models.purge?.();
  }
  for (const cache of o.caches) report.answers += await cache.forget(id);
  return report;
}

/** One place or several, each with a method; a place that is overlooked would keep the user. */
function placesWith<T>(method: string): Check<readonly T[]> {
  return (value, name) => {
    const places: unknown[] = value === undefined ? [] : Array.isArray(value) ? [...value] : [value];
    const wrong = places.findIndex((place) => typeof (place as Record<string, unknown> | null | undefined)?.[method] !== 'function');
    if (wrong < 0) return places as T[];
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be stores with a method ${method}, got ${shown(places[wrong])}.`);
  };
}

async function forgetInModels(store: ModelStore, user: string): Promise<ReplacedModel[]> {
  const replaced: ReplacedModel[] = [];
  const byName = new Map<string, ModelInfo[]>();
  for (const info of await store.list()) byName.set(info.name, [...(byName.get(info.name) ?? []), info]);
  for (const [name, versions] of byName) {
    let found = false;
    for (const { version, aliases, metadata } of versions) {
      const { bytes } = await store.get(`${name}@${version}`);
      const without = await withoutUser(bytes, user);
      found ||= without !== undefined;
      if (!found) continue;
      const next = await store.put(name, without ?? bytes, metadata);
      for (const alias of aliases) await store.promote(name, next.version, alias);
      await store.delete(name, version).catch((error) => {
        // Retention was quicker.
        if (!(error instanceof AttuneError && error.code === 'ERR_NOT_FOUND')) throw error;
      });
      replaced.push({ name, version, replacedBy: next.version, aliases });
    }
  }
  return replaced;
}

/** The file of a model without a user; undefined when it does not have the user, or is no model file. */
async function withoutUser(bytes: Uint8Array, user: string): Promise<Uint8Array | undefined> {
  let file: ModelFile;
  try {
    file = readModelFile(bytes, kindOf(bytes), Number.MAX_SAFE_INTEGER);
  } catch {
    return undefined; // another program's, or damaged
  }
  const { users } = file.ids;
  if (!users?.has(user)) return undefined;
  if (file.kind === 'als') return AlsRecommender.fromBytes(bytes).forget(user).toBytes();
  const row = users.indexOf(user);
  const ids = { ...file.ids, users: new IdMap(Array.from(users, (id) => (id === user ? globalThis.crypto.randomUUID() : id))) };
  const emptied = withoutRow(file.tensors, row);
  const written = emptied && writeModelFile({ ...file, ids, tensors: emptied });
  return written && (await isReadable(written)) ? written : writeModelFile({ ...file, ids });
}

/** The tensors with one history empty; undefined when there are no histories. */
function withoutRow(tensors: ModelFile['tensors'], row: number): ModelFile['tensors'] | undefined {
  const [offsets, indices, values] = ['offsets', 'indices', 'values'].map((part) => tensors[`byUser.${part}`]?.data);
  if (!(offsets instanceof Int32Array && indices instanceof Int32Array && values instanceof Float32Array)) return undefined;
  const [from, to] = [offsets[row], offsets[row + 1]];
  const left = <T extends Int32Array | Float32Array>(data: T) => data.filter((_, k) => k < from || k >= to) as T;
  return {
    ...tensors,
    'byUser.offsets': { data: offsets.map((at, k) => (k > row ? at - (to - from) : at)), shape: [offsets.length] },
    'byUser.indices': { data: left(indices), shape: [indices.length - (to - from)] },
    'byUser.values': { data: left(values), shape: [values.length - (to - from)] },
  };
}

/** A family may have tensors of its own beside each entry of a history. */
async function isReadable(bytes: Uint8Array): Promise<boolean> {
  try {
    await loadRecommender(bytes);
    return true;
  } catch {
    return false;
  }
}
