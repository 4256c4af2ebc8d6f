import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCli as run } from './run-cli.ts';

/** Files as people have them, and what they are told when one cannot be used. */
const folder = temporaryFolder();
const rows = ['ann,tea,5', 'ann,pan,4', 'bob,tea,4', 'bob,wok,5', 'cleo,tea,1', 'cleo,pan,2'];
const headed = ['user,item,rating', ...rows].join('\n');
const file = (name: string, text: string | Uint8Array) => folder.write(name, text);
const path = (name: string) => join(folder.path, name);
let model: string;

beforeAll(async () => {
  model = path('model.attune');
  expect((await run('fit', file('ratings.csv', headed), '--model', 'als', '--set', 'factors=2', '--out', model)).code).toBe(0);
});

describe('attune reads', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    ['a.tsv', headed.replaceAll(',', '\t'), []],
    ['a.csv.gz', gzipSync(headed), []],
    ['semicolons.csv', headed.replaceAll(',', ';'), []],
    ['mark.csv', `\uFEFF${headed.replaceAll('\n', '\r\n')}`, []],
    ['no-ending', headed, []],
    [
      'lines.jsonl',
      rows
        .map((row) => row.split(','))
        .map(([user, item, rating]) => JSON.stringify({ user, item, rating: Number(rating) }))
        .join('\n'),
      [],
    ],
    ['no-header.csv', rows.join('\n'), ['--columns', 'user,item,rating']],
    ['u.data', rows.map((row, k) => `${row},88125094${k}`.replaceAll(',', '\t')).join('\n'), ['--columns', 'user,item,rating,timestamp']],
    ['ml.dat', rows.map((row) => row.replaceAll(',', '::')).join('\n'), ['--columns', 'user,item,rating']],
  ])('%s', async (name, text, options) => {
    const { code, out, error } = await run('describe', file(name, text), ...options, '--json');
    expect(error).toContain('columns: user, item, value = rating');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ users: 3, items: 3, rows: 6 });
  });

  it('a catalogue without a header', async () => {
    const { out, code } = await run(
      'search',
      file('catalogue.csv', 'a,Quiet dishwasher\nb,Washer\n'),
      'quiet',
      '--columns',
      'id,title',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)[0]).toMatchObject({ item: 'a', title: 'Quiet dishwasher' });
  });

  it('a file of one row or of one user, and answers', async () => {
    for (const [name, text] of [
      ['one.csv', 'user,item\nann,tea\n'],
      ['one-user.csv', 'user,item\nann,tea\nann,pan\n'],
    ]) {
      const out = path(`${name}.attune`);
      expect((await run('fit', file(name, text), '--model', 'als', '--out', out)).code).toBe(0);
      const { code, out: list } = await run('recommend', out, '--user', 'ann', '--include-seen', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(list)[0].item).toMatch(/tea|pan/);
      expect((await run('recommend', out, '--all')).out).toBe('user,item,rank,score\n'); // the only user has seen everything
    }
  });
});

