import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openDatabase } from '../../examples/amazon-appliances/pipeline/database.ts';
import { paths } from '../../examples/amazon-appliances/settings.ts';

const root = resolve(import.meta.dirname, '../..');

async function serve(dataDir: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/amazon-appliances/main.ts', 'serve'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PASSWORD: 'kill' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ready (\S+)/.exec(line)?.[1];
    if (url) return { child, url };
  }
  throw new Error('The server did not start.');
}

it('a server that is killed while it writes has every event, review and product that it acknowledged', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'attune-kill-'));
  const made = await openDatabase(paths(dataDir).database);
  await made.data.products.putMany([{ item: 'K0', title: 'Kettle' }]);
  made.close();
  const { child, url } = await serve(dataDir);
  const post = async (path: string, body: unknown, headers = {}) =>
    (
      await fetch(new URL(path, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    ).json();
  const { token } = await post('/auth/login', { role: 'admin', password: 'kill' });
  const admin = { authorization: `Bearer ${token}` };
  const acknowledged = { events: new Set<number>(), reviews: new Set<string>(), products: new Set<string>() };
  const killed = new Promise((done) => child.once('exit', done));
  const write = async (k: number) => {
    const event = { user_id: `u${k}`, event_type: 'page_load', key: 'landing', key_type: 'page', list_of_recommendations: ['K0'] };
    acknowledged.events.add((await post('/tracking/event', event)).id);
    const review = { user_id: `u${k}`, parent_asin: 'K0', rating: 4 };
    if ((await post('/admin/reviews/insert', { reviews: [review] }, admin)).inserted === 1) acknowledged.reviews.add(`u${k}`);
    const product = { parent_asin: `P${k}`, title: `Product ${k}` };
    if ((await post('/admin/products/insert', { products: [product] }, admin)).inserted === 1) acknowledged.products.add(`P${k}`);
  };
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let k = writer; ; k += 8) await write(k);
  });
  // In the middle of things, and not before there is something to lose.
  const enough = () => Object.values(acknowledged).every((it) => it.size > 20);
  const watch = setInterval(() => enough() && child.kill('SIGKILL'), 50);
  await Promise.allSettled(writers);
  await killed;
  clearInterval(watch);

  const { data, close } = await openDatabase(paths(dataDir).database);
  const stored = { events: new Set<number>(), reviews: new Set<string>(), products: new Set<string>() };
  for await (const event of data.events.all()) stored.events.add(event.id);
  for await (const review of data.interactions.all()) stored.reviews.add(review.user);
  for await (const product of data.products.all()) stored.products.add(product.item);
  close();
  for (const kind of ['events', 'reviews', 'products'] as const) {
    expect(acknowledged[kind].size).toBeGreaterThan(3);
    expect([...acknowledged[kind]].filter((it) => !stored[kind].has(it as never))).toEqual([]);
  }
  rmSync(dataDir, { recursive: true, force: true });
}, 120_000);
