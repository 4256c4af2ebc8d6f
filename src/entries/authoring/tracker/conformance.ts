import type { Tracker } from '../../../tracking/tracker.ts';
import type { TestRunner } from '../test-runner.ts';
import { artifactsAndModels } from './artifacts.ts';
import { runsListed } from './listing.ts';
import { runsLogged } from './logging.ts';
import { runsRefused } from './refused.ts';
import { trackerSuite } from './suite.ts';

/** What every Tracker promises. `open` makes one; `experiment` returns unused names. */
export function trackerConformance(open: () => Tracker | Promise<Tracker>, experiment: () => string, runner: TestRunner): void {
  const suite = trackerSuite(open, experiment, runner);
  runsLogged(suite);
  runsListed(suite);
  artifactsAndModels(suite);
  runsRefused(suite);
}
