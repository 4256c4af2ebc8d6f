import type { RelevanceScorer } from '../../contracts/relevance-scorer.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
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

/**
 * The first entries of a ranking in the order of what a scorer says of their texts, equal ones as they were; then those without a text, and all
 * others as they were. Scores are those of the scorer as far as it goes, and never increase.
 */
export async function rerank(
  ranked: Ranked,
  query: string,
  { by, textOf, first }: Reranking,
  idOf: (key: number) => string,
  signal: AbortSignal | undefined,
): Promise<Ranked> {
  const head = Array.from(ranked.indices.subarray(0, first));
  const texts = await Promise.all(head.map(async (key) => (await textOf(idOf(key))) ?? ''));
  signal?.throwIfAborted();
  const has = head.map((_, k) => k).filter((k) => texts[k].trim() !== '');
  const scores = await scored(
    by,
    query,
    has.map((k) => texts[k]),
    signal,
  );
  const order = has.map((k, at) => ({ k, score: scores[at] })).sort((a, b) => b.score - a.score || a.k - b.k);
  const rest = Array.from(ranked.indices.keys()).filter((k) => k >= first || texts[k].trim() === '');
  let last = order.at(-1)?.score ?? Number.POSITIVE_INFINITY;
  const behind = rest.map((k) => ({ k, score: (last = Math.min(last, ranked.scores[k])) }));
  const list = [...order, ...behind];
  return { indices: Int32Array.from(list, ({ k }) => ranked.indices[k]), scores: Float32Array.from(list, ({ score }) => score) };
}

async function scored(by: RelevanceScorer, query: string, texts: string[], signal: AbortSignal | undefined): Promise<ArrayLike<number>> {
  if (texts.length === 0) return [];
  const scores = await by.score(query, texts, { signal });
  if (scores?.length === texts.length && Array.from(scores).every(Number.isFinite)) return scores;
  throw new AttuneError('ERR_EMBEDDER', `Scorer '${by.name}': expected ${texts.length} finite numbers, got ${shown(scores)}.`);
}

const bad = (name: string, value: unknown) =>
  new AttuneError('ERR_BAD_OPTION', `${name} must be { by, textOf, first }, by a scorer such as crossEncoder(), got ${shown(value)}.`);
