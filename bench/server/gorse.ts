import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DataStore } from 'attune';

/** Gorse with its own data and cache, in files as those of the shop. */
export interface Gorse {
  url: string;
  /** What the steps took, in seconds. */
  took: { importing: number; computing: number };
  stop(): Promise<void>;
}

/** Its defaults, but for stores in files, neighbours by common ratings because there are no labels, lists from those too, and two threads. */
const config = (port: number) => `
[database]
cache_store = "sqlite://cache.db"
data_store = "sqlite://data.db"
[master]
port = ${port + 1}
host = "127.0.0.1"
http_port = ${port}
http_host = "127.0.0.1"
n_jobs = 2
[recommend.data_source]
positive_feedback_types = ["star"]
read_feedback_types = ["read"]
[recommend.user_neighbors]
neighbor_type = "related"
[recommend.item_neighbors]
neighbor_type = "related"
[recommend.offline]
enable_collaborative_recommend = true
enable_item_based_recommend = true
enable_click_through_prediction = false
[recommend.online]
fallback_recommend = ["item_based", "popular"]
`;

/** Rows of a request. */
const together = 5000;

/**
 * Starts Gorse, gives it all products and ratings, and waits until the list of every user is in its cache: it computes them ahead, and answers with
 * what it has.
 *
 * @param binary of gorse-in-one
 */
export async function startGorse(binary: string, data: DataStore, port = 18088): Promise<Gorse> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-gorse-'));
  writeFileSync(join(folder, 'config.toml'), config(port));
  const url = `http://127.0.0.1:${port}`;
  let stop = await start(binary, folder, url);
  try {
    const importing = await timed(() => give(url, data));
    await stop(); // it reads what is new when it starts, and then once an hour
    const computing = await timed(async () => {
      stop = await start(binary, folder, url);
      await listsOfAll(url);
    });
    const end = async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    };
    return { url, took: { importing, computing }, stop: end };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(binary: string, folder: string, url: string): Promise<() => Promise<void>> {
  const args = ['--config', 'config.toml', '--recommend-jobs', '2', '--cache-path', join(folder, 'state.data')];
  const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, 'log'), { flags: 'a' });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = once(child, 'exit');
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`Gorse ended with ${child.exitCode}; see ${folder}/log.`);
    await setTimeout(100);
  }
  return async () => {
    child.kill('SIGINT');
    await ended;
  };
}

const isReady = (url: string) =>
  fetch(`${url}/api/health/ready`)
    .then(async (response) => response.ok && (await response.json()).Ready === true)
    .catch(() => false);

async function give(url: string, data: DataStore): Promise<void> {
  const post = async (path: string, rows: object[]) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rows),
    });
    if (!response.ok) throw new Error(`Gorse answered ${path} with ${response.status}: ${await response.text()}`);
  };
  await inGroups(
    data.products.all(),
    ({ item, title }) => ({ ItemId: item, Comment: String(title ?? '') }),
    (rows) => post('/api/items', rows),
  );
  await inGroups(
    data.interactions.all(),
    ({ user, item, timestamp }) => ({
      FeedbackType: 'star',
      UserId: user,
      ItemId: item,
      Timestamp: new Date(timestamp ?? 0).toISOString(),
    }),
    (rows) => post('/api/feedback', rows),
  );
}

async function inGroups<R>(rows: AsyncIterable<R>, map: (row: R) => object, send: (rows: object[]) => Promise<void>): Promise<void> {
  let group: object[] = [];
  for await (const row of rows) {
    group.push(map(row));
    if (group.length < together) continue;
    await send(group);
    group = [];
  }
  if (group.length > 0) await send(group);
}

/** Waits until the lists of all users are computed. */
async function listsOfAll(url: string): Promise<void> {
  const isDone = async () => {
    const tasks: { Name: string; Status: string }[] = await (await fetch(`${url}/api/dashboard/tasks`)).json();
    return tasks.some(({ Name, Status }) => Name.includes('Generate offline recommendation') && Status === 'Complete');
  };
  while (!(await isDone())) await setTimeout(500);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
