import type { ModelStore } from '../../../contracts/model-store.ts';
import type { TestRunner } from '../test-runner.ts';
import { modelAliases } from './aliases.ts';
import { modelContents } from './contents.ts';
import { modelsDeleted } from './deleting.ts';
import { type ModelStoreFamily, modelsKept } from './kept.ts';
import { modelsRefused } from './refused.ts';
import { modelStoreSuite } from './suite.ts';
import { modelVersions } from './versions.ts';
import { modelsWatched } from './watching.ts';

export type { ModelStoreFamily };

/** What every ModelStore promises. `open` makes an empty one. */
export function modelStoreConformance(
  open: () => ModelStore | Promise<ModelStore>,
  runner: TestRunner,
  family: ModelStoreFamily = {},
): void {
  const suite = modelStoreSuite(open, runner);
  modelVersions(suite);
  modelContents(suite);
  modelAliases(suite);
  modelsDeleted(suite);
  modelsRefused(suite);
  modelsWatched(suite);
  modelsKept(suite, family);
}
