import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileModelStore } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { claim } from '../../src/storage/file/versions.ts';
import { readWhole } from '../../src/storage/file/writing.ts';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
const freshFolder = () => mkdtempSync(join(root, 'models-'));
const bytes = (...values: number[]) => Uint8Array.from(values);
const putModels = join(import.meta.dirname, 'children/put-models.ts');
const host = encodeURIComponent(hostname()).replaceAll('-', '_');
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('the folder of a file model store', () => {
  it('holds a model, its facts and the history of the aliases, all readable by hand', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    await store.put('als', bytes(1, 2, 3), { ndcg: 0.4 });
    await store.promote('als', 1, 'production');
    expect(readdirSync(join(folder, 'als')).sort()).toEqual(['1.json', '1.safetensors', 'aliases.jsonl']);
    expect(new Uint8Array(readFileSync(join(folder, 'als/1.safetensors')))).toEqual(bytes(1, 2, 3));
    expect(JSON.parse(readFileSync(join(folder, 'als/1.json'), 'utf8'))).toMatchObject({
      version: 1,
      sizeBytes: 3,
      metadata: { ndcg: 0.4 },
    });
    expect(readFileSync(join(folder, 'als/aliases.jsonl'), 'utf8')).toMatch(
      /\{"alias":"production","version":1,"at":\d+,"id":"[0-9a-f]+"\}/,
    );
  });

  it('is read by another store, also one that was opened before', async () => {
    const folder = freshFolder();
    const [one, two] = [fileModelStore(folder), fileModelStore(folder)];
    expect(await two.list()).toEqual([]);
    await one.put('als', bytes(1));
    await one.promote('als', 1, 'production');
    expect(await two.get('als@production')).toMatchObject({ version: 1, aliases: ['production'] });
  });

  it('may hold files and folders of others', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    await store.put('als', bytes(1));
    writeFileSync(join(folder, 'README.md'), 'x');
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, 'als/notes.txt'), 'x');
    writeFileSync(join(folder, 'als/02.json'), 'x');
    writeFileSync(join(folder, 'als/.nfs0001.tmp'), 'x');
    expect(await store.list()).toHaveLength(1);
    expect(await store.put('als', bytes(2))).toMatchObject({ version: 2 });
    expect(readdirSync(join(folder, 'als'))).toEqual(expect.arrayContaining(['notes.txt', '02.json', '.nfs0001.tmp']));
  });

  it('that is a file, or cannot be read, is a coded error', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, 'x');
    const store = fileModelStore(file);
    await expect(store.put('als', bytes(1))).rejects.toMatchObject({ code: 'ERR_STORE', cause: { code: expect.any(String) } });
    await expect(store.list()).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect(() => fileModelStore('')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

it('a file is read in pieces, because Node reads none of 2 GiB at once', async () => {
  const path = join(root, 'model-in-pieces');
  const bytes = Uint8Array.from({ length: 1000 }, (_, k) => (k * 31) % 251);
  writeFileSync(path, bytes);
  for (const piece of [1, 7, 999, 1000, 4096]) expect(await readWhole(path, piece)).toEqual(bytes);
  writeFileSync(path, '');
  expect(await readWhole(path)).toEqual(new Uint8Array(0));
});

describe('a file that was changed by hand', () => {
  const filled = async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    for (const value of [1, 2, 3]) await store.put('als', bytes(value, value));
    return { store, file: (name: string) => join(folder, 'als', name) };
  };

  it('a removed model is not found, and its number stays taken', async () => {
    const { store, file } = await filled();
    rmSync(file('3.safetensors'));
    await expect(store.get('als')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' }); // not silently an older one
    expect(await store.get('als@2')).toMatchObject({ version: 2 });
    expect(await store.put('als', bytes(4))).toMatchObject({ version: 4 });
  });

  it('a version without its facts is not there, and its number stays taken', async () => {
    const { store, file } = await filled();
    rmSync(file('3.json'));
    expect(await store.get('als')).toMatchObject({ version: 2 });
    await expect(store.get('als@3')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await store.put('als', bytes(4))).toMatchObject({ version: 4 });
  });

  it('damaged facts and a cut model are damage, not an older model', async () => {
    for (const facts of [
      '{',
      '[]',
      'null',
      '{}',
      '{"version":2}',
      '{"name":"als","version":3,"createdAt":1,"sizeBytes":"2","metadata":{}}',
    ]) {
      const { store, file } = await filled();
      writeFileSync(file('3.json'), facts);
      await expect(store.get('als')).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
      expect(await store.get('als@2')).toMatchObject({ version: 2 });
    }
    const { store, file } = await filled();
    writeFileSync(file('3.safetensors'), bytes(3));
    await expect(store.get('als')).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
  });

  it('an alias whose line was cut off points where it pointed before', async () => {
    const { store, file } = await filled();
    await store.promote('als', 1, 'production');
    await store.promote('als', 2, 'production');
    const text = readFileSync(file('aliases.jsonl'), 'utf8');
    writeFileSync(file('aliases.jsonl'), text.slice(0, -20));
    expect(await store.get('als@production')).toMatchObject({ version: 1 });
    await store.promote('als', 3, 'production');
    expect(await store.get('als@production')).toMatchObject({ version: 3 });
    await store.rollback('als', 'production');
    expect(await store.get('als@production')).toMatchObject({ version: 1 });
  });
});

describe('what a killed process leaves', () => {
  const claim = (state: string, pid: number, on = host) => JSON.stringify({ state, by: { host: on, pid, at: Date.now() } });

  it('is cleared away by the next put, and its number is not used again', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    await store.put('als', bytes(1));
    const file = (name: string) => join(folder, 'als', name);
    const dead = deadPid();
    writeFileSync(file(`.${host}-${dead}-0123456789ab.tmp`), 'killed while writing');
    writeFileSync(file('2.json'), claim('claimed', dead)); // killed before the model was moved
    writeFileSync(file('3.json'), claim('claimed', dead)); // killed after that
    writeFileSync(file('3.safetensors'), 'not published');
    writeFileSync(file('4.json'), claim('deleted', dead)); // killed in a delete
    writeFileSync(file('4.safetensors'), 'deleted');
    expect(await store.list('als')).toHaveLength(1);
    expect(await store.get('als')).toMatchObject({ version: 1 });
    await expect(store.get('als@3')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await store.put('als', bytes(5))).toMatchObject({ version: 5 });
    expect(readdirSync(join(folder, 'als')).sort()).toEqual([
      '1.json',
      '1.safetensors',
      '2.json',
      '3.json',
      '4.json',
      '5.json',
      '5.safetensors',
    ]);
  });

  it('is told from what a living process, or another machine, is writing', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    await store.put('als', bytes(1));
    const file = (name: string) => join(folder, 'als', name);
    const living = process.ppid;
    writeFileSync(file(`.${host}-${living}-0123456789ab.tmp`), 'being written');
    writeFileSync(file(`.elsewhere-${deadPid()}-0123456789ab.tmp`), 'being written');
    writeFileSync(file('2.json'), claim('claimed', living));
    writeFileSync(file('2.safetensors'), 'to be published');
    writeFileSync(file('3.json'), claim('claimed', deadPid(), 'elsewhere'));
    writeFileSync(file('3.safetensors'), 'to be published');
    writeFileSync(file('4.json'), ''); // claimed a moment ago
    const before = readdirSync(join(folder, 'als'));
    expect(await store.put('als', bytes(5))).toMatchObject({ version: 5 });
    expect(readdirSync(join(folder, 'als'))).toEqual(expect.arrayContaining(before));
    expect(await store.list('als')).toHaveLength(2);
  });

  it('never is half a model, whenever it is killed', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    let last = 0;
    for (let round = 1; round <= 3; round++) {
      const child = await startChild(putModels, folder, 8, 1000, round);
      await child.line('ready');
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 150));
      child.process.kill('SIGKILL');
      await child.ended;
      const said = child.lines.filter((line) => line.startsWith('put ')).map((line) => Number(line.slice(4)));
      const listed = await store.list('als');
      const versions = listed.map(({ version }) => version);
      expect(versions).toEqual(expect.arrayContaining(said)); // what was confirmed stays
      for (const { version, metadata } of listed) {
        const model = await store.get(`als@${version}`);
        expect(model.bytes.length).toBe(version <= last ? listed.find((each) => each.version === version)?.sizeBytes : 8e6);
        expect(model.bytes.every((byte) => byte === metadata.mark)).toBe(true);
      }
      const next = await store.put('als', bytes(100 + round), { mark: 100 + round });
      expect(next.version).toBeGreaterThan(Math.max(last, ...versions));
      last = next.version;
      expect(readdirSync(join(folder, 'als')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }
  }, 120_000);
});

