import { AttuneError, shown } from '../../errors.ts';
import { anything, callback, integer, number, optional, readOptions, text } from '../../options.ts';
import { readReference } from '../../storage/shared/model-names.ts';
import { byStart, byStep, noArtifact, noRun, risingClock } from '../entries.ts';
import { readArtifactName } from '../names.ts';
import { openRun, readExperiment, readRunOptions } from '../run.ts';
import type { RegisteredModel, RunRecord, Tracker } from '../tracker.ts';
import { MlflowBatches } from './mlflow-batches.ts';
import { MlflowClient } from './mlflow-client.ts';
import { asKey, asPairs, fromPairs, metricOf, nameOf, statusOf } from './mlflow-names.ts';

/** Options of {@link mlflowTracker}. */
export interface MlflowOptions {
  /** Address of the tracking server, such as `'http://127.0.0.1:5000'`. */
  url: string;
  /** Sent as `Authorization: Bearer ...`. */
  token?: string;
  /** Further headers, such as `{ authorization: 'Basic ...' }`. */
  headers?: Record<string, string>;
  /** What requests go through. Default the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** How often a request that failed is repeated. From 0, default 4. */
  retries?: number;
  /** The wait before the first repetition; it doubles each time. Default 250. */
  backoffMs?: number;
  /** After so long a request counts as failed. Default 30,000. */
  timeoutMs?: number;
}

/**
 * Keeps runs on an MLflow tracking server (2.10 or newer), through its REST API alone. Values go in batches of up to 1,000, with retries.
 * Artifacts and models go through the server's artifact proxy (`mlflow server --serve-artifacts`, its default). `ndcg@10` is called
 * `ndcg_at_10` there.
 *
 * @returns a tracker whose calls reject with ERR_STORE when the server cannot be reached or refuses
 * @throws ERR_BAD_OPTION
 */
export function mlflowTracker(options: MlflowOptions): Tracker {
  const client = new MlflowClient(readMlflowOptions(options));
  const experiments = new Map<string, Promise<string>>();
  const clock = risingClock();
  const experimentOf = (name: string) => {
    const id = experiments.get(name) ?? findOrMakeExperiment(client, name);
    experiments.set(name, id);
    id.catch(() => experiments.delete(name));
    return id;
  };
  const infoOf = async (id: string): Promise<MlflowRun> => {
    try {
      return (await client.get<{ run: MlflowRun }>('runs/get', { run_id: id })).run;
    } catch (error) {
      throw isCode(error, 'ERR_NOT_FOUND', 'ERR_BAD_ARGUMENT') ? noRun(id) : error;
    }
  };

  return {
    async start(given) {
      const start = readRunOptions(given);
      const body = { start_time: clock(), run_name: start.name, tags: asPairs(start.tags) };
      const experiment_id = await experimentOf(start.experiment);
      const { run } = await client.post<{ run: MlflowRun }>('runs/create', { experiment_id, ...body }, { repeatable: false });
      const id = run.info.run_id;
      const batches = new MlflowBatches(client, id);
      batches.append({ type: 'parameters', parameters: start.parameters });
      await batches.flush();
      return openRun(
        {
          id,
          append: (entry) => batches.append(entry),
          flush: () => batches.flush(),
          putArtifact: async (name, bytes) => client.putFile(`${proxied(run)}/${name}`, bytes),
          putModel: (name, bytes, alias) => putModel(client, run, name, bytes, alias),
        },
        start,
      );
    },

    async runs(options) {
      const experiment = readExperiment(options);
      const all = await pages<{ experiment_id: string; name: string }>(client, 'experiments/search', 'experiments', {});
      const names = new Map(all.map(({ experiment_id, name }) => [experiment_id, name]));
      const ids = [...names.keys()].filter((id) => experiment === undefined || names.get(id) === experiment);
      if (ids.length === 0) return [];
      const found = await pages<MlflowRun>(client, 'runs/search', 'runs', { experiment_ids: ids });
      return found.map((run) => recordOf(run, names.get(run.info.experiment_id) ?? '')).sort(byStart);
    },

    async curve(id, metric) {
      await infoOf(id);
      const points: { value: number | string; step: number | string; timestamp: number | string }[] = [];
      for (let page_token: string | undefined, more = true; more; more = page_token !== undefined) {
        const query = { run_id: id, metric_key: asKey(metric), max_results: '25000', page_token };
        const page = await client.get<{ metrics?: typeof points; next_page_token?: string }>('metrics/get-history', query);
        points.push(...(page.metrics ?? []));
        page_token = page.next_page_token || undefined;
      }
      return points.map((p) => ({ step: Number(p.step), value: metricOf(p.value), time: Number(p.timestamp) })).sort(byStep);
    },

    async artifacts(id) {
      await infoOf(id);
      return (await filesIn(client, id, '')).sort();
    },

    async artifact(id, name) {
      const run = await infoOf(id);
      try {
        return await client.getFile(`${proxied(run)}/${readArtifactName(name)}`);
      } catch (error) {
        // MLflow up to 3.17 answers 500 for a file that is not there.
        const missing = isCode(error, 'ERR_NOT_FOUND') || !(await filesIn(client, id, '')).includes(name);
        throw missing && !isCode(error, 'ERR_BAD_ARGUMENT') ? noArtifact(id, name) : error;
      }
    },

    model: (reference) => getModel(client, reference),
  };
}

