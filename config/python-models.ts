/** Takes models through Python packages and back. Run by itself, it makes the environments of the packages that it is given. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, FactorRecommender, Interactions } from 'attune';
import { uniform } from '../src/numeric/random.ts';
import { root } from './entries.ts';

/** What each check installs, as pip wants it. */
export const pythonPackages = {
  implicit: ['implicit==0.7.3', 'safetensors', 'numpy', 'scipy'],
  lenskit: ['lenskit==2025.8.1', 'scipy'],
  spark: ['pyspark==4.0.*', 'numpy', 'pandas'],
  recbole: ['recbole==1.2.1', 'numpy<2', 'scipy<1.13', 'pandas', 'setuptools'],
} as const;

interface Fitted {
  users: string[];
  items: string[];
  /** users x items. */
  scores: number[][];
  lists: Record<string, string[]> | null;
}

/**
 * Takes models of attune to a package and of the package to attune.
 * @returns the names of the models that came back
 * @throws when a score differs, or Python fails
 */
export async function throughPython(name: keyof typeof pythonPackages): Promise<string[]> {
  const python = environmentOf(name);
  const folder = mkdtempSync(join(tmpdir(), 'attune-python-'));
  try {
    await writeModels(folder);
    run(python, 'check.py', folder, name);
    const fitted: Record<string, Fitted> = JSON.parse(readFileSync(join(folder, 'fitted.json'), 'utf8'));
    for (const [file, expected] of Object.entries(fitted)) {
      const model = FactorRecommender.fromBytes(readFileSync(join(folder, `${file}.attune`)));
      compare(file, model, expected);
    }
    return Object.keys(fitted);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script in the environment of a package. @returns what it printed */
export function runPython(name: keyof typeof pythonPackages, script: string, cwd: string): string {
  return execFileSync(environmentOf(name), ['-c', script], { cwd, encoding: 'utf8' });
}

/** The interpreter of an environment with the package, which is made when it is not there. */
function environmentOf(name: keyof typeof pythonPackages): string {
  const environment = join(root, `.services/python-${name}`);
  const python = join(environment, 'bin/python');
  if (!existsSync(join(environment, 'complete.txt'))) {
    run('bash', join(root, 'test/integration/python-environment.sh'), environment, ...pythonPackages[name]);
    writeFileSync(join(environment, 'complete.txt'), pythonPackages[name].join('\n'));
  }
  return python;
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: join(root, 'packages/python'), maxBuffer: 2 ** 26 });
}

/** als.attune, biased.attune, and what scores of the first must be in Python. */
async function writeModels(folder: string): Promise<void> {
  const random = uniform('python', 1200, 1);
  const at = (count: number, k: number) => Math.floor((count * (random[k] + 1)) / 2);
  const data = Interactions.fromColumns({
    users: Array.from({ length: 600 }, (_, k) => `u${at(40, k)}`),
    items: Array.from({ length: 600 }, (_, k) => `i${at(60, 600 + k)}`),
    values: Float32Array.from({ length: 600 }, (_, k) => 1 + (k % 5)),
  });
  const options = { factors: 8, iterations: 3, seed: 1 };
  const als = await new AlsRecommender(options).fit(data);
  writeFileSync(join(folder, 'als.attune'), als.toBytes());
  const biased = await new AlsRecommender({ ...options, feedback: 'explicit', biases: true }).fit(data);
  writeFileSync(join(folder, 'biased.attune'), biased.toBytes());
  const wanted = Object.fromEntries(['u0', 'u1', 'u7'].map((user) => [user, [...als.score(user, als.items)]]));
  writeFileSync(join(folder, 'wanted.json'), JSON.stringify(wanted));
}

function compare(file: string, model: FactorRecommender, { users, items, scores, lists }: Fitted): void {
  for (const [u, user] of users.entries()) {
    const got = model.score(user, items);
    const wrong = got.findIndex((score, k) => !(Math.abs(score - scores[u][k]) <= 1e-5 * Math.max(1, Math.abs(scores[u][k]))));
    if (wrong >= 0) throw new Error(`${file}: ${user} and ${items[wrong]} have ${got[wrong]} in attune and ${scores[u][wrong]} in Python.`);
    const list = lists && model.recommend(user, { n: lists[user].length }).map(({ item }) => item);
    if (list && String(list) !== String(lists[user])) throw new Error(`${file}: attune lists ${list} for ${user}, Python ${lists[user]}.`);
  }
}

if (import.meta.filename === process.argv[1]) for (const name of process.argv.slice(2)) environmentOf(name as keyof typeof pythonPackages);
