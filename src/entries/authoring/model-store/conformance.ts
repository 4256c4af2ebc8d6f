import type { ModelStore } from '../../../contracts/model-store.ts';
import type { TestRunner } from '../test-runner.ts';
import { modelAliases } from './aliases.ts';
import { modelContents } from './contents.ts';
import { modelsDeleted } from './deleting.ts';
import { modelsRefused } from './refused.ts';
import { modelStoreSuite } from './suite.ts';
import { modelVersions } from './versions.ts';

/** What every ModelStore promises. `open` makes an empty one. */
export function modelStoreConformance(open: () => ModelStore | Promise<ModelStore>, runner: TestRunner): void {
  const suite = modelStoreSuite(open, runner);
  modelVersions(suite);
  modelContents(suite);
  modelAliases(suite);
  modelsDeleted(suite);
  modelsRefused(suite);
}
