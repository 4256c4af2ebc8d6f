import type { EndStatus, RunRecord } from '../tracker.ts';

/** MLflow's words for how a run ended. */
export const statuses: Record<EndStatus, string> = { finished: 'FINISHED', failed: 'FAILED', killed: 'KILLED' };

/** Ours for its. */
export function statusOf(status: string): RunRecord['status'] {
  return (Object.keys(statuses) as EndStatus[]).find((each) => statuses[each] === status) ?? 'running';
}

/** MLflow's names have no `@`; its own metrics at a cut are called `precision_at_3`, so ours are, too. */
export const asKey = (name: string): string => name.replace(/@(?=\d)/g, '_at_');

/** The name behind a key. */
export const nameOf = (key: string): string => key.replace(/_at_(?=\d)/g, '@');

/** Values of names as MLflow's list. */
export const asPairs = (values: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(values).map(([name, value]) => ({ key: asKey(name), value }));

/** And back; keys of MLflow's own tags begin with `mlflow.`. */
export const fromPairs = (pairs: readonly { key: string; value: string }[] = []): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => !key.startsWith('mlflow.')).map(({ key, value }) => [nameOf(key), value]));

/** Its JSON has NaN and infinity as texts. */
export const asMetric = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** It keeps infinity as the largest number. */
export function metricOf(value: number | string): number {
  const number = Number(value);
  return Math.abs(number) === Number.MAX_VALUE ? Math.sign(number) * Number.POSITIVE_INFINITY : number;
}
