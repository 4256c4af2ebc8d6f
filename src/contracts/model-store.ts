/** What a store knows of one version of a model. */
export interface ModelInfo {
  /** Name of the model: letters, digits, `.`, `_`, `-`; it starts with a letter or digit. */
  name: string;
  /** 1, 2, 3, ... within a name; never used again, not even after a delete. */
  version: number;
  /** Aliases that point at this version, such as `production`. */
  aliases: string[];
  /** When it was put, in milliseconds since 1970. */
  createdAt: number;
  /** Size of the model file. */
  sizeBytes: number;
  /** What the caller gave, as JSON holds it. */
  metadata: Record<string, unknown>;
}

/** Options of `watch`. */
export interface WatchOptions {
  /** Ends the watch. */
  signal?: AbortSignal | undefined;
  /** The version that the caller has; when the alias points at another already, that is yielded at once. */
  since?: number | undefined;
  /** Time between two looks. Default 250. */
  intervalMs?: number | undefined;
  /** Called when a look fails, and the watch goes on. Without it the watch ends with the error. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Options of every model store. */
export interface ModelStoreOptions {
  /**
   * Versions of a name that stay: after a `put` the oldest beyond so many are deleted, except those that an alias points at.
   * Default: all stay.
   */
  keep?: number | undefined;
}

/** One version with its bytes. */
export interface StoredModel extends ModelInfo {
  /** The model file. */
  bytes: Uint8Array;
}

/**
 * Keeps versions of models, and aliases that can be promoted and rolled back. A put that does not finish leaves the
 * versions before it as they were.
 *
 * A reference is `name` (the newest version), `name@3`, or `name@alias`.
 */
export interface ModelStore {
  /** Adds the next version. */
  put(name: string, bytes: Uint8Array, metadata?: Record<string, unknown>): Promise<ModelInfo>;
  /** @throws ERR_NOT_FOUND when there is no such name, version or alias; ERR_BAD_FILE when the bytes are not those that were put. */
  get(reference: string): Promise<StoredModel>;
  /** The versions of a name, oldest first; without a name those of all, by name. Empty when there are none. */
  list(name?: string): Promise<ModelInfo[]>;
  /** Points an alias at a version, and remembers where it pointed before. Throws ERR_NOT_FOUND. */
  promote(name: string, version: number, alias: string): Promise<void>;
  /** Points an alias back to where it pointed before the last promote. Throws ERR_NOT_FOUND when there is nothing before. */
  rollback(name: string, alias: string): Promise<void>;
  /**
   * Yields where an alias points whenever that changes, by `promote` or `rollback`, within a second; of several changes between two looks
   * the last. What it pointed at when `watch` was called is not yielded. Ends when the signal aborts.
   */
  watch(name: string, alias: string, options?: WatchOptions): AsyncIterable<ModelInfo>;
  /** Deletes one version. Throws ERR_IN_USE while an alias points at it, ERR_NOT_FOUND when there is no such version. */
  delete(name: string, version: number): Promise<void>;
  /** As `purge` of a data store. */
  purge?(): Promise<void>;
}