describe('attune says what to do', () => {
  it.each<[string, string, RegExp]>([
    ['about an empty file', '', /has no rows/],
    ['about a file of a header only', 'user,item,rating\n', /has no rows/],
    ['about a file without a header', rows.join('\n'), /looks like a row and not a header: .*--columns user,item,rating/],
    ['about a first row with a value twice', '7,7,5\n8,7,4\n', /not a header.*--columns/],
    ['about a file of the Netflix prize', '7:\n11,5,2005-01-02\n12,4,2005-01-03\n', /--preset netflix reads/],
    ['about a catalogue', 'id,title,price\np1,Quiet dishwasher,9\n', /If it is a catalogue, attune search .*odd\.csv/],
    ['about columns with names of their own', 'a,b,c\nx,y,1\n', /--user and --item\. The columns are "a", "b", "c"/],
  ])('%s', async (_, text, expected) => {
    const { code, error } = await run('describe', file('odd.csv', text));
    expect(code).not.toBe(0);
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/header: \[|undefined|\n {2,}at /);
  });

  it('when a table stands where a model should be, and the other way round', async () => {
    const table = path('ratings.csv');
    for (const command of [
      ['recommend', table, '--user', 'ann'],
      ['similar', table, 'tea'],
      ['serve', table],
      ['export', table, '--out', path('x.csv')],
    ]) {
      const { code, error } = await run(...command);
      expect(error).toMatch(/is none\. .*attune fit/);
      expect(code).toBe(1);
    }
    expect((await run('describe', model)).error).toMatch(/is a model or an index/);
  });

  it('before it works, when a file cannot be written where it is wanted', async () => {
    const table = path('ratings.csv');
    const nowhere = path('no-such-folder/x');
    for (const command of [
      ['fit', table, '--model', 'als', '--out', nowhere],
      ['describe', table, '--html', nowhere],
      ['evaluate', table, '--html', nowhere],
      ['export', model, '--out', nowhere],
      ['recommend', model, '--all', '--out', nowhere],
      ['search', table, 'tea', '--title', 'item', '--save-index', nowhere],
    ]) {
      const { code, error } = await run(...command);
      expect(error).toMatch(/^--[a-z-]+: there is no folder/);
      expect(code).toBe(2);
    }
    expect((await run('fit', table, '--out', path('.'))).error).toMatch(/is a folder/);
  });

  it('about items that the model does not know, in terms of the command line', async () => {
    for (const command of [
      ['recommend', model, '--history', 'soup'],
      ['similar', model, 'soup'],
      ['recommend', model, '--user', 'zoe'],
    ]) {
      const { code, error } = await run(...command);
      expect(code).toBe(1);
      expect(error).toMatch(/^ERR_UNKNOWN_(HISTORY|ITEM|USER): .*fit again with newer data/i);
      expect(error).not.toContain('onUnknown');
    }
  });

  it('when a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, error } = await run('serve', model, '--port', String(port));
    taken.close();
    expect(error).toMatch(new RegExp(`^--port: ${port} is taken\\..* --port ${port + 1}`));
    expect(code).toBe(2);
  });

  it('about a list without items, and what is for another command', async () => {
    const seen = await run('recommend', model, '--user', 'ann', '--only', 'tea');
    expect(seen).toMatchObject({ code: 0, out: '(nothing)\n', error: expect.stringContaining('--include-seen') });
    expect((await run('search', model, 'tea')).error).toMatch(/attune recommend and similar take models/);
    const unnamed = file('unnamed.csv', 'id,title\n,Tea\n');
    expect((await run('search', unnamed, 'tea')).error).toMatch(/with --id, or repair the row/);
  });

  it('about values with a decimal comma, which a flag reads', async () => {
    const comma = file('comma.csv', 'user;item;rating\nann;tea;4,5\nbob;tea;3\n');
    expect((await run('describe', comma)).error).toMatch(/got "4,5"\. If the comma is a decimal sign, pass --decimal-comma\.$/m);
    const { out, code } = await run('describe', comma, '--decimal-comma', '--json');
    expect(JSON.parse(out)).toMatchObject({ rows: 2, values: { max: 4.5 } });
    expect(code).toBe(0);
  });

  it('about one user to test on, without figures that are none', async () => {
    const { out, code } = await run(
      'evaluate',
      file('tiny.csv', 'user,item,rating\na,x,5\na,y,3\nb,x,4\nb,z,2\nc,y,1\n'),
      '--model',
      'item-knn,popularity',
    );
    expect(out).not.toMatch(/NaN|\b1 users/);
    expect(out).toMatch(/\b1 user\b/);
    expect(code).toBe(0);
  });

  it('about an option that is given twice, of which one would be lost', async () => {
    const { code, error } = await run('evaluate', path('ratings.csv'), '--model', 'als', '--model', 'ease');
    expect(error).toMatch(/--model is given twice\. Give it once, several values separated by commas\./);
    expect(code).toBe(2);
  });

  it('which shells it knows', async () => {
    expect((await run('completion')).error).toMatch(/bash\|zsh\|fish/);
  });

  it('when nothing is left to test on', async () => {
    const { code, error } = await run('evaluate', file('single.csv', 'user,item\nann,tea\n'));
    expect(error).toMatch(/nothing is left to test on\. .*two rows/);
    expect(code).toBe(2);
  });
});

