import { AttuneError, shown } from '../errors.ts';
import type { EvaluationReport } from '../evaluation/report/report.ts';
import { anything, checkNamed, choice, integer, number, optional, type Progress, readOptions, text } from '../options.ts';
import { readAlias, readModelBytes, readName } from '../storage/shared/model-names.ts';
import type { RunEntry } from './entries.ts';
import { readArtifactName, readMetrics, readParameters, readTags } from './names.ts';
import type { EndStatus, LogOptions, ModelOptions, Run, RunOptions } from './tracker.ts';

/** Where a run's entries go; what each tracker has to write. All arguments are checked already. */
export interface RunLog {
  readonly id: string;
  /** Takes an entry, in order. Never fails; `flush` reports failures. */
  append(entry: RunEntry): void;
  /** Waits until all entries are written. */
  flush(): Promise<void>;
  putArtifact(name: string, bytes: Uint8Array): Promise<void>;
  /** @returns the version */
  putModel(name: string, bytes: Uint8Array, alias: string | undefined): Promise<number>;
}

/** Options of `start`, read. */
export interface ReadRunOptions {
  experiment: string;
  name: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
}

/** @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT */
export function readRunOptions(options: RunOptions): ReadRunOptions {
  const o = readOptions('tracker.start', options, {
    experiment: title,
    name: optional(title),
    parameters: anything<object>({}),
    tags: anything<Record<string, string>>({}),
  });
  return { experiment: o.experiment, name: o.name ?? o.experiment, parameters: readParameters(o.parameters), tags: readTags(o.tags) };
}

/** Which runs are asked for: those of an experiment, or undefined for all. @throws ERR_BAD_OPTION */
export function readExperiment(options: { experiment?: string | undefined } = {}): string | undefined {
  return readOptions('tracker.runs', options, { experiment: optional(title) }).experiment;
}

/** The run that a caller sees: checks everything, and passes it to the log. */
export function openRun(log: RunLog, start: ReadRunOptions): Run {
  const written = new Map(Object.entries(start.parameters));
  const rising = risingTimes();
  let ended = false;
  const open = () => {
    if (ended) throw new AttuneError('ERR_NOT_SUPPORTED', `Run '${log.id}' has ended. Start another one to log more.`);
  };
  const run: Run = {
    id: log.id,

    log(metrics, options: LogOptions = {}) {
      open();
      const { step, time } = readOptions('run.log', options, { step: integer({ default: 0 }), time: number({ default: Date.now() }) });
      const read = readMetrics(metrics);
      if (Object.keys(read).length > 0) log.append({ type: 'metrics', metrics: read, step, time: rising(Object.keys(read), step, time) });
    },

    progress: (progress) => run.log(...readProgress(progress)),

    async parameters(values) {
      open();
      const parameters = readParameters(values);
      for (const [name, value] of Object.entries(parameters)) {
        const before = written.get(name);
        if (before === undefined || before === value) continue;
        throw new AttuneError(
          'ERR_DUPLICATE',
          `run.parameters: '${name}' is ${shown(before)} already, got ${shown(value)}. A setting is written once; start another run.`,
        );
      }
      for (const [name, value] of Object.entries(parameters)) written.set(name, value);
      log.append({ type: 'parameters', parameters });
      await log.flush();
    },

    async tags(values) {
      open();
      log.append({ type: 'tags', tags: readTags(values) });
      await log.flush();
    },

    async artifact(name, content) {
      open();
      await log.putArtifact(readArtifactName(name), readContent(content));
    },

    async report(report) {
      open();
      if (typeof report?.get !== 'function' || typeof report.toHTML !== 'function') {
        throw new AttuneError('ERR_BAD_ARGUMENT', `run.report: expected what evaluate() gives, got ${shown(report)}.`);
      }
      await logReport(run, report);
      await log.flush();
    },

    async model(name, bytes, options: ModelOptions = {}) {
      open();
      const { alias } = readOptions('run.model', options, { alias: optional(readAlias) });
      const version = await log.putModel(readName(name), readModelBytes(bytes), alias);
      log.append({ type: 'model', name, version, time: Date.now() });
      await log.flush();
      return version;
    },

    flush: () => log.flush(),

    async end(status: EndStatus = 'finished') {
      const checked = choice(['finished', 'failed', 'killed'])(status, 'run.end: status');
      if (!ended) log.append({ type: 'end', status: checked, time: Date.now() });
      ended = true;
      return log.flush();
    },
  };
  return run;
}

/** Every mean of a report with its interval, and the report itself as data and as a page. */
async function logReport(run: Run, report: EvaluationReport): Promise<void> {
  for (const key of report.keys) {
    const { mean, low, high } = report.get(key);
    run.log(low === high || Number.isNaN(low) ? { [key]: mean } : { [key]: mean, [`${key}.low`]: low, [`${key}.high`]: high });
  }
  const name = `reports/${report.name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|[.-]+$/g, '') || 'report'}`;
  await run.artifact(`${name}.json`, JSON.stringify(report, undefined, 2));
  await run.artifact(`${name}.html`, report.toHTML());
}

/** Number of points remembered to keep the times within one step distinct. */
const remembered = 10_000;

/**
 * Times that rise from value to value of one metric and step, by at least a millisecond, so that the value logged last is the latest also where
 * the order is kept by time alone: MLflow sorts by step, time and value, and would show the largest of one millisecond.
 */
function risingTimes(): (names: string[], step: number, time: number) => number {
  const last = new Map<string, number>();
  return (names, step, time) => {
    const keys = names.map((name) => `${step} ${name}`);
    const before = Math.max(...keys.map((key) => last.get(key) ?? Number.NEGATIVE_INFINITY));
    const given = Math.round(time) > before ? time : before + 1;
    for (const key of keys) last.set(key, Math.round(given));
    for (const key of last.keys()) {
      if (last.size <= remembered) break;
      last.delete(key);
    }
    return given;
  };
}

function title(value: unknown, name: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 250) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a text of 1 to 250 characters, got ${shown(value)}.`);
}

function readContent(content: unknown): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content;
  throw new AttuneError('ERR_BAD_ARGUMENT', `run.artifact: expected a text or a Uint8Array, got ${shown(content)}.`);
}

/** The numbers of a progress by phase, and its step. @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION */
function readProgress(progress: Progress): [metrics: Record<string, number>, options: LogOptions] {
  const { phase, done, total, ...values } = checkNamed('run.progress', 'the progress', progress);
  text()(phase, 'run.progress: phase');
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const metrics = Object.fromEntries(numbers.map(([name, value]) => [`${phase}/${name}`, value]));
  return [metrics, { step: Math.round(number({})(done, 'run.progress: done')) }];
}
