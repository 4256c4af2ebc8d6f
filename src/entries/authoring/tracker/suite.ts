import type { Tracker } from '../../../tracking/tracker.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';

/** What the parts of the suite share. */
export type TrackerSuite = ReturnType<typeof trackerSuite>;

/** The runner, trackers and unused names of experiments. */
export function trackerSuite(open: () => Tracker | Promise<Tracker>, experiment: () => string, runner: TestRunner) {
  const suite = suiteOf(runner);
  /** The one run of an experiment. */
  const only = async (tracker: Tracker, name: string) => {
    const runs = await tracker.runs({ experiment: name });
    suite.expect(runs).toHaveLength(1);
    return runs[0];
  };
  return { ...suite, open, experiment, only };
}

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
