import type { TestRunner } from '../test-runner.ts';
import { changes } from './changes.ts';
import { indexFiles } from './files.ts';
import { searches } from './searches.ts';
import { type IndexFamily, vectorIndexSuite } from './suite.ts';

/** The contract of `VectorIndex` as tests; every vector index passes them. Call it inside a `describe`. */
export function vectorIndexConformance(family: IndexFamily, runner: TestRunner): void {
  const suite = vectorIndexSuite(family, runner);
  searches(suite);
  changes(suite);
  indexFiles(suite);
}
