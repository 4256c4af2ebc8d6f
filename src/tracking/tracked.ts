import { AttuneError, shown } from '../errors.ts';
import type { Trial } from '../evaluation/tuning/trials.ts';
import type { Progress } from '../options.ts';
import { readRunOptions } from './run.ts';
import type { Run, RunOptions, Tracker } from './tracker.ts';

/**
 * Does work within a run, which ends as `'finished'` when it resolves and as `'failed'`, with its message as the tag `error`, when it rejects.
 * @returns what the work returns
 * @throws ERR_BAD_ARGUMENT; what the work throws
 */
export async function tracked<T>(tracker: Tracker, options: RunOptions, work: (run: Run) => Promise<T> | T): Promise<T> {
  if (typeof work !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `tracked: expected the work as a function of the run, got ${shown(work)}.`);
  }
  const run = await checkTracker('tracked', tracker).start(options);
  try {
    const result = await work(run);
    await run.end();
    return result;
  } catch (error) {
    await failed(run, error instanceof Error ? error.message : String(error)).catch(() => {}); // the first error is the one to report
    throw error;
  }
}

/** What {@link trackTrials} gives: an `onProgress` for a search. */
export interface TrialTracking {
  (progress: Progress): void;
  /** Waits until all trials so far are written. @throws what the tracker threw */
  done(): Promise<void>;
}

/**
 * Makes an `onProgress` for `gridSearch`, `randomSearch` and `halvingSearch` that keeps each trial as a run: its setting, its scores and
 * its `seconds`. Trials of an earlier search (`previous`) are not kept again.
 * @param options `parameters` are added to those of each trial; the name gets the number of the trial.
 */
export function trackTrials(tracker: Tracker, options: RunOptions): TrialTracking {
  checkTracker('trackTrials', tracker);
  readRunOptions(options);
  let count = 0;
  let failure: unknown;
  let writing: Promise<void> = Promise.resolve();
  const keep = async ({ parameters, scores, seconds, error }: Trial<object>, number: number) => {
    const name = `${options.name ?? options.experiment} ${number}`;
    const run = await tracker.start({ ...options, name, parameters: { ...options.parameters, ...parameters } });
    run.log({ ...scores, seconds });
    await (error === undefined ? run.end() : failed(run, error));
  };
  const onProgress = ({ trial }: Progress) => {
    if (trial === undefined) return;
    const number = ++count;
    writing = writing.then(() => keep(readTrial(trial), number)).catch((error) => void (failure ??= error));
  };
  const done = async () => {
    await writing;
    const error = failure;
    failure = undefined;
    if (error) throw error;
  };
  return Object.assign(onProgress, { done });
}

function checkTracker(owner: string, tracker: Tracker): Tracker {
  if (typeof tracker?.start === 'function') return tracker;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a tracker, got ${shown(tracker)}.`);
}

async function failed(run: Run, message: string): Promise<void> {
  await run.tags({ error: message.slice(0, 5000) || 'unknown' });
  await run.end('failed');
}

function readTrial(trial: unknown): Trial<object> {
  const { parameters, scores } = (trial ?? {}) as Trial<object>;
  if (typeof parameters === 'object' && typeof scores === 'object') return trial as Trial<object>;
  throw new AttuneError('ERR_BAD_ARGUMENT', `trackTrials: expected the progress of a search, got a trial of ${shown(trial)}.`);
}
