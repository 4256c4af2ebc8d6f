import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { runCli as run } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-cli-'));
const file = (name: string) => join(folder, name);
const ratings = file('ratings.csv');
const movies = file('movies.csv');
const model = file('model.attune');

beforeAll(async () => {
  const rows = ['userId,movieId,rating,timestamp'];
  for (let user = 0; user < 40; user++)
    for (let k = 0; k < 8; k++)
      rows.push(`u${user},m${(user % 2) * 10 + ((user + k * 3) % 10)},${3 + (k % 3)},${1_600_000_000 + user * 1000 + k}`);
  writeFileSync(ratings, rows.join('\n'));
  writeFileSync(
    movies,
    `movieId,title,genres\n${Array.from({ length: 20 }, (_, k) => `m${k},${k < 10 ? 'Quiet garden' : 'Space battle'} ${k},x`).join('\n')}`,
  );
  expect((await run('fit', ratings, '--model', 'als', '--set', 'factors=4', '--out', model)).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('attune', () => {
  it('lists its commands, and the options of each', async () => {
    expect((await run('--help')).out).toContain('recommend');
    expect((await run('fit', '--help')).out).toMatch(/--model.*auto, als, bpr/);
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('says which columns it took and describes a file', async () => {
    const { out, error, code } = await run('describe', ratings, '--json', '--html', file('report.html'));
    expect(code).toBe(0);
    expect(error).toContain('columns: user = userId, item = movieId, value = rating, timestamp');
    expect(JSON.parse(out)).toMatchObject({ users: 40, items: 20, rows: 320 });
    expect(readFileSync(file('report.html'), 'utf8')).toContain('<svg');
  });

  it.each([
    [
      'a value that is no number',
      'user,item,rating\na,x,5\nb,y,oops\n',
      /ERR_BAD_VALUE.*"oops"\. Repair the row, or pass --skip-bad-rows\./,
    ],
    [
      'a row without a user',
      'user,item,rating\na,x,5\n,y,3\n',
      /ERR_BAD_ID.*Name its column with --user, repair the row, or pass --skip-bad-rows\./,
    ],
    ['a line that is too short', 'user,item,rating\na,x,5\nb,y\n', /ERR_BAD_ROW.*line 3.*or pass --skip-bad-rows\./],
  ])('says what to do on the command line about %s, and does it', async (_, text, message) => {
    writeFileSync(file('bad.csv'), text);
    const { code, error } = await run('describe', file('bad.csv'));
    expect(code).toBe(1);
    expect(error).toMatch(message);
    expect((await run('describe', file('bad.csv'), '--skip-bad-rows')).code).toBe(0);
  });

  it('counts every row that it leaves out: lines that cannot be read, and values that are none', async () => {
    writeFileSync(file('left-out.csv'), 'user,item,rating\na,x,5\nb,y,oops\nb\n,,\nb,y,4,5,6\nb,y,4\n');
    const { out, error } = await run('describe', file('left-out.csv'), '--skip-bad-rows', '--json');
    expect(JSON.parse(out)).toMatchObject({ rows: 2, skipped: 4 });
    expect(error).toContain('4 left out');
  });

  it('says how to read UTF-16, and which encodings there are', async () => {
    writeFileSync(file('utf16.csv'), '\ufeffuser,item\na,x\n', 'utf16le');
    expect((await run('describe', file('utf16.csv'))).error).toContain('Pass --encoding utf-16le');
    expect((await run('describe', file('utf16.csv'), '--encoding', 'utf-16le')).code).toBe(0);
    expect(await run('describe', file('utf16.csv'), '--encoding', 'klingon')).toMatchObject({
      code: 2,
      error: expect.stringContaining('latin1'),
    });
  });

  it('says of a catalogue without rows that it has none', async () => {
    writeFileSync(file('no-rows.csv'), 'id,title\n');
    expect(await run('search', file('no-rows.csv'), 'lamp')).toMatchObject({ code: 2, error: expect.stringContaining('has no rows') });
  });

  it('does not take a row without an id into an index', async () => {
    writeFileSync(file('no-id.jsonl'), '{"id":"a","title":"lamp"}\n{"title":"kettle"}\n');
    expect(await run('search', file('no-id.jsonl'), 'kettle')).toMatchObject({ code: 1, error: expect.stringContaining('ERR_BAD_ID') });
  });

  it('prints JSON of everybody, a line for each, and the reasons of a list', async () => {
    const { out } = await run('recommend', model, '--all', '--json', '-n', '2');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const one = JSON.parse((await run('recommend', model, '--user', lines[0].user, '--json', '-n', '2')).out);
    expect(lines[0].recommendations).toEqual(one);
    const why = JSON.parse((await run('recommend', model, '--user', 'u0', '--why', '--json', '-n', '1')).out);
    expect(why[0].why[0]).toEqual({ item: expect.any(String), score: expect.any(Number) });
    expect((await run('recommend', model, '--all', '--why')).code).toBe(2);
  });

  it('takes the unit of times from an option that the remark about them names', async () => {
    expect((await run('describe', ratings)).error).toContain('--timestamp-unit s, ms, us or ns');
    const { out, error } = await run('describe', ratings, '--timestamp-unit', 'ms');
    expect(error).not.toContain('timestamp-unit');
    expect(out).toContain('1970-01-19');
  });

  it('says how to get a model where there is none, and how to ask for a visitor', async () => {
    expect((await run('recommend', file('none.attune'), '--user', 'u0')).error).toMatch(/ERR_NOT_FOUND.*attune fit <file> --out/);
    expect((await run('recommend', model, '--user', 'nobody')).error).toContain('Use --history for a visitor');
  });

  it('recommends for a user, with titles and reasons', async () => {
    const { out, code } = await run('recommend', model, '--user', 'u0', '-n', '2', '--why', '--catalogue', movies);
    expect(code).toBe(0);
    expect(out).toMatch(/Quiet garden \d/);
    expect(out).toContain('because of');
  });

  it('recommends for a history as JSON', async () => {
    const list = JSON.parse((await run('recommend', model, '--history', 'm10,m13', '-n', '3', '--json')).out);
    expect(list).toHaveLength(3);
    for (const { item } of list) expect(Number(item.slice(1))).toBeGreaterThanOrEqual(10);
  });

  it('writes the lists of everybody, each as recommend gives it', async () => {
    expect((await run('recommend', model, '--all', '-n', '2', '--out', file('lists.csv'))).code).toBe(0);
    const lines = readFileSync(file('lists.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(1 + 40 * 2);
    const single = JSON.parse((await run('recommend', model, '--user', 'u7', '-n', '2', '--json')).out);
    const batch = lines.filter((line) => line.startsWith('u7,')).map((line) => line.split(',')[1]);
    expect(batch).toEqual(single.map(({ item }: { item: string }) => item));
  });

  it('chooses a model by itself within its budget', async () => {
    const { code, error } = await run('fit', ratings, '--budget', '5', '--out', file('auto.attune'));
    expect(code, error).toBe(0);
    expect(error).toMatch(/choosing a model: \S+ of \d+ trials/);
    expect((await run('recommend', file('auto.attune'), '--user', 'u0', '-n', '2', '--json')).code).toBe(0);
  }, 240_000);

  it('says that a small file is too little to choose from, and trains als', async () => {
    writeFileSync(file('small.csv'), 'user,item\nann,ramen\nann,gyoza\nben,ramen\ncleo,flan\ncleo,mole\n');
    const { code, error } = await run('fit', file('small.csv'), '--out', file('small.attune'));
    expect(code, error).toBe(0);
    expect(error).toMatch(/too little to choose from: 2 of the users .* Training als with its defaults/);
    const list = JSON.parse((await run('recommend', file('small.attune'), '--user', 'ben', '-n', '1', '--json')).out);
    expect(list[0].item).toBe('gyoza');
  });

  it.each([
    ['one row', 'user,item,rating\nann,ramen,5\n'],
    ['one item', 'user,item,rating\nann,ramen,5\nben,ramen,3\n'],
    ['one user', 'user,item,rating\nann,ramen,5\nann,gyoza,3\n'],
    ['values of zero', 'user,item,rating\nann,ramen,0\nann,gyoza,0\nben,ramen,0\n'],
  ])('trains on %s and says why nothing is left to recommend', async (_, text) => {
    writeFileSync(file('odd.csv'), text);
    const fitted = await run('fit', file('odd.csv'), '--out', file('odd.attune'));
    expect(fitted.code, fitted.error).toBe(0);
    const { code, error } = await run('recommend', file('odd.attune'), '--user', 'ann');
    expect(code).toBe(0);
    expect(error).toContain('No item is left that is not in the history');
  });

  it('shows similar items', async () => {
    const list = JSON.parse((await run('similar', model, 'm3', '-n', '3', '--json')).out);
    expect(list.map(({ item }: { item: string }) => item)).not.toContain('m3');
    expect(list).toHaveLength(3);
  });

  it('evaluates families and says which is better', async () => {
    const { out, error, code } = await run('evaluate', ratings, '--model', 'item-knn,popularity', '--k', '3,5');
    expect(code, error).toBe(0);
    expect(error).toContain('split: leave-last-out');
    expect(out).toMatch(/ndcg@3.*\n.*ndcg@5/);
    expect(out).toMatch(/item-knn is better than popularity in ndcg@3/);
  });

  it('compares two model files on a test file', async () => {
    const later = ['user,item'];
    for (let user = 0; user < 40; user++) for (const k of [8, 9]) later.push(`u${user},m${(user % 2) * 10 + ((user + k * 3) % 10)}`);
    writeFileSync(file('later.csv'), later.join('\n'));
    await run('fit', ratings, '--model', 'popularity', '--out', file('popular.attune'));
    const { out, code } = await run('compare', model, file('popular.attune'), '--test', file('later.csv'), '--k', '5');
    expect(code).toBe(0);
    expect(out).toContain('model.attune is better than popular.attune in ndcg@5');
  });

  it('says so when a compared model was fitted on rows of the test file', async () => {
    writeFileSync(file('half.csv'), readFileSync(ratings, 'utf8').split('\n').slice(0, 161).join('\n'));
    await run('fit', file('half.csv'), '--model', 'ease', '--out', file('half.attune'));
    const { error, code } = await run('compare', model, file('half.attune'), '--test', ratings);
    expect(code).toBe(0);
    expect(error).toMatch(/model\.attune was fitted on 100 % of the rows of .*half\.attune was fitted on 50 %.*no model was fitted on/s);
  });

  it('says that no item has a word of the query', async () => {
    const none = await run('search', movies, 'zzzzqq', '-n', '2');
    expect(none.error).toContain('No item has a word of the query; these come closest.');
    expect((await run('search', movies, 'space', '-n', '2')).error).not.toContain('No item');
  });

  it('searches a catalogue, and the index it saved', async () => {
    const index = file('index.attune');
    const { out } = await run('search', movies, 'space', '-n', '3', '--save-index', index);
    expect(out.match(/Space battle/g)).toHaveLength(3);
    expect((await run('search', index, 'space', '-n', '3')).out).toBe(out);
  });

  it('exports factors as Parquet, CSV and JSON lines with the same numbers', async () => {
    for (const format of ['parquet', 'csv', 'jsonl'])
      expect((await run('export', model, '--format', format, '--out', file(`items.${format}`))).code).toBe(0);
    const bytes = readFileSync(file('items.parquet'));
    const rows = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer });
    const lines = readFileSync(file('items.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(20);
    expect(rows.map(({ id, features }) => ({ id, features: Array.from(features as number[]) }))).toEqual(lines);
    expect(readFileSync(file('items.csv'), 'utf8').split('\n')[1].split(',').slice(1).map(Number)).toEqual(lines[0].features);
  });

  it('prints completion scripts that name every command', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect((await run('completion', shell)).out).toContain('evaluate');
  });

  it.each([
    [['attune', 're'], 'recommend'],
    [['attune', 'fit', '--mod'], '--model'],
    [['attune', 'fit', '--model', 'a'], 'auto als'],
    [['attune', 'completion', ''], 'bash zsh fish'],
    [['attune', 'describe', 'ratings.c'], 'ratings.csv'],
  ])('completes %j in bash', async (words, expected) => {
    const { out } = await run('completion', 'bash');
    const script = `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _attune; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script, 'bash', ...words], { cwd: folder, encoding: 'utf8' })).toBe(`${expected}\n`);
  });

  it('serves a model until it is stopped', async () => {
    let address = '';
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      address = /ready (\S+)/.exec(String(text))?.[1] ?? address;
      return true;
    });
    const serving = main(['serve', model, '--port', '0', '--catalogue', movies, '--allow-origin', 'https://shop.example']);
    try {
      await vi.waitFor(() => expect(address).not.toBe(''), 100_000);
      const get = async (path: string) => {
        const response = await fetch(address + path);
        return { status: response.status, body: await response.json() };
      };
      expect((await get('recommendations?user_id=u0&n=2')).body.recommendations[0]).toMatchObject({
        title: expect.stringContaining('Quiet'),
      });
      expect((await get('recommendations?history=m10,m13&n=2')).body.recommendations).toHaveLength(2);
      expect((await get('similar-items?item_id=m3&n=2')).body.recommendations).toHaveLength(2);
      expect((await get('search?query=battle&n=2')).body.results[0].title).toContain('battle');
      expect((await get('search?query=battle&n=2')).body.fallback).toBeUndefined();
      expect((await get('search?query=zzzzqq&n=2')).body.fallback).toBe('meaning');
      expect(await get('recommendations?user_id=nobody')).toMatchObject({
        status: 404,
        body: { error: { code: 'ERR_UNKNOWN_USER', message: expect.stringMatching(/history=ITEM,ITEM for a visitor\.$/) } },
      });
      expect(await get('recommendations?user_id=u0&n=1.5')).toMatchObject({ status: 400, body: { error: { code: 'ERR_BAD_ARGUMENT' } } });
      expect(await get('nowhere')).toMatchObject({ status: 404 });
      expect(await get('/health')).toMatchObject({ status: 404 }); // two slashes
      expect((await fetch(`${address}health`, { method: 'POST' })).status).toBe(405);
      expect((await fetch(`${address}health`)).headers.get('access-control-allow-origin')).toBe('https://shop.example');
      expect(await (await fetch(address)).text()).toContain('<title>attune serve');
    } finally {
      process.emit('SIGTERM');
      spy.mockRestore();
    }
    expect(await serving).toBe(0);
  });

  it.each([
    [['fitt'], 2, "There is no command 'fitt'. Did you mean 'attune fit'?"],
    [['fit'], 2, 'attune fit: expected <file>'],
    [['fit', ratings, '--modle', 'als'], 2, "Unknown option '--modle'"],
    [['fit', ratings, '--model', 'alss'], 2, "got 'alss'"],
    [['fit', ratings, '--set', 'factors=3'], 2, 'Name the family with --model'],
    [['fit', ratings, '--user', 'nobody'], 2, "has no column 'nobody'. The columns are"],
    [
      ['fit', ratings, '--model', 'als', '--set', 'factor=3', '--out', 'never.attune'],
      2,
      "unknown option 'factor'. Did you mean 'factors'?",
    ],
    [['fit', ratings, '--seed', 'x'], 2, "--seed: expected a whole number, got 'x'"],
    [['fit', 'nowhere.csv'], 1, 'ERR_NOT_FOUND'],
    [['recommend', model], 2, '--user, --history or --all'],
    [['recommend', model, '--user', 'nobody'], 1, 'ERR_UNKNOWN_USER'],
    [['recommend', ratings, '--user', 'u0'], 1, 'ERR_BAD_FILE'],
    [['search', ratings, 'x'], 2, 'no column of'],
    [['compare', model, model], 2, '--test is missing'],
  ])('answers %j with exit code %i and what to do', async (argv, code, message) => {
    const result = await run(...argv);
    expect(result.code).toBe(code);
    expect(result.error).toContain(message);
    expect(result.out).toBe('');
  });

  it('leaves the old model in its place when training fails', async () => {
    const before = readFileSync(model);
    expect((await run('fit', ratings, '--model', 'als', '--min-per-item', '1000', '--out', model)).code).toBe(1);
    expect(readFileSync(model).equals(before)).toBe(true);
  });
});
