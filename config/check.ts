/** What `npm run check` says of the built package and the sources: each command's words when it has ended, two at a time. */
import { spawn } from 'node:child_process';
import { root } from './entries.ts';

const waiting = [
  'tsc -p .', // the longest first
  'attw --pack . --profile node16 --exclude-entrypoints kernels.wasm --quiet',
  'tsc -p config/types.tsconfig.json',
  'npm run -s sizes',
  'biome check .',
  'publint',
  'npm run -s check:types',
];

async function commandsInTurn(): Promise<void> {
  for (let command = waiting.shift(); command; command = waiting.shift()) {
    const { status, said } = await run(command);
    if (said.trim() !== '') console.log(said.trimEnd());
    if (status === 0) continue;
    console.error(`'${command}' ended with ${status}.`);
    process.exitCode = 1;
  }
}

function run(command: string): Promise<{ status: number | null; said: string }> {
  return new Promise((done, fail) => {
    const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', fail).on('close', (status) => done({ status, said }));
  });
}

await Promise.all([commandsInTurn(), commandsInTurn()]);
