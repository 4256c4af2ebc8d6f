import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlsRecommender } from 'attune';
import { mlflowTracker } from 'attune/mlflow';
import { describe, expect, it } from 'vitest';
import { trackerConformance } from '../support/conformance.ts';
import { checkerboard } from '../support/makers.ts';

const service = join(import.meta.dirname, '../../.services/mlflow');
const url = readFileSync(join(service, 'url.txt'), 'utf8').trim();

const stamp = Date.now();
let names = 0;
const experiment = () => `experiment-${stamp}-${names++}`;

describe('MLflow tracker', () => trackerConformance(() => mlflowTracker({ url }), experiment));

describe('a real MLflow server', () => {
  const api = async (path: string) => (await fetch(`${url}/api/2.0/mlflow/${path}`)).json();

  it('shows a training run as its own page would: curve, settings, artifact, model with an alias', async () => {
    const tracker = mlflowTracker({ url });
    const run = await tracker.start({ experiment: experiment(), name: 'als', parameters: { factors: 4 } });
    const als = await new AlsRecommender({ factors: 4, iterations: 3 }).fit(checkerboard(), { onProgress: run.progress });
    run.log({ 'ndcg@10': 0.25 });
    const model = experiment();
    await run.model(model, als.toBytes(), { alias: 'champion' });
    await run.end();
    const { info, data } = (await api(`runs/get?run_id=${run.id}`)).run;
    expect(info).toMatchObject({ run_name: 'als', status: 'FINISHED' });
    expect(data.params).toEqual([{ key: 'factors', value: '4' }]);
    expect(data.metrics.map(({ key }: { key: string }) => key).sort()).toEqual(['ndcg_at_10', 'training/loss']);
    const { metrics } = await api(`metrics/get-history?run_id=${run.id}&metric_key=training%2Floss`);
    expect(metrics).toHaveLength(3);
    const { model_version } = await api(`registered-models/alias?name=${model}&alias=champion`);
    expect(model_version).toMatchObject({ name: model, version: '1', run_id: run.id, status: 'READY' });
    const { bytes } = await tracker.model(`${model}@champion`);
    expect(AlsRecommender.fromBytes(bytes).recommend('u3')).toEqual(als.recommend('u3'));
  });

  it('says of a model that Python registered what it is', async () => {
    const post = async (path: string, body: object) =>
      (
        await fetch(`${url}/api/2.0/mlflow/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json();
    const name = experiment();
    const { experiment_id } = await post('experiments/create', { name });
    const { model } = await post('logged-models', { experiment_id, name: 'python' }); // as mlflow.pyfunc.log_model does
    await post('registered-models/create', { name });
    await post('model-versions/create', { name, source: `models:/${model.info.model_id}`, model_id: model.info.model_id });
    await expect(mlflowTracker({ url }).model(name)).rejects.toMatchObject({
      code: 'ERR_NOT_SUPPORTED',
      message: expect.stringContaining('a LoggedModel'),
    });
  });

  it('gets everything once through a server that fails now and then', async () => {
    let requests = 0;
    const flaky: typeof fetch = async (input, init) => {
      requests++;
      if (requests % 3 === 1) return new Response('busy', { status: 503, headers: { 'retry-after': '0' } });
      const answer = await fetch(input, init);
      if (requests % 3 === 2 && !String(input).includes('runs/create')) throw new TypeError('the answer was lost');
      return answer;
    };
    const name = experiment();
    const tracker = mlflowTracker({ url, fetch: flaky, backoffMs: 1 });
    const run = await tracker
      .start({ experiment: name, parameters: { a: 1 } })
      .catch(() => tracker.start({ experiment: name, parameters: { a: 1 } }));
    for (let step = 0; step < 100; step++) run.log({ loss: step }, { step });
    await run.artifact('note.txt', 'text');
    await run.end();
    expect((await tracker.curve(run.id, 'loss')).map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, k) => k));
    expect(await tracker.artifacts(run.id)).toEqual(['note.txt']);
    expect((await tracker.runs({ experiment: name })).at(-1)).toMatchObject({ status: 'finished', parameters: { a: '1' } });
  });
});
