/** Loads one model or index from a file and asks it; prints a {@link Served}. Arguments: model or index, users, items. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FactorRecommender, Interactions, loadRecommender, SemanticIndex } from 'attune';
import { median } from '../support/clock.ts';
import { generator } from '../support/random.ts';

/** What serving takes. */
export interface Served {
  fileBytes: number;
  loadSeconds: number;
  /** Resident memory after loading and answering, less that of the runtime and the library before. */
  addedBytes: number;
  milliseconds: number;
}

const [kind, users, items, file] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]];
const factors = 64;
const draw = generator(1);

if (file === undefined) await writeAndServe();
else if (kind.startsWith('make-')) await make();
else await serve();

/** Made in one process and served in another, so that what making needed does not count. */
async function writeAndServe(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-serving-'));
  try {
    const path = join(folder, 'served');
    const run = (what: string) =>
      execFileSync(process.execPath, [...process.execArgv, import.meta.filename, what, String(users), String(items), path], {
        encoding: 'utf8',
      });
    run(`make-${kind}`);
    process.stdout.write(run(kind));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function make(): Promise<void> {
  writeFileSync(file, kind === 'make-model' ? model() : await index());
}

function model(): Uint8Array {
  const perUser = 10;
  const ids = (n: number, letter: string) => Array.from({ length: n }, (_, k) => `${letter}${k}`);
  const numbers = (n: number) => Float32Array.from({ length: n * factors }, () => draw() - 0.5);
  const [userIds, itemIds] = [ids(users, 'u'), ids(items, 'i')];
  const rows = Array.from({ length: users * perUser }, (_, k) => ({
    user: Math.floor(k / perUser),
    item: Math.floor(items * draw() ** 2),
  }));
  const history = Interactions.fromColumns({ users: rows.map(({ user }) => userIds[user]), items: rows.map(({ item }) => itemIds[item]) });
  return FactorRecommender.from({ userIds, itemIds, userFactors: numbers(users), itemFactors: numbers(items), history }).toBytes();
}

/** Titles of eight words, drawn from a vocabulary with a long tail as that of a shop. */
async function index(): Promise<Uint8Array> {
  const word = () => `w${Math.floor(20_000 * draw() ** 3).toString(36)}`;
  const rows = Array.from({ length: items }, (_, id) => ({ id, text: Array.from({ length: 8 }, word).join(' ') }));
  return (await SemanticIndex.build(rows)).toBytes();
}

async function serve(): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const ask = await opened();
  await ask(0);
  const loadSeconds = (performance.now() - began) / 1000;
  const times: number[] = [];
  for (let k = 0; k < 300; k++) {
    const start = performance.now();
    await ask(k);
    times.push(performance.now() - start);
  }
  globalThis.gc?.();
  await new Promise((done) => setTimeout(done, 100));
  globalThis.gc?.();
  const served: Served = {
    fileBytes: statSync(file).size,
    loadSeconds,
    addedBytes: process.memoryUsage().rss - before,
    milliseconds: median(times),
  };
  console.log(JSON.stringify(served));
}

async function opened(): Promise<(k: number) => unknown> {
  const bytes = readFileSync(file);
  if (kind === 'model') {
    const model = await loadRecommender(bytes);
    return (k) => model.recommend(`u${(k * 7919) % users}`, { n: 10 });
  }
  const index = await SemanticIndex.fromBytes(bytes);
  return (k) => index.search(`w${k.toString(36)} w${(k * 3).toString(36)}`, { n: 10 });
}
