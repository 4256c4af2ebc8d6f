/** `npm run check`: builds the package and checks it and the sources, two commands at a time; each command's words come when it has ended. */
import { spawn } from 'node:child_process';
import { root } from './entries.ts';

/** These need only the sources. */
const ofSources = ['tsc -p .', 'biome check .'];
/** These need the package. */
const ofPackage = [
  'attw --pack . --profile node16 --exclude-entrypoints kernels.wasm --quiet',
  'tsc -p config/types.tsconfig.json',
  'npm run -s sizes',
  'publint',
  'npm run -s check:types',
];

const built = succeeds('npm run -s build');
const checkPackage = async () => {
  if (await built) await inTurn(ofPackage);
};
await Promise.all([checkPackage(), inTurn(ofSources).then(checkPackage)]);

/** Runs what nobody has taken from the list yet. */
async function inTurn(waiting: string[]): Promise<void> {
  for (let command = waiting.shift(); command; command = waiting.shift()) await succeeds(command);
}

function succeeds(command: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', fail).on('close', (status) => {
      if (said.trim() !== '') console.log(said.trimEnd());
      if (status !== 0) {
        console.error(`'${command}' ended with ${status}.`);
        process.exitCode = 1;
      }
      done(status === 0);
    });
  });
}
