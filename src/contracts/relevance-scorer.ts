/** Says how well texts answer a query, such as `crossEncoder()` of `attune/transformers`; small enough to write your own. */
export interface RelevanceScorer {
  /** What it is, for messages. */
  readonly name: string;
  /** @returns one number per text, larger for better answers; finite. */
  score(query: string, texts: readonly string[], options?: { signal?: AbortSignal | undefined }): Promise<ArrayLike<number>>;
}
