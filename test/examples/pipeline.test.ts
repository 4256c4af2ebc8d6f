import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../support/bundled.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'attune-pipeline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small = ['--factors', '16', '--iterations', '8'];
let program = '';
beforeAll(async () => {
  program = await bundled(join(root, 'examples/amazon-appliances/main.ts'));
});
const start = (args: string[], ...options: string[]) =>
  spawn(process.execPath, [...options, program, ...args], {
    cwd: root,
    env: { ...process.env, DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const finished = (child: ChildProcess) =>
  new Promise<{ code: number | null; out: string; err: string }>((done) => {
    let out = '';
    let err = '';
    child.stdout?.on('data', (piece) => (out += piece));
    child.stderr?.on('data', (piece) => (err += piece));
    child.on('close', (code) => done({ code, out, err }));
  });
const run = async (...args: string[]) => {
  const result = await finished(start(args));
  if (result.code !== 0) throw new Error(`${args.join(' ')}: exit ${result.code}\n${result.err}`);
  return result.out;
};
/** Runs a command that kills itself without warning in the middle of its work, where a statement says: no race with this process. */
const killed = async (where: string, ...args: string[]) => {
  const module = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const kill = () => process.kill(process.pid, 'SIGKILL');
    ${where};
    syncBuiltinESMExports();`;
  const { code, err } = await finished(start(args, '--import', `data:text/javascript,${encodeURIComponent(module)}`));
  expect(code, err).toBeNull();
};
/** Read from a copy: libsql keeps a file open after `close()` until its statements are collected, and etl refuses a database that is in use. */
const tables = () => {
  const copy = join(folder, 'copy.db');
  copyFileSync(join(folder, 'appliances.db'), copy);
  const database = new Database(copy);
  const rows = database
    .prepare('select (select count(*) from product_catalog) products, count(*) ratings, sum(rating) stars from user_item_rating')
    .all();
  database.close();
  return rows;
};
const models = () =>
  readdirSync(join(folder, 'models'), { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .sort();

describe('the whole pipeline on a tiny sample', () => {
  beforeAll(async () => {
    await run('sample', '--scale', '0.004');
    await run('etl');
    await run('train', ...small);
  }, 240_000);

  it('says what etl did', async () => {
    const out = await run('etl');
    expect(out).toMatch(/review rows read +8,067/);
    expect(out).toMatch(/ratings stored +8,067/);
    expect(existsSync(join(folder, '.etl'))).toBe(false);
  });

  it('trains once, and again only when something changed or with --force', async () => {
    expect(await run('train', ...small)).toMatch(/appliances-als +1 +unchanged/);
    expect(await run('train', '--model', 'als', '--factors', '8', '--iterations', '4')).toMatch(/appliances-als +2 +trained in/);
    expect(await run('train', '--model', 'semantic', '--force')).toMatch(/appliances-search +2 +trained in/);
  });

  it('shows that ALS beats popularity, and writes the figures', async () => {
    const out = await run('evaluate', '--k', '10', ...small);
    expect(out).toMatch(/ALS is better than popularity in ndcg@10/);
    const { models: measured } = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'));
    expect(Object.keys(measured)).toEqual(['ALS', 'item-kNN', 'popularity']);
    expect(readFileSync(join(folder, 'evaluation.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\n$/);
  });

  it('trains any family, or what is best on held-out ratings, and compares those that are asked for', async () => {
    expect(await run('train', '--model', 'item-knn')).toMatch(/appliances-item-knn +1 +trained in.*ndcg@10/);
    expect(await run('train', '--model', 'item-knn')).toMatch(/appliances-item-knn +1 +unchanged/);
    expect(await run('train', '--model', 'auto', '--budget', '4')).toMatch(/appliances-auto +1 +trained in.*ndcg@10/);
    const out = await run('evaluate', '--k', '10', '--models', 'sequence-linear,popularity');
    expect(out).toMatch(/sequence-linear[\s\S]*popularity/);
    const wrong = await finished(start(['evaluate', '--models', 'als,svd']));
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--models: expected some of als, popularity') });
  });

  it('recommends, searches and finds alike products in readable tables', async () => {
    const recommended = await run('recommend', '--n', '3');
    expect(recommended).toMatch(/rated\n[\s\S]*★[\s\S]*ALS recommends[\s\S]*B0[0-9A-Z]{8}/);
    const found = await run('search', 'refrigerator water filter', '--n', '3');
    expect(found.match(/Water Filter/gi)?.length).toBeGreaterThanOrEqual(3);
    const [id] = found.match(/B0[0-9A-Z]{8}/) as RegExpMatchArray;
    expect(await run('similar', id, '--n', '3')).toMatch(/People who liked it also liked[\s\S]*Similar descriptions[\s\S]*B0/);
  });

  it('explores', async () => {
    expect(await run('explore')).toMatch(/ratings per user +1\.\d\d[\s\S]*Stars[\s\S]*█/);
    expect(existsSync(join(folder, 'explore.html'))).toBe(true);
  });

  it('answers mistakes with one line and the right exit code', async () => {
    const failing = async (...args: string[]) => {
      const { code, out, err } = await finished(start(args));
      return { code, lines: err.trim().split('\n'), out };
    };
    expect(await failing('tran')).toMatchObject({ code: 2, lines: [expect.stringContaining("Unknown command 'tran'")] });
    expect(await failing('train', '--factor', '8')).toMatchObject({
      code: 2,
      lines: [expect.stringContaining("Unknown option '--factor'")],
    });
    expect(await failing('recommend', 'nobody')).toMatchObject({ code: 2, lines: [expect.stringContaining("No user 'nobody'")] });
    expect(await failing('etl', '--reviews', 'nowhere.csv')).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/nowhere\.csv.*\(ERR_NOT_FOUND\)/)],
    });
    expect(await failing('search', 'x', '--data-dir', join(folder, 'empty'))).toMatchObject({
      code: 1,
      lines: [expect.stringContaining('Run etl first')],
    });
  });

  it('keeps the old tables when etl is killed, and the next run does the work', async () => {
    const before = tables();
    await killed('fs.renameSync = kill', 'etl', '--sample-fraction', '0.5'); // all is written and nothing in its place
    expect(tables()).toEqual(before);
    expect(await run('search', 'dishwasher', '--n', '1')).toMatch(/B0/);
    expect(await run('etl', '--sample-fraction', '0.5')).toMatch(/user not in the sample +-\d/);
    expect(tables()).not.toEqual(before);
    expect(existsSync(join(folder, '.etl'))).toBe(false);
  });

  it('keeps the old models when train is killed, and the next run does the work', async () => {
    const before = models();
    await killed('process.stderr.write = () => setTimeout(kill, 50)', 'train', '--force', '--factors', '64');
    expect(models()).toEqual(before);
    expect(await run('recommend', '--n', '1')).toMatch(/ALS recommends/);
    expect(await run('train', '--force', ...small)).toMatch(/trained in/);
  });
});
