import type { RelevanceScorer } from '../../contracts/relevance-scorer.ts';
import { AttuneError, shown } from '../../errors.ts';
import { callback, integer, readOptions } from '../../options.ts';

/** The option `rerank` of `SemanticIndex.search`. */
export interface RerankOptions {
  /** Scores the texts of the first items, such as `crossEncoder()` of `attune/transformers`. */
  by: RelevanceScorer;
  /** The text of an item, by its id; the index keeps none. Undefined, or blank, for one that stays behind those that have a text. */
  textOf: (item: string) => string | undefined | Promise<string | undefined>;
  /** How many of the first items are put into a new order, 1 to 1000. Default 50. */
  first?: number | undefined;
}

/** With defaults. */
export type Reranking = Required<Omit<RerankOptions, 'first'>> & { first: number };

/** Reads the option. @throws ERR_BAD_OPTION */
export function rerankOption(value: unknown, name: string): Reranking | undefined {
  if (value === undefined) return undefined;
  const owner = name.split(':')[0];
  if (value === null || typeof value !== 'object') throw bad(name, value);
  const { by, textOf, first } = readOptions(`${owner}: rerank`, value as RerankOptions, {
    by: (given: unknown) => given as RelevanceScorer,
    textOf: callback<RerankOptions['textOf']>(),
    first: integer({ default: 50, min: 1, max: 1000 }),
  });
  if (typeof by?.score !== 'function' || textOf === undefined) throw bad(name, value);
  return { by, textOf, first };
}

const bad = (name: string, value: unknown) =>
  new AttuneError('ERR_BAD_OPTION', `${name} must be { by, textOf, first }, by a scorer such as crossEncoder(), got ${shown(value)}.`);