/** What we read of MLflow's runs. */
interface MlflowRun {
  info: {
    run_id: string;
    run_name?: string;
    experiment_id: string;
    status: string;
    start_time: number | string;
    end_time?: number | string;
    artifact_uri: string;
  };
  data?: {
    metrics?: { key: string; value: number | string }[];
    params?: { key: string; value: string }[];
    tags?: { key: string; value: string }[];
  };
}

interface MlflowModelVersion {
  version: string;
  source: string;
  run_id?: string;
}

function readMlflowOptions(options: MlflowOptions) {
  const o = readOptions('mlflowTracker', options, {
    url: address,
    token: optional(text()),
    headers: anything<Record<string, string>>({}),
    fetch: callback<typeof globalThis.fetch>(),
    retries: integer({ default: 4, min: 0 }),
    backoffMs: number({ default: 250, min: 0 }),
    timeoutMs: number({ default: 30_000, above: 0 }),
  });
  const headers = { ...(o.token === undefined ? {} : { authorization: `Bearer ${o.token}` }), ...o.headers };
  return { ...o, headers, fetch: o.fetch ?? globalThis.fetch };
}

function address(value: unknown, name: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  }
  const got = url && url.username !== '' ? 'one with a password in it (that belongs into headers)' : shown(value);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the http address of an MLflow server, got ${got}.`);
}

async function findOrMakeExperiment(client: MlflowClient, name: string): Promise<string> {
  const find = async () =>
    (await client.get<{ experiment: { experiment_id: string } }>('experiments/get-by-name', { experiment_name: name })).experiment
      .experiment_id;
  try {
    return await find();
  } catch (error) {
    if (!isCode(error, 'ERR_NOT_FOUND')) throw error;
  }
  try {
    return (await client.post<{ experiment_id: string }>('experiments/create', { name })).experiment_id;
  } catch (error) {
    if (isCode(error, 'ERR_DUPLICATE')) return find(); // somebody else was faster
    throw error;
  }
}

/** Uploads the model beside the run's artifacts and makes it the next version of its name. */
async function putModel(client: MlflowClient, run: MlflowRun, name: string, bytes: Uint8Array, alias: string | undefined): Promise<number> {
  const file = `models/${name}/${Date.now().toString(36)}-${(uploads++).toString(36)}/model.safetensors`;
  await client.putFile(`${proxied(run)}/${file}`, bytes);
  await client.post('registered-models/create', { name }).catch((error) => {
    if (!isCode(error, 'ERR_DUPLICATE')) throw error;
  });
  const body = { name, source: `${run.info.artifact_uri}/${file.slice(0, file.lastIndexOf('/'))}`, run_id: run.info.run_id };
  const made = await client.post<{ model_version: MlflowModelVersion }>('model-versions/create', body, { repeatable: false });
  const { version } = made.model_version;
  if (alias !== undefined) await client.post('registered-models/alias', { name, alias, version });
  return Number(version);
}

/** Two models of one millisecond are two files. */
let uploads = 0;

async function getModel(client: MlflowClient, reference: string): Promise<RegisteredModel> {
  const { name, version, alias } = readReference(reference);
  try {
    const found = await versionOf(client, name, version, alias);
    const path = inProxy(found.source);
    return { name, version: Number(found.version), run: found.run_id ?? '', bytes: await client.getFile(`${path}/model.safetensors`) };
  } catch (error) {
    // An alias that is not there is an invalid parameter to MLflow.
    if (!isCode(error, 'ERR_NOT_FOUND', 'ERR_BAD_ARGUMENT')) throw error;
    throw new AttuneError('ERR_NOT_FOUND', `Expected a registered model, got '${reference}', which MLflow does not know.`, {
      cause: error,
    });
  }
}

async function versionOf(client: MlflowClient, name: string, version: number | undefined, alias: string | undefined) {
  if (alias !== undefined) {
    return (await client.get<{ model_version: MlflowModelVersion }>('registered-models/alias', { name, alias })).model_version;
  }
  if (version !== undefined) {
    return (await client.get<{ model_version: MlflowModelVersion }>('model-versions/get', { name, version: String(version) }))
      .model_version;
  }
  const filter = `name='${name}'`; // names have no quotes
  const query = { filter, order_by: 'version_number DESC', max_results: '1' };
  const { model_versions = [] } = await client.get<{ model_versions?: MlflowModelVersion[] }>('model-versions/search', query);
  if (model_versions.length > 0) return model_versions[0];
  throw new AttuneError('ERR_NOT_FOUND', `MLflow has no model '${name}'.`);
}

/** Where a run's artifacts are, as the proxy names it. */
const proxied = (run: MlflowRun): string => inProxy(run.info.artifact_uri);

function inProxy(uri: string): string {
  const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri)?.[1];
  if (path !== undefined) return path;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `Expected artifacts behind the server's proxy (mlflow-artifacts:/...), got ${shown(uri)}. Start it with --serve-artifacts, and use a new experiment.`,
  );
}

