import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as attune from 'attune';
import * as node from 'attune/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answers, advise, type Question, questions } from '../../site/chooser/advice.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { checkGuides, readGuide, runGuide } from './blocks.ts';

const names = Object.keys(questions) as Question[];
const combinations = names.reduce<Partial<Answers>[]>(
  (sofar, name) => sofar.flatMap((some) => Object.keys(questions[name].answers).map((answer) => ({ ...some, [name]: answer }))),
  [{}],
) as Answers[];
/** Each program once: answers that lead to the same one are one case. */
const programs = new Map(combinations.map((answers) => [advise(answers).code, advise(answers).model]));

const folder = temporaryFolder();
const home = process.cwd();
beforeAll(() => {
  const rows = Array.from({ length: 30 }, (_, user) =>
    Array.from({ length: 8 }, (_, k) => `u${user},i${(user % 2) * 10 + ((user + 3 * k) % 10)},${1 + ((user + k) % 5)},${1.6e12 + k}`),
  );
  writeFileSync(join(folder.path, 'ratings.csv'), ['user,item,value,timestamp', ...rows.flat()].join('\n'));
  writeFileSync(
    join(folder.path, 'items.csv'),
    ['id,title', ...Array.from({ length: 20 }, (_, k) => `i${k},Quiet kettle ${k}`)].join('\n'),
  );
  process.chdir(folder.path);
});
afterAll(() => process.chdir(home));

describe('the program of "which model for my data"', () => {
  const guides = [...programs].map(([code, model], k) => ({ model, file: folder.write(`advice-${k}.md`, `\`\`\`ts\n${code}\`\`\`\n`) }));

  it.each(guides)('runs as it is copied: $model, $file', async ({ file }) => {
    rmSync('models', { recursive: true, force: true });
    await runGuide(readGuide(file), { attune, 'attune/node': node }, {});
    expect(existsSync('models/shop/1.safetensors')).toBe(true);
  });

  it('has the right types', { timeout: 240_000 }, () => {
    expect(
      checkGuides(
        guides.map(({ file }) => readGuide(file)),
        () => ({ path: '', names: [] }),
      ),
    ).toEqual([]);
  });

  it('is about a model of the package, with a reason', () => {
    for (const answers of combinations) {
      const { model, why } = advise(answers);
      expect(attune).toHaveProperty(model);
      expect(why.length).toBeGreaterThan(40);
    }
  });
});
