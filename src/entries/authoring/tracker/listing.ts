import type { TrackerSuite } from './suite.ts';

/** Runs beside each other. */
export function runsListed({ it, expect, open, experiment, only }: TrackerSuite): void {
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
}
