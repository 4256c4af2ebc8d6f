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
  /** @throws ERR_NOT_FOUND when there is no such name, version or alias. */
  get(reference: string): Promise<StoredModel>;
  /** The versions of a name, oldest first; without a name those of all, by name. Empty when there are none. */
  list(name?: string): Promise<ModelInfo[]>;
  /** Points an alias at a version, and remembers where it pointed before. Throws ERR_NOT_FOUND. */
  promote(name: string, version: number, alias: string): Promise<void>;
  /** Points an alias back to where it pointed before the last promote. Throws ERR_NOT_FOUND when there is nothing before. */
  rollback(name: string, alias: string): Promise<void>;
  /** Deletes one version. Throws ERR_IN_USE while an alias points at it, ERR_NOT_FOUND when there is no such version. */
  delete(name: string, version: number): Promise<void>;
}
