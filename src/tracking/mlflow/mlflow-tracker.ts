import { byStart, byStep, noArtifact, noRun, risingClock } from '../entries.ts';
import { readArtifactName } from '../names.ts';
import { openRun, readExperiment, readRunOptions } from '../run.ts';
import type { CurvePoint, RunRecord, Tracker } from '../tracker.ts';
import { MlflowBatches } from './mlflow-batches.ts';
import { MlflowClient } from './mlflow-client.ts';
import { getModel, proxied, putModel } from './mlflow-models.ts';
import { asKey, asPairs, fromPairs, metricOf, nameOf, statusOf } from './mlflow-names.ts';
import { type MlflowOptions, readMlflowOptions } from './mlflow-options.ts';
import { filesIn, isCode, type MlflowRun, pages } from './mlflow-requests.ts';

/**
 * Keeps runs on an MLflow tracking server (2.10 or newer), through its REST API alone. Values go in batches of up to 1,000, with retries.
 * Artifacts and models go through the server's artifact proxy (`mlflow server --serve-artifacts`, its default). `ndcg@10` is called
 * `ndcg_at_10` there, and a name that is `ndcg_at_10` already `ndcg_at__10`.
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
      return curveOf(client, id, metric);
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
    if (isCode(error, 'ERR_DUPLICATE')) return find(); // another client was faster
    throw error;
  }
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

async function curveOf(client: MlflowClient, run_id: string, metric: string): Promise<CurvePoint[]> {
  const points: { value: number | string; step: number | string; timestamp: number | string }[] = [];
  for (let page_token: string | undefined, more = true; more; more = page_token !== undefined) {
    const query = { run_id, metric_key: asKey(metric), max_results: '25000', page_token };
    const page = await client.get<{ metrics?: typeof points | undefined; next_page_token?: string | undefined }>(
      'metrics/get-history',
      query,
    );
    points.push(...(page.metrics ?? []));
    page_token = page.next_page_token || undefined;
  }
  return points.map((p) => ({ step: Number(p.step), value: metricOf(p.value), time: Number(p.timestamp) })).sort(byStep);
}
