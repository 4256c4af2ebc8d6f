import type { TrackerSuite } from './suite.ts';

/** Settings, labels, metrics and names of a run. */
export function runsLogged({ it, expect, code, open, experiment, only }: TrackerSuite): void {
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
}
