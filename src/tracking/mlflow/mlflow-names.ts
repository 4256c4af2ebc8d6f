import type { EndStatus, RunRecord } from '../tracker.ts';

/** MLflow's status names of a run. */
export const statuses: Record<EndStatus, string> = { finished: 'FINISHED', failed: 'FAILED', killed: 'KILLED' };

/** Ours for its. */
export function statusOf(status: string): RunRecord['status'] {
  return (Object.keys(statuses) as EndStatus[]).find((each) => statuses[each] === status) ?? 'running';
}

/**
 * MLflow's names have no `@`; its own metrics at a cut are called `precision_at_3`, so ours are, too. A name that has `_at_3` already gets one
 * more underscore, `_at__3`, so that `recall@3` and `recall_at_3` stay two metrics and both names come back.
 */
export const asKey = (name: string): string =>
  name.replace(/@(?=\d)|_at_(_*)(?=\d)/g, (found, more) => (found === '@' ? '_at_' : `_at__${more}`));

/** The name behind a key. */
export const nameOf = (key: string): string =>
  key.replace(/_at_(_*)(?=\d)/g, (_, more: string) => (more === '' ? '@' : `_at_${more.slice(1)}`));

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