describe('attune export', () => {
  it('writes the format that the name of the file ends with', async () => {
    const out = path('items.jsonl');
    expect((await run('export', model, '--out', out)).code).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8').split('\n')[0])).toMatchObject({ id: 'tea' });
    const parquet = path('items.parquet');
    await run('export', model, '--out', parquet);
    expect(readFileSync(parquet, 'latin1').slice(0, 4)).toBe('PAR1');
    writeFileSync(parquet, '');
    await run('export', model, '--out', parquet, '--format', 'csv');
    expect(readFileSync(parquet, 'utf8')).toMatch(/^id,f0,f1\n/);
    expect(existsSync(out)).toBe(true);
  });
});

/** Mistakes by how they begin, and all that is said of each: one line, in terms of the command line. */
describe('attune answers a mistake in one line', () => {
  const table = () => path('ratings.csv');
  it.each<[string, () => string[], number, RegExp]>([
    ['a command with a typo', () => ['recomend', model], 2, /Did you mean 'attune recommend'\?$/],
    ['an option with a typo', () => ['recommend', model, '--usr', 'ann'], 2, /Unknown option '--usr'\. Did you mean '--user'\?$/],
    ['a family with a typo', () => ['fit', table(), '--model', 'alz'], 2, /got 'alz'\. Did you mean 'als'\?$/],
    ['a column with another name', () => ['fit', table(), '--user', 'buyer'], 2, /Likely: --user "user" --item "item" --value "rating"\.$/],
    ['a negative number', () => ['recommend', model, '--user', 'ann', '--n', '-3'], 2, /--n needs a value\. .* --n=-1\.$/],
    ['a negative number with =', () => ['recommend', model, '--user', 'ann', '--n=-3'], 2, /expected a whole number from 1, got '-3'\.$/],
    ['a port that is none', () => ['serve', model, '--port', '99999'], 2, /^--port: expected a whole number from 0 up to 65535/],
    ['a model that is a folder', () => ['recommend', path('.'), '--user', 'ann'], 1, /^ERR_BAD_FILE: .*is a folder\./],
    ['a model that is empty', () => ['serve', file('empty.attune', '')], 1, /^ERR_BAD_FILE: .*is empty\./],
    ['a model that was cut', () => ['recommend', cut(), '--user', 'ann'], 1, /^ERR_BAD_FILE: .*Restore it from a copy/],
    ['a name that tells no format', () => ['export', model, '--out', path('x.pdf')], 2, /Let it end with \.csv, .* or pass --format\.$/],
    ['a device', () => ['recommend', model, '--all', '--out', '/dev/null'], 2, /is a device or a socket\. Name a plain file\.$/],
    [
      'a file that is Latin-1',
      () => ['describe', file('l1.csv', Buffer.from('user,item\nJos\xe9,x\n', 'latin1'))],
      1,
      /pass --encoding latin1\.$/,
    ],
  ])('%s', async (_, command, expected, said) => {
    const { code, out, error } = await run(...command());
    expect(error.trimEnd()).toMatch(said);
    expect(error.trimEnd()).not.toMatch(/\n|\b(pass|Pass|Likely:) \{? ?\w+: /);
    expect([code, out]).toEqual([expected, '']);
  });

  const cut = () => file('cut.attune', readFileSync(model).subarray(0, 300));

  it.each([
    ['fit', () => ['fit', table(), '--model', 'als', '--set', 'factor=3']],
    ['fit of auto', () => ['fit', table(), '--objective', 'nope@10']],
    ['evaluate', () => ['evaluate', table(), '--model', 'als', '--set', 'factor=3']],
    ['compare', () => ['compare', model, path('no-such.attune'), '--test', table()]],
  ])('%s says so before it reads a file that may be large', async (_, command) => {
    const { code, error } = await run(...command());
    expect(code).toBeGreaterThan(0);
    expect(error).not.toContain('reading');
  });
});

describe('attune recommend', () => {
  it('names the items of a history that the model does not know', async () => {
    const { code, error } = await run('recommend', model, '--history', 'tea,soup');
    expect([code, error]).toEqual([0, 'left out of the history, as the model does not know them: soup\n']);
  });

  it('leaves the old file of lists and no other when it is stopped', async () => {
    const out = file('lists.csv', 'old');
    const running = run('recommend', model, '--all', '--out', out);
    setImmediate(() => process.emit('SIGINT'));
    expect((await running).code).toBe(130);
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
