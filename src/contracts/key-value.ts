/**
 * Bytes by key: what Redis, S3, etcd, a folder or a `Map` can all do, and all that `keyValueModelStore` needs of them.
 * Keys are case-sensitive text of letters, digits, `.`, `_`, `-`, `/` and `@`, at most 300 characters long.
 */
export interface KeyValue {
  /** The value of a key, or undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Sets a value as a whole or not at all, whether or not the key exists. Once it resolves, every later `get` sees it. */
  set(key: string, value: Uint8Array): Promise<void>;
  /** Sets a value unless the key exists, and says whether it did. Of several concurrent calls exactly one gets true. */
  setNew(key: string, value: Uint8Array): Promise<boolean>;
  /** Deletes a key. One that does not exist is no error. */
  delete(key: string): Promise<void>;
  /** The keys that start with a prefix, letter by letter, in any order. */
  keys(prefix: string): Promise<string[]>;
}
