/** Something that could not be used, or not as far as it would have been needed. */
export interface Skipped {
  /** Name of the source; `'history'` for the option of that name, `'rerank: <kind>'` for a rule. */
  source: string;
  /** What was wrong, in words. When only part of an answer was, the rest of it was used. */
  reason: string;
}
