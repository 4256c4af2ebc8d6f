import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ask, steady } from '../../bench/server/load.ts';
import { generator } from '../../bench/support/random.ts';
import { bundled } from '../support/bundled.ts';
import { makeSmallSystem } from './server-shop.ts';

const root = resolve(import.meta.dirname, '../..');

/** SOAK=300 for five minutes. */
const seconds = Number(process.env.SOAK ?? 16);
const perSecond = 200;

let dataDir: string;
let url: string;
let server: ChildProcess;
/** Tells how much memory is in use when what is garbage is gone. */
const teller = 'process.on("message", () => { gc(); gc(); process.send(process.memoryUsage()); })';
beforeAll(async () => {
  const system = await makeSmallSystem();
  dataDir = system.settings.dataDir;
  system.close();
  // A process of its own, so that its memory is not that of the load.
  const flags = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(teller)}`];
  server = spawn(process.execPath, [...flags, await bundled(join(root, 'examples/amazon-appliances/main.ts')), 'serve'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PASSWORD: 'soak' },
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    url = /^ready (\S+)/.exec(line)?.[1] ?? '';
    if (url) return;
  }
  throw new Error('The server did not start.');
}, 240_000);
afterAll(() => {
  server?.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

const random = generator(11);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
const items = ['K0', 'K1', 'K2', 'K3', 'L0', 'L1', 'L2', 'L3'];
const post = (path: string, body: unknown): Ask => ({ method: 'POST', path, body });
const get = (path: string): Ask => ({ method: 'GET', path });
const user = () => `soak-${Math.floor(random() * 300)}`;

/** What a visit asks for, in turns. */
const asks: (() => Ask)[] = [
  () => get('/status'),
  () => get(`/products/${pick(items)}`),
  () => get(`/similar-items?item_id=${pick(items)}&n=5`),
  () => get(`/recommendations?user_id=${user()}&n=5`),
  () => post('/placements/home/recommendations', { user_id: user(), n: 5 }),
  () => post('/search', { query: `${pick(['quiet dishwasher', 'water filter', 'dryer belt'])} ${Math.floor(random() * 300)}`, top_k: 5 }),
  () => post('/feedback', { user_id: user(), item_id: pick(items), type: pick(['like', 'skip', 'click']) }),
  () =>
    post('/tracking/event', { user_id: user(), event_type: 'page_load', key: 'landing', key_type: 'page', list_of_recommendations: items }),
];

async function memoryUsed(): Promise<number> {
  server.send('how much');
  const [{ heapUsed, external }] = await once(server, 'message');
  return (heapUsed + external) / 1e6;
}

it(
  `${seconds} s of everything at once leave no error, and memory as it was`,
  async () => {
    await steady(url, () => pick(asks)(), { perSecond, seconds: Math.min(seconds / 4, 60) }); // caches are filled
    const before = await memoryUsed();
    for (const [route, load] of await steady(url, () => pick(asks)(), { perSecond, seconds }))
      expect([route, load.failures]).toEqual([route, 0]);
    const after = await memoryUsed();
    // The last 20,000 page loads are kept for the administrator, of some hundred bytes each.
    const kept = Math.min(20_000, (perSecond * seconds) / asks.length) * 1000;
    expect(after - before).toBeLessThan(kept / 1e6 + 3);
  },
  (seconds * 4 + 300) * 1000,
);
