import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender } from 'attune';
import { fileModelStore } from 'attune/node';
import { generator } from '../support/random.ts';
import { measuredChild } from './child.ts';

const factors = 128;
const items = 1000;
const idOf = (user: number) => `user-${user}`;
const asked = (users: number) => [0, users >> 1, users - 1];

/** Makes a model of so many bytes, loads it and saves what was loaded, each in a process of its own: processor time and largest resident memory. */
export async function largeModel(gib: number, folder: string | undefined, args: string[]): Promise<void> {
  const home = mkdtempSync(join(folder ?? tmpdir(), 'attune-scale-'));
  const users = Math.ceil((gib * 2 ** 30) / (4 * factors));
  try {
    for (const role of ['save', 'load']) await measuredChild(['scale', ...args, `--${role}`, String(users), '--file', home]);
    const [{ sizeBytes }] = await fileModelStore(home).list('als');
    console.log(`file of ${(sizeBytes / 2 ** 30).toFixed(2)} GiB`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Makes a model and saves it. */
export async function saveLarge(users: number, home: string): Promise<void> {
  const als = modelOf(users);
  report(`made a model of ${users} users and ${factors} factors`);
  await als.save(fileModelStore(home), 'als', { lists: asked(users).map((user) => als.recommend(idOf(user))) });
  report('saved');
}

/** Loads it and asks. @throws when the lists are others */
export async function loadLarge(users: number, home: string): Promise<void> {
  const store = fileModelStore(home);
  report('started');
  const als = await AlsRecommender.load(store, 'als');
  const lists = asked(users).map((user) => als.recommend(idOf(user)));
  const [{ metadata }] = await store.list('als');
  if (JSON.stringify(lists) !== JSON.stringify(metadata.lists)) throw new Error('the lists are not those that were saved');
  report(`loaded, ${lists.length} lists as they were`);
  await als.save(store, 'again');
  report('saved again');
  const [before, after] = await Promise.all(['als', 'again'].map((name) => digestOf(createReadStream(join(home, name, '1.safetensors')))));
  if (before !== after) throw new Error('the file that was written again has other bytes');
}

async function digestOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha1');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

function modelOf(users: number): AlsRecommender {
  const random = generator(3);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random() - 0.4);
  const userFactors = new Float32Array(users * factors);
  for (let k = 0; k < userFactors.length; k++) userFactors[k] = random() - 0.4;
  return AlsRecommender.fromFactors({
    userIds: ids('user', users),
    itemIds: ids('item', items),
    userFactors: { data: userFactors, rows: users, columns: factors },
    itemFactors: { data: numbers(items * factors), rows: items, columns: factors },
  });
}

function* ids(side: string, count: number): Generator<string> {
  for (let k = 0; k < count; k++) yield `${side}-${k}`;
}

function report(what: string): void {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  console.log(`${what}: ${((user + system) / 1e6).toFixed(1)} processor seconds, largest resident memory ${(maxRSS / 1024).toFixed(0)} MB`);
}
