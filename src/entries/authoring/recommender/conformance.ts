import type { Recommender } from '../../../contracts/recommender.ts';
import type { TestRunner } from '../test-runner.ts';
import { listsOfMany } from './batches.ts';
import { capabilities } from './capabilities.ts';
import { explanations } from './explanations.ts';
import { files, refusedFiles } from './files.ts';
import { fitting, fittingInterrupted } from './fitting.ts';
import { likeness } from './likeness.ts';
import { listFilters, lists, listsAndScores } from './lists.ts';
import { loading } from './loading.ts';
import { numberIds } from './number-ids.ts';
import { callOptions, seedsAndThreads } from './options.ts';
import { partialFits } from './partial-fit.ts';
import { type Family, recommenderSuite } from './suite.ts';
import { uninformedLists } from './uninformed.ts';
import { unknownIds } from './unknown-ids.ts';
import { historiesInTime, visitors } from './visitors.ts';
import { whyNot } from './why-not.ts';

/** The contract of DESIGN.md as tests; every recommender passes them. Call it inside a `describe`. */
export function recommenderConformance<R extends Recommender>(family: Family<R>, runner: TestRunner): void {
  const suite = recommenderSuite(family, runner);
  const { describe } = suite;
  for (const part of [
    lists,
    listFilters,
    listsAndScores,
    listsOfMany,
    visitors,
    unknownIds,
    likeness,
    explanations,
    fitting,
    fittingInterrupted,
    partialFits,
    callOptions,
  ])
    part(suite);
  describe('the rules of all families', () => {
    for (const part of [capabilities, seedsAndThreads, loading, numberIds, whyNot, historiesInTime, uninformedLists]) part(suite);
  });
  describe('as a file', () => {
    files(suite);
    refusedFiles(suite);
  });
}
