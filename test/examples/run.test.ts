import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');

describe('run.mjs', () => {
  const project = temporaryFolder();
  const file = (path: string) => join(project.path, path);
  const cache = file('.cache/appliances');
  const bundles = () => readdirSync(cache).filter((name) => name !== 'inputs.json');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [file('examples/amazon-appliances/run.mjs'), ...args], { encoding: 'utf8' });
  const printed = (...args: string[]) => run(...args).stdout.trim();

  beforeEach(() => {
    rmSync(file('.cache'), { recursive: true, force: true });
    rmSync(file('node_modules'), { force: true });
    for (const folder of ['packages/static-en', ...['etl', 'bulk', 'server/training'].map((it) => `examples/amazon-appliances/${it}`)])
      mkdirSync(file(folder), { recursive: true });
    project.write('package.json', '{ "type": "module" }');
    project.write('package-lock.json', '{}');
    project.write('tsconfig.json', '{}');
    project.write('packages/static-en/table.attune', 'table');
    for (const thread of ['etl/reviews-thread', 'etl/products-thread', 'bulk/user-indexes-thread', 'server/training/process'])
      project.write(`examples/amazon-appliances/${thread}.ts`, '');
    project.write('examples/amazon-appliances/word.ts', `export const word: string = 'first';`);
    project.write(
      'examples/amazon-appliances/main.ts',
      `import { word } from './word.ts'; console.log(word, import.meta.dirname, ...process.argv.slice(2));`,
    );
    copyFileSync(join(root, 'examples/amazon-appliances/run.mjs'), file('examples/amazon-appliances/run.mjs'));
    symlinkSync(join(root, 'node_modules'), file('node_modules'), 'dir');
  });

  it('runs the program with its arguments, at its place, and makes one bundle for all runs', () => {
    const expected = `first ${file('examples/amazon-appliances')} --help`;
    expect([printed('--help'), printed('--help')]).toEqual([expected, expected]);
    expect(bundles()).toHaveLength(1);
  });

  it('makes another when a source has changed, and keeps only that one', () => {
    const kept = ['first', 'second', 'first'].map((word) => {
      project.write('examples/amazon-appliances/word.ts', `export const word: string = '${word}';`);
      expect(printed()).toMatch(new RegExp(`^${word} `));
      return bundles();
    });
    expect(kept.map((names) => names.length)).toEqual([1, 1, 1]);
    expect(kept[1]).not.toEqual(kept[0]);
    expect(kept[2]).toEqual(kept[0]);
  });

  it('leaves the bundle of a process that still runs, which may load parts of it late', async () => {
    project.write('examples/amazon-appliances/late.ts', `export const late: string = 'late';`);
    project.write(
      'examples/amazon-appliances/main.ts',
      `console.log('up'); if (process.argv[2]) process.stdin.once('data', async () => { console.log((await import('./late.ts')).late); process.exit(); });`,
    );
    const server = spawn(process.execPath, [file('examples/amazon-appliances/run.mjs'), 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('up');
    project.write('examples/amazon-appliances/late.ts', `export const late: string = 'later';`);
    expect(printed()).toBe('up');
    expect(bundles()).toHaveLength(2);
    server.stdin.write('now');
    expect((await lines.next()).value).toBe('late');
    await once(server, 'close');
    project.write('examples/amazon-appliances/late.ts', `export const late: string = 'latest';`);
    expect(printed()).toBe('up');
    expect(bundles()).toHaveLength(1);
  });

  it('is none the worse for a bundle that was not finished, or a list that was cut off', () => {
    expect(printed()).toMatch(/^first /);
    const [name] = bundles();
    rmSync(join(cache, name), { recursive: true });
    mkdirSync(join(cache, `${name}.99999999`));
    project.write('.cache/appliances/inputs.json', '["examples/am');
    expect(printed()).toMatch(/^first /);
    expect(bundles()).toEqual([name]);
  });

  it('makes another when a source is gone', () => {
    expect(printed()).toMatch(/^first /);
    rmSync(file('examples/amazon-appliances/word.ts'));
    project.write('examples/amazon-appliances/main.ts', `console.log('alone');`);
    expect(printed()).toBe('alone');
  });

  it('runs the files themselves where no bundle can be kept', () => {
    project.write('.cache', 'a file');
    expect(printed('x')).toBe(`first ${file('examples/amazon-appliances')} x`);
  });

  it('says what is wrong with a source, as Node does', () => {
    project.write('examples/amazon-appliances/word.ts', 'export const word = ;');
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain('word.ts');
  });
});
