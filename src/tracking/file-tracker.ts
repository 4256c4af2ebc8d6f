import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ModelStore } from '../contracts/model-store.ts';
import { AttuneError, shown } from '../errors.ts';
import { fileModelStore } from '../storage/file/model-store.ts';
import { entriesOf, io, ioError, isMissing, replaceFile, syncFolder, writeSynced } from '../storage/file/writing.ts';
import { byStart, curveOf, noArtifact, noRun, type RunEntry, recordOf, risingClock } from './entries.ts';
import { registeredModel } from './models.ts';
import { readArtifactName } from './names.ts';
import { openRun, type RunLog, readExperiment, readRunOptions } from './run.ts';
import type { Tracker } from './tracker.ts';

/**
 * Keeps runs in a human-readable folder: `<folder>/runs/<id>/run.jsonl`, one JSON line for everything that happens to a run, its
 * `artifacts/` beside it, and registered models in `<folder>/models` as a {@link fileModelStore}. Lines are only ever appended, synchronously,
 * so a killed process leaves everything it has logged; a line cut off by a crash counts as never written. Several processes may log at once.
 *
 * @param folder made with the first run, with the folders above it
 */
export function fileTracker(folder: string): Tracker {
  if (typeof folder !== 'string' || folder === '' || folder.includes('\0')) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `fileTracker: expected the path of a folder, got ${shown(folder)}.`);
  }
  const models = fileModelStore(join(folder, 'models'));
  const clock = risingClock();
  const homeOf = (id: string) => join(folder, 'runs', id);
  const entries = async (id: string) => {
    const text = typeof id === 'string' && idPattern.test(id) ? await textOf(join(homeOf(id), 'run.jsonl')) : undefined;
    if (text === undefined) throw noRun(id);
    return parsed(text);
  };

  return {
    start: (options) =>
      io(async () => {
        const start = readRunOptions(options);
        const time = clock();
        const id = `${new Date(time).toISOString().replace(/[-:.]/g, '').replace('Z', '')}-${randomBytes(4).toString('hex')}`;
        const home = homeOf(id);
        const file = join(home, 'run.jsonl');
        await mkdir(home, { recursive: true });
        const first: RunEntry[] = [
          { type: 'start', experiment: start.experiment, name: start.name, time },
          { type: 'parameters', parameters: start.parameters },
          { type: 'tags', tags: start.tags },
        ];
        await writeSynced(file, first.map(line).join(''), 'wx');
        await syncFolder(join(folder, 'runs'));
        return openRun(fileLog({ id, home, file, models }), start);
      }),
    runs: (options) =>
      io(async () => {
        const experiment = readExperiment(options);
        const ids = (await entriesOf(join(folder, 'runs'))).map(({ name }) => name).filter((name) => idPattern.test(name));
        const records = await Promise.all(
          ids.map(async (id) => {
            const text = await textOf(join(homeOf(id), 'run.jsonl'));
            return text === undefined ? undefined : recordOf(id, parsed(text));
          }),
        );
        const known = records.filter((record) => record !== undefined);
        return known.filter((record) => experiment === undefined || record.experiment === experiment).sort(byStart);
      }),
    curve: (id, metric) => io(async () => curveOf(await entries(id), metric)),
    artifacts: (id) =>
      io(async () => {
        await entries(id);
        return (await filesIn(join(homeOf(id), 'artifacts'))).sort();
      }),
    artifact: (id, name) =>
      io(async () => {
        await entries(id);
        const bytes = await readFile(join(homeOf(id), 'artifacts', readArtifactName(name))).catch((error) => {
          if (isMissing(error) || error.code === 'EISDIR') throw noArtifact(id, name);
          throw error;
        });
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      }),
    model: (reference) => registeredModel.get(models, reference),
  };
}

/** Where the entries of one run go. */
function fileLog({ id, home, file, models }: { id: string; home: string; file: string; models: ModelStore }): RunLog {
  let failure: unknown;
  return {
    id,
    append(entry) {
      try {
        // Synchronous, so that killing the process cannot lose it. After a failure it starts a new line, since a partial line may precede it.
        appendFileSync(file, failure ? `\n${line(entry)}` : line(entry));
      } catch (error) {
        failure ??= error;
      }
    },
    async flush() {
      const error = failure;
      failure = undefined;
      if (error) throw ioError(error);
    },
    putArtifact: (name, bytes) =>
      io(async () => {
        const path = join(home, 'artifacts', name);
        await mkdir(dirname(path), { recursive: true });
        await replaceFile(path, bytes);
      }),
    putModel: (name, bytes, alias) => registeredModel.put(models, { run: id, name, bytes, alias }),
  };
}

const idPattern = /^\d{8}T\d{9}-[0-9a-f]{8}$/;

/** JSON has no NaN and no infinity; they are written as text, as MLflow does. */
function line(entry: RunEntry): string {
  return `${JSON.stringify(entry, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value))}\n`;
}

function parsed(text: string): RunEntry[] {
  const entries: RunEntry[] = [];
  for (const each of text.split('\n')) {
    try {
      const entry = JSON.parse(each) as RunEntry;
      if (entry.type === 'metrics') for (const [name, value] of Object.entries(entry.metrics)) entry.metrics[name] = Number(value);
      entries.push(entry);
    } catch {
      // empty, or cut off
    }
  }
  return entries;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

async function filesIn(folder: string, root = folder): Promise<string[]> {
  const lists = (await entriesOf(folder)).map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path, root);
    return entry.name.startsWith('.') ? [] : [relative(root, path).split(sep).join('/')];
  });
  return (await Promise.all(lists)).flat();
}
