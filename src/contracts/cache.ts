import type { Id } from '../data/ids.ts';

/** What an answer is about, which together tell it apart from others. */
export interface CachedRequest {
  /** What was asked, such as a route with its parameters. */
  key: string;
  /** Whose answer it is; `invalidate({ user })` drops it. */
  user?: Id | undefined;
  /** The versions of models it was computed with, such as `'shop-als@3'`; `invalidate({ model })` drops it. */
  models?: string | readonly string[] | undefined;
}

/** Which answers: all of a user, or all of a model (`'shop-als'`) or of one of its versions (`'shop-als@3'`). */
export type CacheSelection =
  | {
      /** A user. */
      user: Id;
    }
  | {
      /** A model, `name` for all of its versions or `name@3`. */
      model: string;
    };

/**
 * Keeps answers for a while, as JSON holds them. An answer of another user or another version of a model is another answer, so a
 * new version never shows what an old one said. A cache may forget at any time, and never returns anything else than what was computed.
 */
export interface AnswerCache {
  /**
   * The kept answer, or what `compute` makes, which is then kept. Of several callers at once one computes and all get its answer. What
   * was dropped while it was being computed is not kept. A cache that fails is as good as empty. What `compute` throws is thrown, and not kept.
   */
  answer<T>(request: CachedRequest, compute: () => T | Promise<T>): Promise<T>;
  /** Drops answers. @returns how many */
  invalidate(what: CacheSelection): Promise<number>;
  /** Drops the answers of a user and those that name the user. @returns how many */
  forget(user: Id): Promise<number>;
  /** Drops all. */
  clear(): Promise<void>;
}
