import { AttuneError, shown } from '../errors.ts';

/** MLflow's limits, enforced by all trackers so that a program can switch between them. */
const limits = { name: 250, parameter: 6000, tag: 5000 };

/** A part between slashes; `@` is ours, and only before a digit, so that it can be written as `_at_` and read back. */
const part = /^(?!\.{1,2}$)(?:[\w\-. :]|@(?=\d))+$/;
const filePart = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;

/** Checks metrics. @throws ERR_BAD_ARGUMENT */
export function readMetrics(values: unknown): Record<string, number> {
  return read('run.log', values, (value, name) => {
    if (typeof value === 'number') return value;
    throw new AttuneError('ERR_BAD_ARGUMENT', `run.log: expected '${name}' to be a number, got ${shown(value)}.`);
  });
}

/** Turns settings into text. @throws ERR_BAD_ARGUMENT */
export function readParameters(values: unknown): Record<string, string> {
  return read('run.parameters', values, (value, name) => {
    if (value === undefined) return undefined;
    const text = typeof value === 'string' ? value : asJson(value, name);
    return fitting('run.parameters', name, text, limits.parameter);
  });
}

/** Checks labels. @throws ERR_BAD_ARGUMENT */
export function readTags(values: unknown): Record<string, string> {
  return read('run.tags', values, (value, name) => {
    if (typeof value !== 'string') {
      throw new AttuneError('ERR_BAD_ARGUMENT', `run.tags: expected '${name}' to be a text, got ${shown(value)}.`);
    }
    return fitting('run.tags', name, value, limits.tag);
  });
}

/** Checks the name of an artifact, which is a relative path on every system. @throws ERR_BAD_ARGUMENT */
export function readArtifactName(name: unknown): string {
  if (typeof name === 'string' && name.length <= limits.name && name.split('/').every((each) => filePart.test(each))) return name;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected the name of an artifact, such as 'reports/test.html': letters, digits, '.', '_', '-', and '/' between folders, got ${shown(name)}.`,
  );
}

function read<T>(owner: string, values: unknown, check: (value: unknown, name: string) => T | undefined): Record<string, T> {
  if (values === null || typeof values !== 'object' || Array.isArray(values)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an object of names and values, got ${shown(values)}.`);
  }
  const entries: [string, T][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (name.length > limits.name || !name.split('/').every((each) => part.test(each))) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `${owner}: expected a name of up to ${limits.name} letters, digits, '_', '-', '.', ':', ' ', '/' between parts, and '@' before a digit, got ${shown(name)}.`,
      );
    }
    const checked = check(value, name);
    if (checked !== undefined) entries.push([name, checked]);
  }
  return Object.fromEntries(entries);
}

function asJson(value: unknown, name: string): string {
  try {
    const json = JSON.stringify(value, (_, each) => (typeof each === 'number' && !Number.isFinite(each) ? String(each) : each));
    if (json !== undefined) return typeof value === 'number' ? String(value) : json;
  } catch {
    // circular, or a bigint
  }
  throw new AttuneError('ERR_BAD_ARGUMENT', `run.parameters: expected '${name}' to be text or what JSON holds, got ${shown(value)}.`);
}

function fitting(owner: string, name: string, value: string, length: number): string {
  if (value.length <= length) return value;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `${owner}: expected '${name}' to have at most ${length} characters, got ${value.length}. Keep long ones as an artifact.`,
  );
}
