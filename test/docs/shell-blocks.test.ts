import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { root } from './blocks.ts';

/** The commands that pages show: those of attune are run in the order of the page, those of npm are scripts that there are. */
const pages = ['README.md', ...readdirSync(resolve(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith('.md') && !file.startsWith('docs/api/'))
  .map((file) => [file, commandsOf(readFileSync(resolve(root, file), 'utf8'))] as const)
  .filter(([, commands]) => commands.length > 0);
const scripts = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')).scripts;

/** Lines of shell blocks, without what is said beside them. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block.split('\n'))
    .flatMap((line) => line.replace(/ +#.*$/, '').split(' && '))
    .filter((command) => command.trim() !== '');
}

const folder = temporaryFolder();
const home = process.cwd();
beforeAll(() => {
  process.chdir(folder.path);
  const rows = Array.from(
    { length: 400 },
    (_, k) => `${[42, 'Bob'][k] ?? `u${k % 40}`},${k < 4 ? 318 : `i${(k * k + 3 * k) % 25}`},${1 + (k % 5)}`,
  );
  writeFileSync('ratings.csv', ['user,item,rating', ...rows, '42,i1,5', 'Bob,i1,5'].join('\n'));
  writeFileSync('movies.csv', ['id,title', ...Array.from({ length: 25 }, (_, k) => `i${k},Film ${k}`), '318,Film 318'].join('\n'));
});
afterAll(() => process.chdir(home));

/** What a command line of attune says; a server is stopped when it is ready. */
async function attune(command: string): Promise<{ code: number; out: string; error: string }> {
  const words = command.split(' ').map((word) => word.replaceAll("'", ''));
  if (words[0] !== 'serve') return runCli(...words, ...(words[0] === 'fit' && !words.includes('--model') ? ['--budget', '2'] : []));
  const serving = runCli(...words, '--port', '0');
  const stop = setInterval(() => process.emit('SIGTERM'), 500);
  return serving.finally(() => clearInterval(stop));
}

describe('the shell blocks of', () => {
  it.each(pages)('%s', { timeout: 240_000 }, async (_, commands) => {
    for (const command of commands) {
      const [, ours] = /^npx attune (.*)$/.exec(command) ?? [];
      const [, script] = /^npm (?:run )?([\w:]+)/.exec(command) ?? [];
      if (ours !== undefined) expect(await attune(ours), command).toMatchObject({ code: 0 });
      else if (script) expect({ ...scripts, ci: '', install: '' }, command).toHaveProperty([script]);
      else expect(command).toMatch(/^(POSTGRES_PASSWORD=\S+ docker compose|kubectl apply) -f examples\/scale\//); // test/examples reads these files
    }
  });
});
