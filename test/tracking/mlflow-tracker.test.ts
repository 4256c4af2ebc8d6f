import { mlflowTracker } from 'attune/mlflow';
import { describe, expect, it } from 'vitest';

const code = (wanted: string) => expect.objectContaining({ name: 'AttuneError', code: wanted });
const url = 'http://mlflow.test/base/';

interface Request {
  path: string;
  headers: Headers;
  body: Record<string, unknown[]>;
}

/** A stand-in for what the network does; the real server is in test/integration. `answer` may refuse a request or throw. */
function server(answer: (request: Request, count: number) => Response | undefined = () => undefined) {
  const requests: Request[] = [];
  const fetch = (async (input: string, init: RequestInit) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    const request = { path: input.replace(/^.*\/api\/2\.0\//, ''), headers: new Headers(init.headers), body };
    requests.push(request);
    const refused = answer(request, requests.length);
    if (refused) return refused;
    if (request.path.startsWith('mlflow/experiments/get-by-name')) return Response.json({ experiment: { experiment_id: '1' } });
    if (request.path === 'mlflow/runs/create') {
      return Response.json({ run: { info: { run_id: 'r', experiment_id: '1', artifact_uri: 'mlflow-artifacts:/1/r/artifacts' } } });
    }
    return Response.json({});
  }) as typeof globalThis.fetch;
  const batches = () => requests.filter(({ path }) => path === 'mlflow/runs/log-batch').map(({ body }) => body);
  return { requests, fetch, batches };
}

describe('the MLflow tracker', () => {
  it('sends values in batches that MLflow takes, and no request a value', async () => {
    const { fetch, batches } = server();
    const run = await mlflowTracker({ url, fetch }).start({ experiment: 'e' });
    for (let step = 0; step < 1250; step++) run.log({ a: 1, b: 2 }, { step });
    await run.parameters(Object.fromEntries(Array.from({ length: 130 }, (_, k) => [`p${k}`, k])));
    await run.end();
    expect(batches().map(({ metrics, params }) => [metrics?.length ?? 0, params?.length ?? 0])).toEqual([
      [1000, 0],
      [1000, 0],
      [500, 0],
      [0, 100],
      [0, 30],
    ]);
  });

  it('writes NaN, infinity and a cut as MLflow does', async () => {
    const { fetch, batches } = server();
    const run = await mlflowTracker({ url, fetch }).start({ experiment: 'e' });
    run.log({ 'ndcg@10': Number.NaN, loss: Number.POSITIVE_INFINITY }, { step: 2, time: 7 });
    await run.flush();
    expect(batches()[0].metrics).toEqual([
      { key: 'ndcg_at_10', value: 'NaN', step: 2, timestamp: 7 },
      { key: 'loss', value: 'Infinity', step: 2, timestamp: 7 },
    ]);
  });

  it('gives values of one step times that rise, so that MLflow takes the last for the latest and not the largest', async () => {
    const { fetch, batches } = server();
    const run = await mlflowTracker({ url, fetch }).start({ experiment: 'e' });
    for (const value of [3, 9, 1]) run.log({ loss: value }, { step: 2, time: 7.4 });
    run.log({ loss: 5 }, { step: 3, time: 7.4 });
    await run.flush();
    expect(batches()[0].metrics).toMatchObject([
      { value: 3, timestamp: 7 },
      { value: 9, timestamp: 8 },
      { value: 1, timestamp: 9 },
      { value: 5, timestamp: 7 },
    ]);
  });

  it.each([
    ['models:/m-123', /a LoggedModel, as the Python client of MLflow 3 registers it/],
    ['mlflow-artifacts:/1/r/artifacts/model', /without a model.safetensors of attune/],
    ['s3://bucket/model', /register the bytes of an attune model with run.model/],
  ])('says that %s is no model of a tracker', async (source, message) => {
    const { fetch } = server(({ path }) => {
      if (path.startsWith('mlflow/model-versions/get')) return Response.json({ model_version: { version: '1', source } });
      return path.startsWith('mlflow-artifacts') ? new Response('', { status: 404 }) : undefined;
    });
    const error = await mlflowTracker({ url, fetch })
      .model('python@1')
      .catch((caught) => caught);
    expect(error).toMatchObject({ code: 'ERR_NOT_SUPPORTED', message: expect.stringMatching(message) });
    expect(error.message).not.toContain('--serve-artifacts');
  });

  it('repeats what failed, waits longer each time, and gives up with what it saw', async () => {
    const times: number[] = [];
    const busy = server(() => {
      times.push(performance.now());
      return new Response('no', { status: 500 });
    });
    const tracker = mlflowTracker({ url, fetch: busy.fetch, retries: 3, backoffMs: 20 });
    await expect(tracker.start({ experiment: 'e' })).rejects.toEqual(code('ERR_STORE'));
    const waits = times.slice(1).map((time, at) => time - times[at]);
    expect(waits).toHaveLength(3);
    for (const [at, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(20 * 2 ** at - 2);
    const down = mlflowTracker({ url, fetch: () => Promise.reject(new TypeError('refused')), retries: 1, backoffMs: 0 });
    const error = await down.runs().catch((caught) => caught);
    expect(error).toEqual(code('ERR_STORE'));
    expect(error.message).toContain('2 attempts');
  });

  it('never makes a run twice because an answer was lost', async () => {
    let created = 0;
    const { fetch } = server(({ path }) => {
      if (path === 'mlflow/runs/create' && ++created > 0) throw new TypeError('the answer was lost');
      return undefined;
    });
    await expect(mlflowTracker({ url, fetch, backoffMs: 0 }).start({ experiment: 'e' })).rejects.toEqual(code('ERR_STORE'));
    expect(created).toBe(1);
  });

  it('keeps values while the server is away, and sends them when it is back', async () => {
    let away = false;
    const { fetch, batches } = server(({ path }) =>
      away && path === 'mlflow/runs/log-batch' ? new Response('', { status: 502 }) : undefined,
    );
    const run = await mlflowTracker({ url, fetch, retries: 0 }).start({ experiment: 'e' });
    away = true;
    run.log({ a: 1 });
    await expect(run.flush()).rejects.toEqual(code('ERR_STORE'));
    run.log({ a: 2 }, { step: 1 });
    away = false;
    await run.end();
    expect(batches().at(-1)?.metrics).toMatchObject([{ value: 1 }, { value: 2, step: 1 }]);
  });

  it('ends a run that could not be ended at first', async () => {
    let away = true;
    const { fetch, requests } = server(({ path }) =>
      away && path === 'mlflow/runs/update' ? new Response('', { status: 502 }) : undefined,
    );
    const run = await mlflowTracker({ url, fetch, retries: 0 }).start({ experiment: 'e' });
    await expect(run.end()).rejects.toEqual(code('ERR_STORE'));
    away = false;
    await run.end();
    expect(requests.at(-1)).toMatchObject({ path: 'mlflow/runs/update', body: { status: 'FINISHED' } });
  });

  it('tells in the next flush what the server refused for good, and goes on', async () => {
    const refusal = Response.json({ error_code: 'INVALID_PARAMETER_VALUE', message: 'no such thing' }, { status: 400 });
    const { fetch, batches } = server(({ path, body }) =>
      path === 'mlflow/runs/log-batch' && body.params?.length ? refusal.clone() : undefined,
    );
    const run = await mlflowTracker({ url, fetch }).start({ experiment: 'e' });
    await expect(run.parameters({ a: 1 })).rejects.toThrow('no such thing');
    run.log({ a: 1 });
    await run.end();
    expect(batches().at(-1)?.metrics).toHaveLength(1);
  });

  it('sends the token and further headers, and says when they are not accepted, without them', async () => {
    const seen = server();
    await mlflowTracker({ url, fetch: seen.fetch, token: 'secret', headers: { 'x-team': 'a' } }).start({ experiment: 'e' });
    expect(seen.requests.every(({ headers }) => headers.get('authorization') === 'Bearer secret' && headers.get('x-team') === 'a')).toBe(
      true,
    );
    const closed = server(() => new Response('who are you', { status: 401 }));
    const error = await mlflowTracker({ url, fetch: closed.fetch, token: 'secret' })
      .runs()
      .catch((caught) => caught);
    expect(error.message).toContain("'token'");
    expect(error.message).not.toContain('secret');
  });

  it('says when something else answers, and when artifacts do not go through the server', async () => {
    const page = server(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    await expect(mlflowTracker({ url, fetch: page.fetch }).runs()).rejects.toThrow('Expected JSON from MLflow, got text/html');
    const direct = server(({ path }) =>
      path === 'mlflow/runs/create'
        ? Response.json({ run: { info: { run_id: 'r', experiment_id: '1', artifact_uri: 's3://bucket/1/r' } } })
        : undefined,
    );
    const run = await mlflowTracker({ url, fetch: direct.fetch }).start({ experiment: 'e' });
    await expect(run.artifact('x', 'x')).rejects.toEqual(code('ERR_NOT_SUPPORTED'));
  });

  it.each([
    {},
    { url: 'mlflow:5000' },
    { url: 'http://user:pass@mlflow.test' },
    { url, retries: -1 },
    { url, fetch: 5 },
    { url, tokn: 'x' },
  ])('refuses %o', (options) => {
    expect(() => mlflowTracker(options as never)).toThrow(code('ERR_BAD_OPTION'));
  });
});
