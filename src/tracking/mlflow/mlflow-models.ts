import { AttuneError, shown } from '../../errors.ts';
import { readReference } from '../../storage/shared/model-names.ts';
import type { RegisteredModel } from '../tracker.ts';
import type { MlflowClient } from './mlflow-client.ts';
import { isCode, type MlflowRun } from './mlflow-requests.ts';

/** What a model is called in its folder. */
const fileName = 'model.safetensors';

interface MlflowModelVersion {
  version: string;
  source: string;
  run_id?: string;
}

/** Uploads the model beside the run's artifacts and makes it the next version of its name. */
export async function putModel(
  client: MlflowClient,
  run: MlflowRun,
  name: string,
  bytes: Uint8Array,
  alias: string | undefined,
): Promise<number> {
  const file = `models/${name}/${Date.now().toString(36)}-${(uploads++).toString(36)}/${fileName}`;
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

/** A registered model. @throws ERR_NOT_FOUND; ERR_NOT_SUPPORTED when something else than a tracker registered it */
export async function getModel(client: MlflowClient, reference: string): Promise<RegisteredModel> {
  const { name, version, alias } = readReference(reference);
  const found = await versionOf(client, name, version, alias).catch((cause) => {
    // An alias that is not there is an invalid parameter to MLflow.
    if (!isCode(cause, 'ERR_NOT_FOUND', 'ERR_BAD_ARGUMENT')) throw cause;
    throw new AttuneError('ERR_NOT_FOUND', `Expected a registered model, got '${reference}', which MLflow does not know.`, { cause });
  });
  if (!found.source.startsWith('mlflow-artifacts:')) throw foreign(reference, found.source);
  try {
    const bytes = await client.getFile(`${inProxy(found.source)}/${fileName}`);
    return { name, version: Number(found.version), run: found.run_id ?? '', bytes };
  } catch (cause) {
    throw isCode(cause, 'ERR_NOT_FOUND') ? foreign(reference, found.source, cause) : cause;
  }
}

/** Of a version that `run.model` did not write. MLflow 3 calls what its Python client logs a LoggedModel: `models:/m-...`. */
function foreign(reference: string, source: string, cause?: unknown): AttuneError {
  const what = source.startsWith('models:/') ? 'a LoggedModel, as the Python client of MLflow 3 registers it' : 'files of its own';
  return new AttuneError(
    'ERR_NOT_SUPPORTED',
    `Expected a model that run.model() registered, got '${reference}', which is ${what} (${source}) without a ${fileName} of attune. Load it where it was made, or register the bytes of an attune model with run.model().`,
    { cause },
  );
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
  const { model_versions = [] } = await client.get<{ model_versions?: MlflowModelVersion[] | undefined }>('model-versions/search', query);
  if (model_versions.length > 0) return model_versions[0];
  throw new AttuneError('ERR_NOT_FOUND', `MLflow has no model '${name}'.`);
}

/** Where a run's artifacts are, as the proxy names it. */
export const proxied = (run: MlflowRun): string => inProxy(run.info.artifact_uri);

function inProxy(uri: string): string {
  const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri)?.[1];
  if (path !== undefined) return path;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `Expected artifacts behind the server's proxy (mlflow-artifacts:/...), got ${shown(uri)}. Start it with --serve-artifacts, and use a new experiment.`,
  );
}
