import { AttuneError, shown } from '../errors.ts';
import { text } from '../options.ts';
import type { CurvePoint, EndStatus, RunRecord } from './tracker.ts';

/** What happens to a run, one after the other; a run is the sum of its entries. */
export type RunEntry =
  | { type: 'start'; experiment: string; name: string; time: number }
  | { type: 'metrics'; metrics: Record<string, number>; step: number; time: number }
  | { type: 'parameters'; parameters: Record<string, string> }
  | { type: 'tags'; tags: Record<string, string> }
  | { type: 'model'; name: string; version: number; time: number }
  | { type: 'end'; status: EndStatus; time: number };

/** The record of a run from its entries; undefined when it never began. */
export function recordOf(id: string, entries: Iterable<RunEntry>): RunRecord | undefined {
  let record: RunRecord | undefined;
  const steps = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === 'start') {
      const { experiment, name, time } = entry;
      const empty = { parameters: {}, tags: {}, metrics: {} };
      record = { id, experiment, name, status: 'running', startedAt: time, endedAt: undefined, ...empty };
    } else if (!record) return undefined;
    else if (entry.type === 'parameters') assign(record.parameters, entry.parameters);
    else if (entry.type === 'tags') assign(record.tags, entry.tags);
    else if (entry.type === 'end') {
      record.status = entry.status;
      record.endedAt = entry.time;
    } else if (entry.type === 'metrics') {
      for (const [name, value] of Object.entries(entry.metrics)) {
        if (entry.step < (steps.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
        steps.set(name, entry.step);
        assign(record.metrics, { [name]: value });
      }
    }
  }
  return record;
}

/** The curve of one metric from the entries of a run. */
export function curveOf(entries: Iterable<RunEntry>, metric: string): CurvePoint[] {
  text()(metric, 'tracker.curve: metric');
  const points: CurvePoint[] = [];
  for (const entry of entries) {
    if (entry.type !== 'metrics' || !Object.hasOwn(entry.metrics, metric)) continue;
    points.push({ step: entry.step, value: entry.metrics[metric], time: entry.time });
  }
  return points.sort(byStep);
}

/** By step, then by time. */
export const byStep = (a: CurvePoint, b: CurvePoint): number => a.step - b.step || a.time - b.time;

/** By time of start, then by id. */
export const byStart = (a: RunRecord, b: RunRecord): number => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1);

/** The time in milliseconds since 1970, never the same twice, so that runs started at once keep their order. */
export function risingClock(): () => number {
  let last = 0;
  return () => (last = Math.max(Date.now(), last + 1));
}

/** @throws ERR_NOT_FOUND */
export function noRun(id: string): AttuneError {
  return new AttuneError('ERR_NOT_FOUND', `Expected the id of a run in this tracker, got ${shown(id)}. runs() says which there are.`);
}

/** @throws ERR_NOT_FOUND */
export function noArtifact(id: string, name: string): AttuneError {
  return new AttuneError(
    'ERR_NOT_FOUND',
    `Expected an artifact of run '${id}', got ${shown(name)}. artifacts('${id}') says which there are.`,
  );
}

/** As Object.assign, but `__proto__` is a name like any other. */
function assign<T>(target: Record<string, T>, values: Record<string, T>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  }
}
