import type { RelevanceScorer } from '../../contracts/relevance-scorer.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import { untilAborted } from '../../work/until-aborted.ts';
import type { Reranking } from './rerank-options.ts';

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
  const texts = await untilAborted(Promise.all(head.map(async (key) => checkedText(await textOf(idOf(key)), idOf(key)))), signal);
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

function checkedText(text: unknown, item: string): string {
  if (typeof text === 'string') return text;
  if (text === undefined || text === null) return '';
  throw new AttuneError('ERR_BAD_VALUE', `rerank: expected a text from textOf for item ${shown(item)}, or undefined, got ${shown(text)}.`);
}

async function scored(by: RelevanceScorer, query: string, texts: string[], signal: AbortSignal | undefined): Promise<ArrayLike<number>> {
  if (texts.length === 0) return [];
  const scores = await untilAborted(by.score(query, texts, { signal }), signal);
  if (scores?.length === texts.length && Array.from(scores).every(Number.isFinite)) return scores;
  throw new AttuneError('ERR_EMBEDDER', `Scorer '${by.name}': expected ${texts.length} finite numbers, got ${shown(scores)}.`);
}
