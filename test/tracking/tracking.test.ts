import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AlsRecommender, gridSearch, split } from 'attune';
import { fileTracker } from 'attune/node';
import { formatRuns, memoryTracker, tracked, trackTrials } from 'attune/tracking';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { trackerConformance } from '../support/conformance.ts';
import { zipf } from '../support/makers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
let folders = 0;
const folder = () => join(root, String(folders++), 'not', 'there', 'yet');
let names = 0;

describe.each([
  ['memory', () => memoryTracker()],
  ['file', () => fileTracker(folder())],
])('%s tracker', (_, open) => trackerConformance(open, () => `experiment-${names++}`));

describe('tracking', () => {
  const { train, validation } = split(zipf({ users: 40, items: 30, rows: 400 }), { strategy: 'leave-last-out', validation: true });

  it('a fit that reports to run.progress leaves its loss as a curve', async () => {
    const tracker = memoryTracker();
    const run = await tracker.start({ experiment: 'fit' });
    const als = await new AlsRecommender({ factors: 4, iterations: 5 }).fit(train, { onProgress: run.progress });
    await run.end();
    const curve = await tracker.curve(run.id, 'training/loss');
    expect(curve.map(({ step, value }) => [step, value])).toEqual(als.history.map(({ iteration, loss }) => [iteration, loss]));
  });

  it('a search that reports to trackTrials leaves each trial as a run', async () => {
    const tracker = memoryTracker();
    const trials = trackTrials(tracker, { experiment: 'search', name: 'trial', parameters: { data: 'zipf' } });
    const best = await gridSearch({
      recommender: (p) => new AlsRecommender({ iterations: 2, ...p }),
      grid: { factors: [2, 4], regularization: [0.1, -1] },
      train,
      validation,
      onError: 'skip',
      onProgress: trials,
    });
    await trials.done();
    const runs = await tracker.runs({ experiment: 'search' });
    expect(runs.map(({ name }) => name)).toEqual(['trial 1', 'trial 2', 'trial 3', 'trial 4']);
    expect(runs.map(({ status }) => status)).toEqual(best.trials.map(({ error }) => (error === undefined ? 'finished' : 'failed')));
    expect(runs.some(({ status }) => status === 'failed')).toBe(true);
    expect(runs[0].parameters).toEqual({ data: 'zipf', factors: '2', regularization: '0.1' });
    expect(runs.map(({ metrics }) => metrics['ndcg@10'])).toEqual(best.trials.map(({ scores }) => scores['ndcg@10']));
    const table = formatRuns(runs, { metrics: ['ndcg@10', 'seconds'], sort: 'largest' });
    expect(table.split('\n')[0]).toMatch(/^run +status +factors +regularization +ndcg@10 +seconds$/);
    expect(table.split('\n')[2]).toContain(best.score.toFixed(4));
    expect(formatRuns(runs, { format: 'markdown' })).toContain('| trial 1 | finished | 2 | 0.1 |');
  });

  it('an error of the tracker comes out of done, once', async () => {
    const broken = { ...memoryTracker(), start: () => Promise.reject(new Error('full')) };
    const trials = trackTrials(broken, { experiment: 'search' });
    trials({ phase: 'searching', done: 1, trial: { parameters: {}, scores: {}, seconds: 1 } });
    await expect(trials.done()).rejects.toThrow('full');
    await trials.done();
  });

  it('tracked gives the result of the work', async () => {
    expect(await tracked(memoryTracker(), { experiment: 'x' }, async (run) => run.id)).toBe('run-1');
  });
});

describe('the file tracker', () => {
  it('writes one JSON line for everything that happens', async () => {
    const home = folder();
    const run = await fileTracker(home).start({ experiment: 'e', parameters: { a: 1 } });
    run.log({ loss: Number.NaN }, { step: 3, time: 5 });
    const lines = readFileSync(join(home, 'runs', run.id, 'run.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['start', 'parameters', 'tags', 'metrics']);
    expect(lines[3]).toBe('{"type":"metrics","metrics":{"loss":"NaN"},"step":3,"time":5}');
  });

  it('a killed process leaves everything it has logged, and others go on', { timeout: 240_000 }, async () => {
    const home = folder();
    const child = await startChild(resolve(import.meta.dirname, 'children/endless-run.ts'), home);
    await child.line('logged 1');
    while (child.lines.length < 6) await child.line('logged');
    const logged = Number(child.lines.at(-1)?.slice(7));
    child.process.kill('SIGKILL');
    await child.ended;
    const tracker = fileTracker(home);
    const [run] = await tracker.runs();
    expect(run.status).toBe('running');
    const curve = await tracker.curve(run.id, 'loss');
    expect(curve.length).toBeGreaterThanOrEqual(logged);
    expect(curve.map(({ step }) => step)).toEqual(curve.map((_, at) => at));
    appendFileSync(join(home, 'runs', run.id, 'run.jsonl'), '{"type":"metrics","metri'); // cut off by a power failure
    expect(await tracker.curve(run.id, 'loss')).toEqual(curve);
    await (await tracker.start({ experiment: 'next' })).end();
    expect((await tracker.runs()).map(({ experiment }) => experiment)).toEqual(['endless', 'next']);
  });

  it('an artifact is there as a whole or not at all, and leaves no other file', async () => {
    const home = folder();
    const run = await fileTracker(home).start({ experiment: 'e' });
    await Promise.all(Array.from({ length: 8 }, (_, k) => run.artifact('same.txt', String(k).repeat(5000))));
    expect(readdirSync(join(home, 'runs', run.id, 'artifacts'))).toEqual(['same.txt']);
    const content = readFileSync(join(home, 'runs', run.id, 'artifacts', 'same.txt'), 'utf8');
    expect(content).toBe(content[0].repeat(5000));
  });

  it('refuses what is not a folder', () => {
    expect(() => fileTracker('')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});
