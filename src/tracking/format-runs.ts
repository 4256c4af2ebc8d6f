import { AttuneError, shown } from '../errors.ts';
import { checkIterable, choice, integer, isRecord, optional, readOptions, text } from '../options.ts';
import { markdownTable, textTable } from '../text-table.ts';
import type { RunRecord } from './tracker.ts';

/** Options of {@link formatRuns}. */
export interface FormatRunsOptions {
  /** Which metrics, in order. Default all but the ends of intervals. */
  metrics?: readonly string[] | undefined;
  /** The best run of this metric comes first: `'largest'` or `'smallest'` of the first of `metrics`. Default: in the order given. */
  sort?: 'largest' | 'smallest' | undefined;
  /** Default `'text'`. */
  format?: 'text' | 'markdown' | undefined;
  /** Digits behind the point. Default 4. */
  digits?: number | undefined;
}

/**
 * A table for comparing runs: one row per run, with the settings in which they differ and their metrics.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
 */
export function formatRuns(runs: readonly RunRecord[], options: FormatRunsOptions = {}): string {
  const o = readOptions('formatRuns', options, {
    metrics: optional((value: unknown, name: string) =>
      Array.from(checkIterable(name, 'metrics', value as string[]), (each) => text()(each, name)),
    ),
    sort: optional(choice(['largest', 'smallest'])),
    format: choice(['text', 'markdown'], 'text'),
    digits: integer({ default: 4, min: 0, max: 20 }),
  });
  const list = Array.from(checkIterable('formatRuns', 'runs', runs), readRun);
  const namesOf = (values: (run: RunRecord) => object) => [...new Set(list.flatMap((run) => Object.keys(values(run))))];
  const metrics = o.metrics ?? namesOf((run) => run.metrics).filter((name) => !/\.(low|high)$/.test(name));
  const settings = namesOf((run) => run.parameters).filter((name) => new Set(list.map(({ parameters }) => parameters[name])).size > 1);
  const rank = ({ metrics: values }: RunRecord) =>
    (Object.hasOwn(values, metrics[0]) ? values[metrics[0]] : Number.NaN) * (o.sort === 'smallest' ? 1 : -1);
  const worst = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const sorted = o.sort ? [...list].sort((a, b) => (worst(rank(a)) < worst(rank(b)) ? -1 : worst(rank(a)) > worst(rank(b)) ? 1 : 0)) : list;
  const rows = sorted.map((run) => [
    run.name,
    run.status,
    ...settings.map((name) => run.parameters[name] ?? ''),
    ...metrics.map((name) => (Object.hasOwn(run.metrics, name) ? run.metrics[name].toFixed(o.digits) : '')),
  ]);
  const head = ['run', 'status', ...settings, ...metrics];
  return o.format === 'markdown' ? markdownTable(head, rows) : textTable(head, rows);
}

function readRun(run: RunRecord): RunRecord {
  const isSound = typeof run?.name === 'string' && typeof run.status === 'string' && isRecord(run.parameters) && isRecord(run.metrics);
  if (isSound && Object.values(run.metrics).every((value) => typeof value === 'number')) return run;
  throw new AttuneError('ERR_BAD_ARGUMENT', `formatRuns: expected runs of a tracker, got ${shown(run)}.`);
}
