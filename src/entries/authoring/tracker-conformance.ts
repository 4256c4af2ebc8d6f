import { split } from '../../data/splits/split.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { PopularityRecommender } from '../../recommenders/popularity/popularity.ts';
import { formatRuns } from '../../tracking/format-runs.ts';
import { tracked } from '../../tracking/tracked.ts';
import type { Tracker } from '../../tracking/tracker.ts';
import { zipf } from './makers.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What every Tracker promises. `open` makes one; `experiment` makes names that nobody has used. */
export function trackerConformance(open: () => Tracker | Promise<Tracker>, experiment: () => string, runner: TestRunner): void {
  const { it, expect, code } = suiteOf(runner);
  const only = async (tracker: Tracker, name: string) => {
    const runs = await tracker.runs({ experiment: name });
    expect(runs).toHaveLength(1);
    return runs[0];
  };

  it('a run comes back with its settings as text, its labels, and the last value of each metric', async () => {
    const tracker = await open();
    const name = experiment();
    const before = Date.now();
    const settings = { factors: 64, solver: 'auto', biases: false, early: { patience: 2 }, gone: undefined, tiny: 1e-7, empty: '' };
    const run = await tracker.start({ experiment: name, name: 'first', parameters: settings, tags: { team: 'search' } });
    expect(await only(tracker, name)).toMatchObject({ id: run.id, name: 'first', status: 'running', endedAt: undefined });
    run.log({ loss: 3, 'ndcg@10': 0.1 }, { step: 1 });
    run.log({ loss: 2 }, { step: 2 });
    run.log({ loss: 9 }, { step: 0 });
    await run.end();
    const record = await only(tracker, name);
    const parameters = { factors: '64', solver: 'auto', biases: 'false', early: '{"patience":2}', tiny: '1e-7', empty: '' };
    expect(record).toMatchObject({ id: run.id, experiment: name, status: 'finished', tags: { team: 'search' } });
    expect(record.parameters).toEqual(parameters);
    expect(record.metrics).toEqual({ loss: 2, 'ndcg@10': 0.1 });
    expect(record.startedAt).toBeGreaterThanOrEqual(before);
    expect(record.endedAt).toBeGreaterThanOrEqual(record.startedAt);
  });

  it('a curve has every point in the order of its steps, also when there are thousands', async () => {
    const tracker = await open();
    const run = await tracker.start({ experiment: experiment() });
    for (let step = 2500; step > 0; step--) run.log({ 'training/loss': 1 / step, other: step }, { step, time: 1.7e12 + step });
    await run.flush();
    const curve = await tracker.curve(run.id, 'training/loss');
    expect(curve).toHaveLength(2500);
    expect(curve.map(({ step }) => step)).toEqual(Array.from({ length: 2500 }, (_, k) => k + 1));
    expect(curve[9]).toEqual({ step: 10, value: 0.1, time: 1.7e12 + 10 });
    expect(await tracker.curve(run.id, 'nothing')).toEqual([]);
    await run.end();
  });

  it('of several values of one step and one millisecond the last is the value of the run, and the curve keeps their order', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name });
    const values = [3, 9, 1, 4];
    for (const value of values) run.log({ loss: value }, { step: 7, time: 1.7e12 });
    for (const value of values) run.log({ quick: value, other: -value });
    await run.end();
    expect((await only(tracker, name)).metrics).toEqual({ loss: 4, quick: 4, other: -4 });
    for (const metric of ['loss', 'quick']) expect((await tracker.curve(run.id, metric)).map(({ value }) => value)).toEqual(values);
    expect((await tracker.curve(run.id, 'loss'))[0]).toEqual({ step: 7, value: 3, time: 1.7e12 });
  });

  it('names that are alike stay apart, and come back as they were', async () => {
    const tracker = await open();
    const name = experiment();
    const metrics = {
      'recall@5': 0.1,
      recall_at_5: 0.2,
      recall_at__5: 0.3,
      'a_at@5': 0.4,
      a_at_at_5: 0.5,
      'a_at_@5': 0.6,
      look_at_me: 0.7,
    };
    const labels = { 'a@1': 'x', a_at_1: 'y' };
    const run = await tracker.start({ experiment: name, parameters: labels, tags: labels });
    run.log(metrics);
    await run.end();
    expect(await only(tracker, name)).toMatchObject({ metrics, parameters: labels, tags: labels });
    for (const [key, value] of Object.entries(metrics)) {
      expect((await tracker.curve(run.id, key)).map((point) => point.value)).toEqual([value]);
    }
  });

  it('NaN and infinite values are kept', async () => {
    const tracker = await open();
    const run = await tracker.start({ experiment: experiment() });
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.1, 1e-300];
    for (const [step, value] of values.entries()) run.log({ loss: value }, { step });
    await run.end();
    expect((await tracker.curve(run.id, 'loss')).map(({ value }) => value)).toEqual(values);
  });

  it('settings may be added, not changed; labels may change', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name, parameters: { factors: 64 }, tags: { stage: 'try' } });
    await run.parameters({ alpha: 10, factors: 64 });
    await expect(run.parameters({ alpha: 11 })).rejects.toEqual(code('ERR_DUPLICATE'));
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, k) => [`p${k}`, 'x'.repeat(k === 0 ? 6000 : 3)]));
    await run.parameters(many);
    await run.tags({ stage: 'done', language: '日本語 "é"\n' });
    const record = await only(tracker, name);
    expect(record.parameters).toEqual({ factors: '64', alpha: '10', ...many });
    expect(record.tags).toEqual({ stage: 'done', language: '日本語 "é"\n' });
    await run.end('killed');
    expect((await only(tracker, name)).status).toBe('killed');
  });

  it('artifacts come back byte for byte, and may lie in folders', async () => {
    const tracker = await open();
    const run = await tracker.start({ experiment: experiment() });
    const bytes = Uint8Array.from({ length: 70_000 }, (_, k) => (k * 7919) % 256);
    expect(await tracker.artifacts(run.id)).toEqual([]);
    await run.artifact('model.bin', bytes);
    await run.artifact('reports/deep/test.html', '<p>é😀</p>');
    await run.artifact('note.txt', 'first');
    await run.artifact('note.txt', 'second');
    expect(await tracker.artifacts(run.id)).toEqual(['model.bin', 'note.txt', 'reports/deep/test.html']);
    expect(await tracker.artifact(run.id, 'model.bin')).toEqual(bytes);
    expect(text(await tracker.artifact(run.id, 'reports/deep/test.html'))).toBe('<p>é😀</p>');
    expect(text(await tracker.artifact(run.id, 'note.txt'))).toBe('second');
    for (const missing of ['nothing.txt', 'reports/nothing']) {
      await expect(tracker.artifact(run.id, missing)).rejects.toEqual(code('ERR_NOT_FOUND'));
    }
    await run.end();
  });

  it('a model gets the next version of its name, and the alias points at it', async () => {
    const tracker = await open();
    const model = experiment();
    const first = await tracker.start({ experiment: experiment() });
    const bytes = Uint8Array.of(1, 2, 3);
    expect(await first.model(model, bytes, { alias: 'champion' })).toBe(1);
    expect(await first.model(model, Uint8Array.of(4))).toBe(2);
    const second = await tracker.start({ experiment: experiment() });
    expect(await second.model(model, Uint8Array.of(5, 6), { alias: 'champion' })).toBe(3);
    expect(await tracker.model(model)).toEqual({ name: model, version: 3, run: second.id, bytes: Uint8Array.of(5, 6) });
    expect(await tracker.model(`${model}@1`)).toEqual({ name: model, version: 1, run: first.id, bytes });
    expect((await tracker.model(`${model}@champion`)).version).toBe(3);
    for (const missing of [`${model}@7`, `${model}@nobody`, `${model}-not-there`]) {
      await expect(tracker.model(missing)).rejects.toEqual(code('ERR_NOT_FOUND'));
    }
    expect(await tracker.artifacts(first.id)).toEqual([]);
    await Promise.all([first.end(), second.end()]);
  });

  it('runs are listed as they were started, by experiment', async () => {
    const tracker = await open();
    const [a, b] = [experiment(), experiment()];
    const ids: string[] = [];
    for (const [at, name] of [a, b, a, a].entries()) ids.push((await tracker.start({ experiment: name, name: `run ${at}` })).id);
    expect((await tracker.runs({ experiment: a })).map(({ id }) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect((await tracker.runs({ experiment: b })).map(({ name }) => name)).toEqual(['run 1']);
    expect((await tracker.runs()).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(await tracker.runs({ experiment: experiment() })).toEqual([]);
    await expect(tracker.runs({ experimnt: a } as never)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('runs at the same time do not mix', async () => {
    const tracker = await open();
    const name = experiment();
    const runs = await Promise.all(Array.from({ length: 5 }, (_, k) => tracker.start({ experiment: name, name: `${k}` })));
    for (let step = 0; step < 20; step++) for (const [k, run] of runs.entries()) run.log({ mine: k }, { step });
    await Promise.all(runs.map((run) => run.end()));
    for (const [k, run] of runs.entries()) {
      expect((await tracker.curve(run.id, 'mine')).map(({ value }) => value)).toEqual(new Array(20).fill(k));
    }
  });

  it('an evaluation is logged with its intervals and kept as a page', async () => {
    const tracker = await open();
    const name = experiment();
    const { train, test } = split(zipf({ users: 30, items: 20, rows: 200 }), { strategy: 'leave-last-out' });
    const report = await evaluate(await new PopularityRecommender().fit(train), { train, test, k: 5, name: 'Popularity, all' });
    await tracked(tracker, { experiment: name }, (run) => run.report(report));
    const { id, metrics } = await only(tracker, name);
    const { mean, low, high } = report.get('ndcg@5');
    expect([metrics['ndcg@5'], metrics['ndcg@5.low'], metrics['ndcg@5.high']]).toEqual([mean, low, high]);
    expect(metrics).not.toHaveProperty('coverage@5.low');
    expect(await tracker.artifacts(id)).toEqual(['reports/Popularity-all.html', 'reports/Popularity-all.json']);
    expect(JSON.parse(text(await tracker.artifact(id, 'reports/Popularity-all.json')))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(formatRuns([await only(tracker, name)])).toContain(mean.toFixed(4));
  });

  it('work that fails ends its run as failed, and its error comes out', async () => {
    const tracker = await open();
    const name = experiment();
    const failing = tracked(tracker, { experiment: name }, () => {
      throw new Error('no data');
    });
    await expect(failing).rejects.toThrow('no data');
    expect(await only(tracker, name)).toMatchObject({ status: 'failed', tags: { error: 'no data' } });
  });

  it('what cannot be kept everywhere is refused before anything is written', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name });
    for (const bad of ['', 'a//b', '/a', 'a/', '..', 'a/../b', 'a@b', 'é', 'a"b', 'a\nb', 'x'.repeat(251)]) {
      expect(() => run.log({ [bad]: 1 })).toThrow(code('ERR_BAD_ARGUMENT'));
      await expect(run.parameters({ [bad]: 1 })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(run.tags({ [bad]: 'x' })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const bad of ['1', null, undefined, 1n, {}]) expect(() => run.log({ loss: bad as never })).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => run.log({ loss: 1 }, { step: 1.5 })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => run.log({ loss: 1 }, { stepp: 1 } as never)).toThrow(code('ERR_BAD_OPTION'));
    for (const bad of ['x'.repeat(6001), 1n, () => {}]) {
      await expect(run.parameters({ long: bad })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    await expect(run.tags({ long: 'x'.repeat(5001) })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    for (const bad of ['', '../x', '/x', 'a//b', 'a/', '.hidden', 'a\\b', 'a b', 'x\0', 'x'.repeat(251), 5]) {
      await expect(run.artifact(bad as string, 'x')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    await expect(run.artifact('x', 5 as never)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.model('../x', Uint8Array.of(1))).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.model('x', new Uint8Array())).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.end('done' as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    for (const bad of [{}, { experiment: '' }, { experiment: name, nam: 'x' }, { experiment: name, name: 'x'.repeat(251) }]) {
      await expect(tracker.start(bad as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    }
    expect(await only(tracker, name)).toMatchObject({ metrics: {}, parameters: {}, tags: {} });
    expect(await tracker.artifacts(run.id)).toEqual([]);
  });

  it('a run that has ended takes nothing more, and ending it again does nothing', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name });
    await run.end();
    await run.end('failed');
    expect(() => run.log({ loss: 1 })).toThrow(code('ERR_NOT_SUPPORTED'));
    await expect(run.artifact('x', 'x')).rejects.toEqual(code('ERR_NOT_SUPPORTED'));
    expect((await only(tracker, name)).status).toBe('finished');
  });

  it('a run that is not there is said to be so', async () => {
    const tracker = await open();
    for (const id of ['nobody', '../../etc', '20200101T000000000-00000000', '0'.repeat(32)]) {
      await expect(tracker.curve(id, 'loss')).rejects.toEqual(code('ERR_NOT_FOUND'));
      await expect(tracker.artifacts(id)).rejects.toEqual(code('ERR_NOT_FOUND'));
      await expect(tracker.artifact(id, 'x')).rejects.toEqual(code('ERR_NOT_FOUND'));
    }
  });
}
