import { split } from '../../../data/splits/split.ts';
import { evaluate } from '../../../evaluation/evaluate.ts';
import { PopularityRecommender } from '../../../recommenders/popularity/popularity.ts';
import { formatRuns } from '../../../tracking/format-runs.ts';
import { tracked } from '../../../tracking/tracked.ts';
import { zipf } from '../makers.ts';
import { type TrackerSuite, text } from './suite.ts';

/** Files and models of a run, and the page of an evaluation. */
export function artifactsAndModels({ it, expect, code, open, experiment, only }: TrackerSuite): void {
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
}