it('two processes that put at once get different versions, and keep each other’s aliases', async () => {
  const folder = freshFolder();
  const children = await Promise.all([1, 2].map((mark) => startChild(putModels, folder, 0.001, 30, mark)));
  const ends = await Promise.all(children.map((child) => child.ended));
  expect(ends).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
  const said = children.map((child) => child.lines.filter((line) => line.startsWith('put ')).map((line) => Number(line.slice(4))));
  expect(said.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, k) => k + 1));
  const store = fileModelStore(folder);
  for (const [k, versions] of said.entries()) {
    expect(await store.get(`als@alias-${k + 1}`)).toMatchObject({ version: versions.at(-1) });
    for (const version of versions) expect((await store.get(`als@${version}`)).bytes.every((byte) => byte === k + 1)).toBe(true);
    await store.rollback('als', `alias-${k + 1}`);
    expect(await store.get(`als@alias-${k + 1}`)).toMatchObject({ version: versions.at(-2) });
  }
}, 120_000);

describe('a stream of versions', () => {
  const deleted = (pid: number) => JSON.stringify({ state: 'deleted', by: { host, pid, at: Date.now() } });
  const names = (folder: string) => readdirSync(join(folder, 'als'));

  it('leaves a hundred records of what was deleted, and no number comes again', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    await store.put('als', bytes(1));
    const dead = deadPid();
    for (let version = 2; version <= 300; version++) writeFileSync(join(folder, 'als', `${version}.json`), deleted(dead));
    expect(await store.put('als', bytes(2))).toMatchObject({ version: 301 });
    expect(names(folder).filter((name) => name.endsWith('.json'))).toHaveLength(102); // those of 201 to 300, and of the two that are there
    expect((await store.list('als')).map(({ version }) => version)).toEqual([1, 301]);
    await store.delete('als', 301);
    expect(await fileModelStore(folder).put('als', bytes(3))).toMatchObject({ version: 302 });
  });

  it('gives no number to a process that looked for it long ago', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'als'));
    writeFileSync(join(folder, 'als/300.json'), deleted(deadPid()));
    expect(await claim(join(folder, 'als'), 7)).toBe(false);
    expect(names(folder)).toEqual(['300.json']);
    expect(await claim(join(folder, 'als'), 300)).toBe(false);
    expect(await claim(join(folder, 'als'), 301)).toBe(true);
  });

  it('of two processes that delete as well has different numbers, and stays small', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'als'));
    const dead = deadPid();
    for (let version = 1; version <= 200; version++) writeFileSync(join(folder, 'als', `${version}.json`), deleted(dead));
    const children = await Promise.all([1, 2].map((mark) => startChild(putModels, folder, 0.001, 20, mark, 1)));
    await Promise.all(children.map((child) => child.ended));
    const said = children.map((child) => child.lines.filter((line) => line.startsWith('put ')).map((line) => Number(line.slice(4))));
    expect(said.map((versions) => versions.length)).toEqual([20, 20]);
    for (const versions of said) expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(Math.min(...said.flat())).toBe(201);
    expect(new Set(said.flat()).size).toBe(40);
    expect(names(folder).filter((name) => name.endsWith('.json')).length).toBeLessThan(110);
    expect(names(folder).filter((name) => name.endsWith('.safetensors')).length).toBeLessThan(6);
  }, 120_000);
});

