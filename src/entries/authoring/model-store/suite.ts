import type { ModelStore } from '../../../contracts/model-store.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';

/** What the parts of the suite share. */
export type ModelStoreSuite = ReturnType<typeof modelStoreSuite>;

/** The runner, and a maker of empty stores. */
export function modelStoreSuite(open: () => ModelStore | Promise<ModelStore>, runner: TestRunner) {
  return { ...suiteOf(runner), open };
}

export const bytes = (...values: number[]) => Uint8Array.from(values);
