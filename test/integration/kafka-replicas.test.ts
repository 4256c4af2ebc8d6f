import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { serviceUrl, skippedService } from '../support/service.ts';

const root = resolve(import.meta.dirname, '../..');
const there = (name: string) => existsSync(join(root, '.services', name, 'url.txt')) && !skippedService(name);
const skipped = !there('kafka') || !there('postgres');
if (skipped) console.log('skipped: needs Kafka and PostgreSQL, npm run services -- up kafka postgres');

const schema = `replicas${Date.now()}`;
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const each of started) each.kill('SIGKILL');
  if (skipped) return;
  const client = new pg.Client({ connectionString: serviceUrl('postgres') });
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
});

/** A part of `examples/scale` in a process of its own, as its files for compose and Kubernetes start it. */
async function start(role: 'processor' | 'replica'): Promise<{ process: ChildProcess; url: string }> {
  const database = new URL(serviceUrl('postgres'));
  database.searchParams.set('options', `-c search_path=${schema}`);
  const env = {
    ...process.env,
    KAFKA_BROKERS: serviceUrl('kafka'),
    DATABASE_URL: String(database),
    TOPIC: schema,
    PORT: '0',
    FIRST_FIT: '60',
  };
  const child = spawn('node', [await bundled(join(root, 'examples/scale/main.ts')), role], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^listening on (\d+)$/.exec(line)?.[1];
    if (port) {
      child.stdout.resume();
      return { process: child, url: `http://127.0.0.1:${port}` };
    }
  }
  throw new Error(`the ${role} ended`);
}

const stopped = (child: ChildProcess) =>
  new Promise((done) => {
    child.once('exit', done);
    child.kill('SIGTERM');
  });

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 180_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await what();
    if (found) return found;
  }
  throw new Error('not within three minutes');
}

describe.skipIf(skipped)('replicas behind a stream', () => {
  it('all answer by what one of them was told, also when a processor takes over', { timeout: 600_000 }, async () => {
    const client = new pg.Client({ connectionString: serviceUrl('postgres') });
    await client.connect();
    await client.query(`create schema ${schema}`);
    await client.end();
    const [processor, one, two] = await Promise.all([start('processor'), start('replica'), start('replica')]);
    expect((await fetch(`${one.url}/ready`)).status).toBe(503);
    const send = async (url: string, events: object[]) => {
      const response = await fetch(`${url}/events`, { method: 'POST', body: JSON.stringify(events) });
      expect(response.status).toBe(200);
    };
    const listOf = async (url: string, user: string): Promise<{ item: string }[]> =>
      (await fetch(`${url}/recommendations?user=${user}&n=5`)).json() as Promise<{ item: string }[]>;
    // Two groups of users with their own items; the first model is fitted on these.
    await send(
      one.url,
      Array.from({ length: 80 }, (_, k) => ({
        user: `u${k % 20}`,
        item: `${k % 2 ? 'odd' : 'even'}${(((k % 20) * 7) % 5) + Math.floor(k / 20)}`,
        type: 'purchase',
      })),
    );
    for (const { url } of [one, two]) await until(async () => (await fetch(`${url}/ready`)).status === 200);

    await send(two.url, [{ user: 'visitor', item: 'odd1', type: 'view' }]);
    for (const { url } of [one, two]) {
      const list = await until(async () => ((await listOf(url, 'visitor')).length > 0 ? listOf(url, 'visitor') : undefined));
      expect(list[0].item).toMatch(/^odd/);
      expect(list.map(({ item }) => item)).not.toContain('odd1');
    }

    const other = await start('processor');
    expect(await stopped(processor.process)).toBe(0);
    await send(one.url, [{ user: 'late', item: 'even2', type: 'view' }]);
    const late = await until(async () => ((await listOf(two.url, 'late')).length > 0 ? listOf(two.url, 'late') : undefined));
    expect(late[0].item).toMatch(/^even/);
    expect(await (await fetch(`${other.url}/metrics`)).text()).toMatch(/^attune_stream_events_total\{.*\} 1$/m);
    expect((await fetch(`${one.url}/events`, { method: 'POST', body: '[{"type":"view"}]' })).status).toBe(400);
    expect((await fetch(`${one.url}/recommendations?user=stranger`)).status).toBe(200);
    for (const each of [other, one, two]) expect(await stopped(each.process)).toBe(0);
  });
});
