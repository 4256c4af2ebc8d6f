/** The conformance suites of `attune/authoring`, run by vitest. */
import type { Recommender } from 'attune';
import * as suites from 'attune/authoring';
import { beforeAll, describe, expect, it } from 'vitest';

export { expectCode, expectRejection } from '../../src/entries/authoring/recommender/checks.ts';
export { unitVector } from '../../src/entries/authoring/vector-index/vectors.ts';

const runner: suites.TestRunner = { beforeAll, describe, expect, it };

export const recommenderConformance = <R extends Recommender>(family: suites.RecommenderFamily<R>) =>
  suites.recommenderConformance(family, runner);
export const dataStoreConformance = (open: Parameters<typeof suites.dataStoreConformance>[0]) => suites.dataStoreConformance(open, runner);
export const modelStoreConformance = (open: Parameters<typeof suites.modelStoreConformance>[0], family?: suites.ModelStoreFamily) =>
  suites.modelStoreConformance(open, runner, family);
export const embeddingCacheConformance = (open: Parameters<typeof suites.embeddingCacheConformance>[0]) =>
  suites.embeddingCacheConformance(open, runner);
export const vectorIndexConformance = (family: suites.VectorIndexFamily) => suites.vectorIndexConformance(family, runner);
export const embedderConformance = (family: suites.EmbedderFamily) => suites.embedderConformance(family, runner);
export const trackerConformance = (open: Parameters<typeof suites.trackerConformance>[0], experiment: () => string) =>
  suites.trackerConformance(open, experiment, runner);
export const keyValueConformance = (open: Parameters<typeof suites.keyValueConformance>[0]) => suites.keyValueConformance(open, runner);
export const answerCacheConformance = (open: Parameters<typeof suites.answerCacheConformance>[0]) =>
  suites.answerCacheConformance(open, runner);
