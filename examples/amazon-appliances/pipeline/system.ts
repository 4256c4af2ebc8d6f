import {
  AlsRecommender,
  type DataStore,
  type ModelInfo,
  type ModelStore,
  PopularityRecommender,
  type Progress,
  SemanticIndex,
} from 'attune';
import { fileModelStore } from 'attune/node';
import { finishSwitch } from '../etl/switch.ts';
import { paths, type Settings } from '../settings.ts';
import { searchMetadata, searchText } from './data.ts';
import { databaseOf, kindOf } from './database.ts';
import { modelNames, trainModels } from './train.ts';
import { openVectorIndex } from './vectors.ts';

/** What is open while commands or the server answer: the tables, the newest models, and how to make new ones. */
export interface System {
  readonly settings: Settings;
  /** Products, ratings and events in `DATA_DIR/appliances.db` or PostgreSQL; item ids are `parent_asin`, product columns those of `product_catalog`. */
  readonly data: DataStore;
  /** The models that `production` points at; a kind is missing until it has been trained. The object is replaced as a whole by `reload` and `train`. */
  readonly models: Models;
  readonly store: ModelStore;
  /** Loads the models anew, for example after a promotion. */
  reload(): Promise<void>;
  /** Trains, registers, promotes and reloads. Answers go on with the old models meanwhile; an abort or a failure changes nothing. */
  train(kind: TrainKind, options?: TrainOptions): Promise<TrainResult>;
  close(): void;
}

export interface Models {
  als?: AlsRecommender;
  popular?: PopularityRecommender;
  search?: SemanticIndex;
  /** The versions that are loaded, by the names `appliances-als`, `appliances-popular`, `appliances-search`. */
  info: ModelInfo[];
}

/** mf = ALS and popularity, ss = semantic search. */
export type TrainKind = 'mf' | 'ss' | 'both';

export interface TrainOptions {
  /** Trains even when neither data nor settings changed. Default false. */
  force?: boolean;
  /** Points `production` at what was trained. Default true. */
  promote?: boolean;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface TrainResult {
  seconds: number;
  models: TrainedModel[];
}

export interface TrainedModel {
  name: string;
  version: number;
  /** false: nothing had changed, the version was there already. */
  trained: boolean;
  seconds: number;
  metrics: Record<string, number>;
}

export interface OpenOptions {
  /** Whether models are loaded, now and after a training. false for what reads tables or trains, because those of search take seconds. Default true. */
  withModels?: boolean;
}

/**
 * Opens what etl and train have made.
 * @throws ERR_NOT_FOUND when there is no database yet.
 */
export async function openSystem(settings: Settings, { withModels = true }: OpenOptions = {}): Promise<System> {
  const database = databaseOf(settings);
  const kind = await kindOf(database);
  await finishSwitch(settings.dataDir, kind, database); // a load may have been killed while it moved its files to their places
  if (!(await kind.exists(database))) {
    const place =
      settings.database === undefined ? `There is no database at ${database}` : `There are no tables in ${withoutPassword(database)}`;
    throw Object.assign(new Error(`${place}. Run etl first.`), { code: 'ERR_NOT_FOUND' });
  }
  const store = fileModelStore(paths(settings.dataDir).models);
  const { data, close } = await kind.open(database);
  let models: Models = { info: [] };
  const system: System = {
    settings,
    data,
    store,
    close,
    get models() {
      return models;
    },
    async reload() {
      models = await loadModels(store, models);
    },
    async train(kind, options) {
      const result = await trainModels({ settings, data, store }, kind, options);
      if (withModels) await system.reload();
      return result;
    },
  };
  try {
    if (withModels) await system.reload();
    return system;
  } catch (error) {
    close();
    throw error;
  }
}

const withoutPassword = (url: string) => url.replace(/:[^:@/]*@/, '@');

const searchOptions = ({ metadata: { vectors } }: ModelInfo) =>
  ({ id: 'item', text: searchText, metadata: searchMetadata, vectorIndex: openVectorIndex(vectors) }) as const;

/** Versions that are loaded already stay: a second copy of one would take its memory and seconds for nothing. */
async function loadModels(store: ModelStore, loaded: Models): Promise<Models> {
  const info = (await store.list()).filter((it) => it.aliases.includes('production'));
  const named = (name: string) => info.find((it) => it.name === name);
  const [als, popular, search] = [modelNames.als, modelNames.popular, modelNames.search].map(named);
  const isLoaded = ({ name, version }: ModelInfo) => loaded.info.some((it) => it.name === name && it.version === version);
  const load = async <M>(
    wanted: ModelInfo | undefined,
    present: M | undefined,
    open: (reference: string, about: ModelInfo) => Promise<M>,
  ) => wanted && (isLoaded(wanted) && present ? present : open(`${wanted.name}@${wanted.version}`, wanted));
  return {
    info,
    als: await load(als, loaded.als, (it) => AlsRecommender.load(store, it)),
    popular: await load(popular, loaded.popular, (it) => PopularityRecommender.load(store, it)),
    search: await load(search, loaded.search, (it, about) => SemanticIndex.load(store, it, searchOptions(about)) as Promise<SemanticIndex>),
  } as Models;
}

/** The model, or an error that says how to get it. */
export function requireModel<M>(model: M | undefined, kind: 'als' | 'semantic'): M {
  if (model) return model;
  throw Object.assign(new Error(`There is no ${kind} model yet. Run train --model ${kind} first.`), { code: 'ERR_NOT_FOUND' });
}