describe('the history of an alias', () => {
  const line = (version: number) => JSON.stringify({ alias: 'production', version, at: 1 });

  it('begins anew after a thousand changes, of which two processes at once lose none', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'als'));
    const before = Array.from({ length: 990 }, (_, k) => line(1 + (k % 2)));
    writeFileSync(join(folder, 'als/aliases.jsonl'), before.join('\n'));
    const children = await Promise.all([1, 2].map((mark) => startChild(putModels, folder, 0.001, 12, mark)));
    await Promise.all(children.map((child) => child.ended));
    const store = fileModelStore(folder);
    for (const [k, child] of children.entries()) {
      const versions = child.lines.filter((each) => each.startsWith('put ')).map((each) => Number(each.slice(4)));
      expect(versions).toHaveLength(12);
      for (const version of versions.reverse()) {
        expect(await store.get(`als@alias-${k + 1}`)).toMatchObject({ version });
        if (version !== versions.at(-1)) await store.rollback('als', `alias-${k + 1}`);
      }
    }
    expect(await store.get('als@production')).toMatchObject({ version: 2 });
    expect(readdirSync(join(folder, 'als')).filter((name) => name.startsWith('aliases'))).toEqual(['aliases-1.jsonl', 'aliases.jsonl']);
  }, 120_000);

  it('does not count what stands behind the seal, and goes on where a process was killed between the two files', async () => {
    const folder = freshFolder();
    const store = fileModelStore(folder);
    for (const version of [1, 2, 3]) await store.put('als', bytes(version));
    writeFileSync(join(folder, 'als/aliases.jsonl'), [line(1), line(2), '{"sealed":true}', line(3)].join('\n'));
    expect(await store.get('als@production')).toMatchObject({ version: 2 });
    await store.promote('als', 3, 'production');
    expect(await store.get('als@production')).toMatchObject({ version: 3 });
    writeFileSync(join(folder, 'als/aliases.jsonl'), line(1)); // of a process that was slower than two files
    await store.rollback('als', 'production');
    await store.rollback('als', 'production');
    expect(await store.get('als@production')).toMatchObject({ version: 1 });
  });
});
