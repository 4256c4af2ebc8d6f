import { AttuneError } from '../../errors.ts';
import type { MlflowClient } from './mlflow-client.ts';

/** What we read of MLflow's runs. */
export interface MlflowRun {
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

/** All pages of a search. */
export async function pages<T>(client: MlflowClient, path: string, field: string, body: object): Promise<T[]> {
  const all: T[] = [];
  for (let page_token: string | undefined, more = true; more; more = page_token !== undefined) {
    const page = await client.post<Record<string, unknown>>(path, { ...body, max_results: 1000, page_token });
    all.push(...((page[field] ?? []) as T[]));
    page_token = (page.next_page_token as string | undefined) || undefined;
  }
  return all;
}

/** Names of the artifacts of a run, without its models. */
export async function filesIn(client: MlflowClient, run_id: string, path: string): Promise<string[]> {
  const query = { run_id, path: path || undefined };
  const { files = [] } = await client.get<{ files?: { path: string; is_dir: boolean }[] | undefined }>('artifacts/list', query);
  const own = files.map((file) => (file.is_dir ? filesIn(client, run_id, file.path) : [file.path]));
  return (await Promise.all(own)).flat().filter((name) => !name.startsWith('models/'));
}

/** Whether an error has one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof AttuneError && codes.includes(error.code);
}