function recordOf({ info, data }: MlflowRun, experiment: string): RunRecord {
  return {
    id: info.run_id,
    experiment,
    name: info.run_name ?? '',
    status: statusOf(info.status),
    startedAt: Number(info.start_time),
    endedAt: info.end_time === undefined ? undefined : Number(info.end_time),
    parameters: fromPairs(data?.params),
    tags: fromPairs(data?.tags),
    metrics: Object.fromEntries((data?.metrics ?? []).map(({ key, value }) => [nameOf(key), metricOf(value)])),
  };
}

async function pages<T>(client: MlflowClient, path: string, field: string, body: object): Promise<T[]> {
  const all: T[] = [];
  for (let page_token: string | undefined, more = true; more; more = page_token !== undefined) {
    const page = await client.post<Record<string, unknown>>(path, { ...body, max_results: 1000, page_token });
    all.push(...((page[field] ?? []) as T[]));
    page_token = (page.next_page_token as string | undefined) || undefined;
  }
  return all;
}

async function filesIn(client: MlflowClient, run_id: string, path: string): Promise<string[]> {
  const query = { run_id, path: path || undefined };
  const { files = [] } = await client.get<{ files?: { path: string; is_dir: boolean }[] }>('artifacts/list', query);
  const own = files.map((file) => (file.is_dir ? filesIn(client, run_id, file.path) : [file.path]));
  return (await Promise.all(own)).flat().filter((name) => !name.startsWith('models/'));
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof AttuneError && codes.includes(error.code);
}
