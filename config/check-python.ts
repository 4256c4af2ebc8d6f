/**
 * `npm run check:python`: packages/python/attune_models.py with the real packages, in a virtual environment under .services. Models go from
 * attune to implicit and back, and their scores must be equal.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, FactorRecommender, Interactions } from 'attune';
import { uniform } from '../src/numeric/random.ts';
import { root } from './entries.ts';

const environment = join(root, '.services/python');
const python = join(environment, 'bin/python');
const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'inherit', cwd: join(root, 'packages/python') });
if (!existsSync(python)) {
  run('python3', '-m', 'venv', environment);
  run(python, '-m', 'pip', 'install', '--quiet', 'implicit==0.7.3', 'safetensors', 'numpy', 'scipy');
}
const folder = mkdtempSync(join(tmpdir(), 'attune-python-'));
try {
  const random = uniform('python', 800, 1);
  const ids = (letter: string, count: number, from: number) =>
    Array.from({ length: 400 }, (_, k) => `${letter}${Math.floor((count * (random[from + k] + 1)) / 2)}`);
  const data = Interactions.fromColumns({ users: ids('u', 40, 0), items: ids('i', 60, 400) });
  const als = await new AlsRecommender({ factors: 8, iterations: 3, seed: 1 }).fit(data);
  writeFileSync(join(folder, 'als.attune'), als.toBytes());
  const wanted = Object.fromEntries(['u0', 'u1', 'u7'].map((user) => [user, [...als.score(user, als.items)]]));
  writeFileSync(join(folder, 'wanted.json'), JSON.stringify(wanted));
  run(python, 'check.py', folder);
  const fitted: Record<string, { items: number[][]; scores: number[][] }> = JSON.parse(readFileSync(join(folder, 'fitted.json'), 'utf8'));
  for (const [name, { items, scores }] of Object.entries(fitted)) {
    const model = FactorRecommender.fromBytes(readFileSync(join(folder, `${name}-implicit.attune`)));
    for (const [user, list] of items.entries()) {
      const got = model.recommend(user, { n: 5 });
      const same = got.every(({ item, score }, k) => item === `i${list[k]}` && Math.abs(score - scores[user][k]) < 1e-5);
      if (!same) throw new Error(`${name}, user ${user}: attune lists ${JSON.stringify(got)}, implicit ${list} with ${scores[user]}.`);
    }
  }
  console.log('attune lists what implicit lists, with its scores');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
