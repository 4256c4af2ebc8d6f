import type { SourceRole } from '../cold-start/strategy.ts';
import { AttuneError, shown } from '../errors.ts';
import { choice } from '../options.ts';
import { functionSource } from './function-source.ts';
import { indexSource } from './index-source.ts';
import { recommenderSource } from './recommender-source.ts';
import type { AnsweringSource, IndexLike, RecommenderLike, Source, SourceFunction } from './sources.ts';

/**
 * Recognizes a source by what can be called on it.
 * @throws ERR_BAD_OPTION
 */
export function readSource(name: string, given: unknown, role: SourceRole | undefined): Source {
  const called = (method: string) => typeof given === 'object' && typeof (given as Record<string, unknown> | null)?.[method] === 'function';
  if (typeof given === 'function') return functionSource(name, { role: role ?? 'custom', answer: given as SourceFunction });
  if (called('answer')) return functionSource(name, given as AnsweringSource, role ?? roleIn(name, given as AnsweringSource));
  if (called('recommend')) return recommenderSource(name, given as RecommenderLike, role);
  if (called('search')) return indexSource(name, given as IndexLike, role);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `HybridRanker: expected source ${shown(name)} to be a recommender, an index, or a function (request) => [{ item, score }], got ${shown(given)}.`,
  );
}

const isRole = choice(['collaborative', 'content', 'popular', 'custom'] as const, 'custom');

function roleIn(name: string, { role }: AnsweringSource): SourceRole {
  return isRole(role, `HybridRanker: role of source ${shown(name)}`);
}
