import type { AlsRecommender, DataStore, ModelInfo, ModelStore, PopularityRecommender, Progress, SemanticIndex } from 'attune';
import type { Settings } from '../settings.ts';

/** What is open while commands or the server answer: the tables, the newest models, and how to make new ones. */
export interface System {
  readonly settings: Settings;
  /** Products, ratings and events in `DATA_DIR/appliances.db`; item ids are `parent_asin`, product columns those of `product_catalog`. */
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
